//! Every public future of this crate, dropped at each of its awaits: whoever comes after gets each record, commits go on where they are said to, and no task or
//! connection is left.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "group_dropped/members.rs"]
mod members;
#[path = "pipes/polls.rs"]
mod polls;
#[path = "pipes/sources.rs"]
mod sources;
#[path = "pipes/world.rs"]
mod world;

use std::collections::BTreeSet;

use futures_util::future::LocalBoxFuture;

type Test = fn() -> LocalBoxFuture<'static, ()>;

/// Each public async function, by file and name, and what drops it.
const TABLE: &[(&str, Test)] = &[
    ("group.rs::process", || Box::pin(members::process())),
    ("group.rs::run", || Box::pin(members::run())),
    ("handler.rs::commit", || Box::pin(members::commit())),
    ("handler.rs::commit_with", || {
        Box::pin(members::commit_with())
    }),
    ("handler.rs::next", || Box::pin(members::next())),
    ("session.rs::commit", || Box::pin(members::commit_session())),
];

#[tokio::test(start_paused = true)]
async fn every_public_future_may_be_dropped_at_every_await() {
    for (_, test) in TABLE {
        test().await;
    }
}

#[test]
fn the_table_names_every_public_async_function() {
    let found = sources::public_async_functions("../group/src");
    let table: BTreeSet<String> = TABLE.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(table, found);
}
