//! Faults of leaders, of coordinators' places and of brokers.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::director::Cluster;
use super::recorder::topic;
use super::{GROUP, Shared, transactional};
use crate::plan::{Fault, Kind};

pub(super) fn is_of_brokers(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::LeaderMoves
            | Kind::LeaderFlaps
            | Kind::CoordinatorMoves
            | Kind::BrokerReplaced
            | Kind::RollingBounce
    )
}

/// How often it had its effect.
pub(super) async fn meet(shared: &Shared, cluster: &Cluster, fault: &Fault) -> u32 {
    let target = fault.target;
    match fault.kind {
        Kind::LeaderMoves => u32::from(move_leader(shared, cluster, fault, target.choice)),
        Kind::LeaderFlaps => {
            let until = Instant::now() + fault.lasts;
            let (mut moves, mut choice) = (0, target.choice);
            while Instant::now() < until {
                moves += u32::from(move_leader(shared, cluster, fault, choice));
                choice = choice.wrapping_add(1);
                sleep(Duration::from_millis(700)).await;
            }
            moves
        }
        Kind::CoordinatorMoves => {
            let node = i32::from(target.broker);
            transactional::move_coordinators(shared, cluster, node);
            u32::from(cluster.move_coordinator(GROUP, node).is_ok())
        }
        Kind::BrokerReplaced => restart(cluster, target.broker.into(), fault.lasts).await,
        _ => {
            let brokers = shared.plan.shape.brokers;
            let mut hits = 0;
            for node in 1..=brokers {
                hits += restart(cluster, node.into(), fault.lasts / u32::from(brokers)).await;
            }
            hits
        }
    }
}

pub(super) fn move_leader(shared: &Shared, cluster: &Cluster, fault: &Fault, choice: u16) -> bool {
    let brokers = u16::from(shared.plan.shape.brokers);
    let name = topic(fault.target.topic);
    let tried = (0..brokers).map(|more| i32::from((choice + more) % brokers) + 1);
    let partition = fault.target.partition.into();
    tried
        .into_iter()
        .any(|node| cluster.move_leader(&name, partition, node).is_ok())
}

async fn restart(cluster: &Cluster, node: i32, time: Duration) -> u32 {
    let stopped = cluster.stop_broker(node).await.is_ok();
    sleep(time).await;
    while cluster.start_broker(node).await.is_err() {
        sleep(Duration::from_millis(200)).await;
    }
    u32::from(stopped)
}
