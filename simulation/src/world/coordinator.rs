//! Faults of the group and of what it keeps, and of what brokers tell of themselves and of each other.

use std::time::Duration;

use ottla_embedded::EmbeddedClusterBuilder;
use ottla_embedded::faults::Outcome;
use ottla_embedded::protocol::ApiKey;
use ottla_embedded::protocol::error_code::ErrorCode;
use tokio::time::{Instant, sleep, timeout_at};

use super::brokers::move_leader;
use super::director::{Cluster, kept};
use super::{GROUP, PORT, Shared, operator};
use crate::history::Keeper;
use crate::plan::{Fault, Kind, Plan};

/// Longer than a group keeps offsets that nobody commits: Kafka's default is a week.
const EXPIRED_MS: i64 = 8 * 24 * 3_600 * 1_000;
/// How often the coordinator looks for such offsets, where they are to expire.
const CHECK: Duration = Duration::from_secs(1);
/// Between one broker's move and the next.
const MOVE: Duration = Duration::from_millis(600);
/// Brokers that move listen so many ports further.
const ELSEWHERE: u16 = 100;

pub(super) fn is_of_groups(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::StoreReset
            | Kind::RowDeleted
            | Kind::KafkaReset
            | Kind::OffsetsExpire
            | Kind::GroupDeleted
            | Kind::GroupFull
            | Kind::StaleMetadata
            | Kind::AddressesChange
    )
}

/// Settings that a plan's faults need from the start.
pub(super) fn set_up<N>(
    builder: EmbeddedClusterBuilder<N>,
    plan: &Plan,
) -> EmbeddedClusterBuilder<N> {
    match plan
        .faults
        .iter()
        .any(|fault| fault.kind == Kind::OffsetsExpire)
    {
        true => builder.config(
            "offsets.retention.check.interval.ms",
            CHECK.as_millis().to_string(),
        ),
        false => builder,
    }
}

/// What such a fault does; how often it had its effect.
pub(super) async fn meet(shared: &Shared, cluster: &Cluster, fault: &Fault) -> u32 {
    match fault.kind {
        Kind::StoreReset => operator::reset(shared, cluster, fault).await,
        Kind::RowDeleted => operator::delete_row(shared, cluster, fault).await,
        Kind::KafkaReset => kafka_reset(shared, cluster, fault).await,
        Kind::OffsetsExpire => expire(shared, cluster).await,
        Kind::GroupDeleted => {
            let deleted =
                operator::without_members(shared, cluster, || delete_group(shared, cluster));
            deleted.await.unwrap_or(0)
        }
        Kind::GroupFull => full(shared, cluster, fault).await,
        Kind::StaleMetadata => stale(shared, cluster, fault).await,
        Kind::AddressesChange => elsewhere(shared, cluster, fault).await,
        _ => 0,
    }
}

async fn kafka_reset(shared: &Shared, cluster: &Cluster, fault: &Fault) -> u32 {
    let mut is_set = false;
    if operator::close(shared, cluster).await {
        sleep(fault.lasts).await;
        let makings = &shared.recorder.makings;
        let place = makings.latest(fault.target.topic, fault.target.partition);
        let kept = kept(shared, cluster, Keeper::Kafka).unwrap_or_default();
        if let Some(next) = kept.get(&place) {
            let to = operator::chosen(fault, *next);
            is_set = operator::set_kafka(shared, cluster, place, to);
            if is_set {
                operator::note_left_out(shared, cluster, place, (*next, to));
            }
        }
    }
    operator::open(shared);
    is_set.into()
}

/// Nobody commits for longer than offsets are kept: all clocks say so, for as long as it takes the coordinator to look.
async fn expire(shared: &Shared, cluster: &Cluster) -> u32 {
    let mut hits = 0;
    if operator::close(shared, cluster).await {
        cluster.jump_wall_clock(EXPIRED_MS);
        sleep(CHECK + CHECK / 2).await;
        cluster.jump_wall_clock(-EXPIRED_MS);
        // A group without members and without offsets is gone as well.
        shared.recorder.forget_generations();
        hits = operator::note_forgotten(shared, cluster);
    }
    operator::open(shared);
    hits
}

fn delete_group(shared: &Shared, cluster: &Cluster) -> u32 {
    shared.note_commits();
    let is_deleted = cluster.delete_group(GROUP).is_ok();
    if is_deleted {
        shared.recorder.forget_generations();
        operator::note_forgotten(shared, cluster);
    }
    is_deleted.into()
}

/// There is room for one member less than there are, and one has to come in again.
async fn full(shared: &Shared, cluster: &Cluster, fault: &Fault) -> u32 {
    let members = usize::from(shared.plan.shape.members);
    let mut requests = cluster.observe();
    cluster.set_group_max_size(members - 1);
    shared.members[usize::from(fault.target.member)].stop();
    let until = Instant::now() + fault.lasts.max(Duration::from_secs(3));
    let mut hits = 0;
    while let Ok(Some(request)) = timeout_at(until, requests.next()).await {
        let refused = Outcome::Answered(ErrorCode::GROUP_MAX_SIZE_REACHED);
        let ended = request.finished.as_ref().map(|(outcome, _)| *outcome);
        hits += u32::from(request.api_key == ApiKey::JoinGroup && ended == Some(refused));
    }
    cluster.set_group_max_size(usize::MAX);
    hits
}

/// A broker has not heard of the latest changes, of which there is one at least.
async fn stale(shared: &Shared, cluster: &Cluster, fault: &Fault) -> u32 {
    let node = i32::from(fault.target.broker);
    if cluster.freeze_metadata(node).is_err() {
        return 0;
    }
    move_leader(shared, cluster, fault, fault.target.choice);
    sleep(fault.lasts).await;
    u32::try_from(cluster.thaw_metadata(node)).unwrap_or(u32::MAX)
}

/// One broker after the other moves to where nobody was told that it is, and back in the end.
async fn elsewhere(shared: &Shared, cluster: &Cluster, fault: &Fault) -> u32 {
    let brokers = u16::from(shared.plan.shape.brokers);
    let mut hits = 0;
    for node in 0..brokers {
        hits += u32::from(relocate(cluster, node, PORT + ELSEWHERE + node).await);
    }
    sleep(fault.lasts).await;
    for node in 0..brokers {
        relocate(cluster, node, PORT + node).await;
    }
    hits
}

async fn relocate(cluster: &Cluster, index: u16, port: u16) -> bool {
    let node = i32::from(index) + 1;
    let mut is_there = cluster.move_broker(node, port).await.is_ok();
    let moved = is_there;
    while !is_there {
        sleep(Duration::from_millis(200)).await;
        is_there = cluster.start_broker(node).await.is_ok();
    }
    sleep(MOVE).await;
    moved
}
