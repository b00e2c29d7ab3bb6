//! Faults that need a rebalance, and so make one: a member stops in order, and is back a moment later.

use std::future::pending;
use std::time::Duration;

use ottla_embedded::Observer;
use ottla_embedded::faults::{Action, Matching, Outcome, Rule};
use ottla_embedded::protocol::ApiKey;
use ottla_embedded::protocol::error_code::ErrorCode;
use tokio::time::{Instant, sleep, timeout};

use super::director::Cluster;
use super::{GROUP, Shared, member_of};
use crate::plan::Fault;

/// So long the leader's SyncGroup is on its way.
const ON_ITS_WAY: Duration = Duration::from_millis(300);
/// A rebalance begins within this.
const PATIENCE: Duration = Duration::from_secs(12);

/// The member that assigns is killed before the coordinator has heard of its assignment.
pub(super) async fn kill_who_assigns(shared: &Shared, cluster: &Cluster, fault: &Fault) -> u32 {
    let sync = Matching::api(ApiKey::SyncGroup).about_group(GROUP);
    let held_up = cluster
        .faults()
        .add(Rule::new(sync, Action::Delay(ON_ITS_WAY)));
    shared.members[usize::from(fault.target.member)].stop();
    let leader = who_assigns(cluster).await;
    if let Ok(rule) = held_up {
        cluster.faults().remove(rule);
    }
    let Some(member) = leader else {
        return 0;
    };
    shared.kill(member, fault.lasts).await
}

/// A member stops while the group rebalances, for which another has stopped: when it has heard of it, or when it waits for its partitions. Where
/// that does not come, it stops all the same.
pub(super) async fn stop_in_one(shared: &Shared, cluster: &Cluster, fault: &Fault) -> u32 {
    let (target, members) = (fault.target.member, shared.plan.shape.members);
    let mut requests = cluster.observe();
    shared.members[usize::from((target + 1) % members)].stop();
    let rebalances = match fault.target.choice % 2 {
        0 => timeout(PATIENCE, is_told(&mut requests)).await.is_ok(),
        _ => who_assigns(cluster).await.is_some(),
    };
    drop(requests);
    let outside = &shared.members[usize::from(target)];
    let runs = !outside.process.lives().is_empty();
    outside.stop();
    sleep(fault.lasts).await;
    u32::from(rebalances && runs)
}

/// Returns when a member hears in answer to its heartbeat that the group rebalances.
async fn is_told(requests: &mut Observer) {
    let told = Outcome::Answered(ErrorCode::REBALANCE_IN_PROGRESS);
    while let Some(request) = requests.next().await {
        let ended = request.finished.as_ref().map(|(outcome, _)| *outcome);
        if request.api_key == ApiKey::Heartbeat && ended == Some(told) {
            return;
        }
    }
    pending().await
}

async fn who_assigns(cluster: &Cluster) -> Option<u8> {
    let since = Instant::now();
    while since.elapsed() < PATIENCE {
        if let Some(member) = cluster.assigning_member(GROUP) {
            return member_of(&member);
        }
        sleep(Duration::from_millis(20)).await;
    }
    None
}

/// Another member leaves, and joins again at once: what is assigned in between is taken away before a record of it has come.
pub(super) async fn revoke_at_once(shared: &Shared, cluster: &Cluster, fault: &Fault) -> u32 {
    let (target, members) = (fault.target.member, shared.plan.shape.members);
    let name = shared.members[usize::from(target)].life(target).to_string();
    let fetches = Matching::api(ApiKey::Fetch).of_client(name);
    let before = shared.recorder.length();
    let slow = cluster.faults().add(Rule::new(
        fetches,
        Action::Delay(Duration::from_millis(1_800)),
    ));
    shared.members[usize::from((target + 1) % members)].stop();
    sleep(Duration::from_secs(5)).await;
    if let Ok(rule) = slow {
        cluster.faults().remove(rule);
    }
    shared.recorder.revoked_unread(target, before)
}
