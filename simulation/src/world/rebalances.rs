//! Faults that need a rebalance, and so make one: a member stops in order, and is back a moment later.

use std::time::Duration;

use ottla_embedded::faults::{Action, Matching, Rule};
use ottla_embedded::protocol::ApiKey;
use tokio::time::{Instant, sleep};

use super::director::Cluster;
use super::{GROUP, Order, Shared, member_of};
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
    shared.order(Order::Crash(member));
    sleep(fault.lasts).await;
    shared.order(Order::Start(member));
    1
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
    let slow = cluster.faults().add(Rule::new(
        fetches,
        Action::Delay(Duration::from_millis(1_800)),
    ));
    shared.members[usize::from((target + 1) % members)].stop();
    sleep(Duration::from_secs(5)).await;
    let report = slow.ok().and_then(|rule| cluster.faults().remove(rule));
    let hits = report.map_or(0, |report| report.hits);
    u32::try_from(hits).unwrap_or(u32::MAX)
}
