//! Every public future of this crate, dropped at each of its awaits: the same call again gives the right answer, nothing is lost or done twice that must not be, and no
//! task or connection is left.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "client_dropped/calls.rs"]
mod calls;
#[path = "client_dropped/offsets.rs"]
mod offsets;
#[path = "pipes/polls.rs"]
mod polls;
#[path = "client_dropped/records.rs"]
mod records;
#[path = "pipes/sources.rs"]
mod sources;
#[path = "client_dropped/topics.rs"]
mod topics;
#[path = "pipes/world.rs"]
mod world;

use std::collections::BTreeSet;

use futures_util::future::LocalBoxFuture;

type Test = fn() -> LocalBoxFuture<'static, ()>;

/// Each public async function, by file and name, and what drops it.
const TABLE: &[(&str, Test)] = &[
    ("admin/groups.rs::delete_groups", || {
        Box::pin(topics::delete_groups())
    }),
    ("admin/groups.rs::describe_groups", || {
        Box::pin(topics::describe_groups())
    }),
    ("admin/groups.rs::list_groups", || {
        Box::pin(topics::list_groups())
    }),
    ("admin/offsets.rs::delete_offsets", || {
        Box::pin(topics::delete_offsets())
    }),
    ("admin/topics.rs::create_topics", || {
        Box::pin(topics::create_topics())
    }),
    ("admin/topics.rs::delete_topics", || {
        Box::pin(topics::delete_topics())
    }),
    ("admin/topics.rs::describe_topics", || {
        Box::pin(topics::describe_topics())
    }),
    ("client.rs::call", || Box::pin(calls::call())),
    ("client.rs::call_any", || Box::pin(calls::call_any())),
    ("client.rs::call_any_with", || {
        Box::pin(calls::call_any_with())
    }),
    ("client.rs::call_with", || Box::pin(calls::call_with())),
    ("client.rs::connect", || Box::pin(calls::connect())),
    ("client.rs::controller", || Box::pin(calls::controller())),
    ("client.rs::coordinator", || Box::pin(calls::coordinator())),
    ("client.rs::leader", || Box::pin(calls::leader())),
    ("client.rs::partitions", || Box::pin(calls::partitions())),
    ("client.rs::send", || Box::pin(calls::send())),
    ("client.rs::topics", || Box::pin(calls::topics())),
    ("consumer.rs::partition", || Box::pin(records::partition())),
    (
        "consumer.rs::partitions",
        || Box::pin(records::partitions()),
    ),
    ("consumer/partition.rs::close", || {
        Box::pin(records::close_consumer())
    }),
    ("consumer/partition.rs::commit", || {
        Box::pin(records::commit())
    }),
    ("consumer/partition.rs::next", || Box::pin(records::next())),
    ("consumer/partition.rs::seek", || Box::pin(records::seek())),
    ("offsets/commit.rs::commit", || Box::pin(offsets::commit())),
    ("offsets/commit.rs::commit_by_id", || {
        Box::pin(offsets::commit_by_id())
    }),
    ("offsets/fetch.rs::fetch", || Box::pin(offsets::fetch())),
    ("offsets/fetch.rs::fetch_all", || {
        Box::pin(offsets::fetch_all())
    }),
    ("offsets/manager.rs::close", || Box::pin(offsets::close())),
    ("offsets/manager.rs::commit", || {
        Box::pin(offsets::commit_marks())
    }),
    ("offsets/manager.rs::partition", || {
        Box::pin(offsets::partition())
    }),
    ("offsets/manager.rs::partitions", || {
        Box::pin(offsets::partitions())
    }),
    ("offsets/query.rs::list", || Box::pin(offsets::list())),
    ("offsets/query.rs::list_one", || {
        Box::pin(offsets::list_one())
    }),
    ("producer.rs::close", || Box::pin(records::close_producer())),
    ("producer.rs::flush", || Box::pin(records::flush())),
    ("producer.rs::send", || Box::pin(records::send())),
    ("producer.rs::send_and_forget", || {
        Box::pin(records::send_and_forget())
    }),
    ("retry.rs::pause", || Box::pin(calls::pause())),
];

#[tokio::test(start_paused = true)]
async fn every_public_future_may_be_dropped_at_every_await() {
    for (_, test) in TABLE {
        test().await;
    }
    // A future that is no async function.
    records::delivery().await;
}

#[test]
fn the_table_names_every_public_async_function() {
    let found = sources::public_async_functions("../client/src");
    let table: BTreeSet<String> = TABLE.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(table, found);
}
