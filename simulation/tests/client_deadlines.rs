//! What a call may take, in paused time: `default.api.timeout.ms`, and the attempt that is under way then. A loop in a loop would wait for twice as long.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    dead_code
)]

#[path = "pipes/world.rs"]
mod world;

use std::time::Duration;

use ottla_client::protocol::ApiKey;
use ottla_client::protocol::error_code::ErrorCode;
use ottla_client::protocol::types::TopicPartition;
use ottla_client::{Client, CommittedOffset};
use ottla_embedded::faults::{Action, Matching, Rule};
use tokio::time::{Instant, sleep};

use world::{GROUP, TOPIC, World};

const API: Duration = Duration::from_secs(10);
const REQUEST: Duration = Duration::from_secs(2);

/// Late in a call's time the coordinator is no longer known, and then nobody is there who could tell.
async fn troubled<T>(world: &World, api: ApiKey, call: impl Future<Output = T>) -> T {
    let moved = Action::Error(ErrorCode::NOT_COORDINATOR);
    let rule = Rule::new(Matching::api(api), moved);
    let rule = world.cluster.faults().add(rule).unwrap();
    let trouble = async {
        sleep(API - Duration::from_secs(1)).await;
        for node in [1, 2] {
            world.cluster.stop_broker(node).await.unwrap();
        }
    };
    let began = Instant::now();
    let call = async { (call.await, began.elapsed()) };
    let ((answer, took), ()) = tokio::join!(call, trouble);
    assert!(took <= API + REQUEST, "{api:?} took {took:?}");
    for node in [1, 2] {
        world.cluster.start_broker(node).await.unwrap();
    }
    world.cluster.faults().remove(rule);
    answer
}

#[tokio::test(start_paused = true)]
async fn a_group_s_calls_give_up_in_time_though_the_coordinator_is_lost_at_the_end_of_it() {
    let world = World::start().await;
    let settings = world
        .config()
        .default_api_timeout(API)
        .request_timeout(REQUEST);
    let client = Client::connect(settings).await.unwrap();
    let (group, admin) = (client.offsets().group(GROUP), client.admin());
    let offset = [(TopicPartition::new(TOPIC, 0), CommittedOffset::new(4))];

    let read = troubled(&world, ApiKey::OffsetFetch, group.fetch_all(false)).await;
    assert!(read.is_err(), "{read:?}");
    let committed = group.commit(None, &offset);
    let committed = troubled(&world, ApiKey::OffsetCommit, committed).await;
    assert!(committed.is_err(), "{committed:?}");
    let deleted = troubled(&world, ApiKey::DeleteGroups, admin.delete_groups(&[GROUP])).await;
    assert!(deleted[0].1.is_err(), "{deleted:?}");
}
