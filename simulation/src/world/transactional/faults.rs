//! Faults of the plan that are transactions: many that are aborted, one that stays open, and offsets that wait for one.
//!
//! They are played beside who produces, from the plan's word when; the director only waits for as long as they last, and asks whether
//! anything came of it.

use std::sync::Arc;
use std::time::Duration;

use ottla_client::Client;
use ottla_client::protocol::types::TopicPartition;
use tokio::time::sleep;

use super::producer::Word;
use super::transaction::{Life, Script};
use super::{PRODUCERS, life, name, own_key};
use crate::history::{Outcome, Place};
use crate::plan::{Fault, Kind};
use crate::world::director::Cluster;
use crate::world::recorder::topic;
use crate::world::{GROUP, Shared, lock};

/// Transactions of each of the two producers that fight for a partition.
const ROUNDS: u32 = 5;

/// Whether it is played here.
pub(in crate::world) fn plays(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::AbortedTransactions | Kind::HangingTransaction | Kind::UnstableOffsets
    )
}

/// The director's part.
pub(in crate::world) async fn lasted(shared: &Shared, fault: &Fault) -> u32 {
    sleep(fault.lasts).await;
    let hits = lock(&shared.transactions.hits);
    hits.get(&fault.id).copied().unwrap_or(0)
}

/// The coordinators of transactions move with the group's.
pub(in crate::world) fn move_coordinators(shared: &Shared, cluster: &Cluster, node: i32) {
    if shared.plan.workload.transactional {
        for number in 0..PRODUCERS {
            let _ = cluster.move_transaction_coordinator(&name(number), node);
        }
    }
}

pub(super) async fn play(shared: Arc<Shared>, client: Client, fault: Fault) {
    let passed = turmoil::sim_elapsed().unwrap_or_default();
    sleep(fault.at.saturating_sub(passed)).await;
    match fault.kind {
        Kind::AbortedTransactions => {
            let one = fight(&shared, &client, fault, 0);
            let other = fight(&shared, &client, fault, 1);
            tokio::join!(one, other);
        }
        Kind::HangingTransaction => hang(&shared, &client, fault).await,
        Kind::UnstableOffsets => leave_offsets_open(&shared, &client, fault).await,
        _ => {}
    }
}

fn place(fault: &Fault) -> Place {
    Place::new(fault.target.topic, fault.target.partition)
}

fn player(shared: &Arc<Shared>, client: &Client, fault: Fault, number: u64, seconds: u64) -> Life {
    let id = format!("{}-{number}", fault.id);
    let number = (u64::from(fault.id.0) + 1) * 2 + number;
    life(shared, client, &id, number, seconds)
}

/// One of two whose transactions overlap in one partition.
async fn fight(shared: &Arc<Shared>, client: &Client, fault: Fault, number: u64) {
    let mut life = player(shared, client, fault, number, 60);
    life.producer.init().await;
    let until = fault.at + fault.lasts;
    let place = place(&fault);
    let key = own_key(&shared.plan, place);
    for round in 0..ROUNDS {
        let sends = life.dice.between(1, 2) as usize;
        let aborts = round == 0 || life.dice.between(1, 1_000) <= fault.target.permille.into();
        let pause =
            fault.lasts / (2 * ROUNDS) + Duration::from_millis(life.dice.between(0, 200).into());
        let script = Script {
            sends: vec![(key, place); sends],
            records: life.dice.between(1, 3),
            pause,
            held: Duration::ZERO,
            commit: !aborts,
            is_zombie: false,
            fault: None,
        };
        let went = life.live(&script).await;
        if went.is_written && went.outcome == Outcome::Refused {
            shared.transactions.hit(fault.id);
        }
        if turmoil::sim_elapsed().unwrap_or_default() > until {
            return;
        }
    }
}

/// A transaction that stays open, until it is ended or its coordinator has had enough of it.
async fn hang(shared: &Arc<Shared>, client: &Client, fault: Fault) {
    let choice = fault.target.choice % 3;
    let timeout = if choice == 0 { 5 } else { 120 };
    let mut life = player(
        shared,
        client,
        fault,
        u64::from(fault.target.choice % 2),
        timeout,
    );
    life.producer.init().await;
    let place = place(&fault);
    let script = Script {
        sends: vec![(own_key(&shared.plan, place), place)],
        records: 2,
        pause: Duration::ZERO,
        held: fault.lasts,
        commit: choice != 1,
        is_zombie: false,
        fault: Some(fault.id),
    };
    life.live(&script).await;
}

/// The group's offset of a partition waits for a transaction, while a member starts that asks for it. It is never committed: it would be a
/// word of somebody who is not in the group.
async fn leave_offsets_open(shared: &Arc<Shared>, client: &Client, fault: Fault) {
    let mut life = player(
        shared,
        client,
        fault,
        u64::from(fault.target.choice % 2),
        120,
    );
    life.producer.init().await;
    let place = place(&fault);
    let partition = TopicPartition::new(topic(place.topic), place.partition.into());
    let found = client
        .offsets()
        .group(GROUP)
        .fetch(&[partition], false)
        .await;
    let committed = found.ok().and_then(|found| found.into_iter().next());
    let committed = committed.and_then(|(_, committed)| committed.ok().flatten());
    let next = committed.map_or(0, |committed| committed.next);
    if life.producer.commit_offset(place, next).await == Word::Done {
        shared.transactions.hit(fault.id);
        // Its end and its start make the group assign all partitions anew.
        shared.members[usize::from(fault.target.member)].stop();
    }
    sleep(fault.lasts).await;
    life.producer.end(false).await;
}
