//! Faults of the plan that are transactions: many that are aborted, one that stays open, and offsets that wait for one.
//!
//! They are played beside who produces, from the plan's word when; the director only waits for as long as they last, and asks whether
//! anything came of it.

use std::sync::Arc;
use std::time::Duration;

use ottla_client::Client;
use tokio::time::{sleep, timeout};

use super::producer::Word;
use super::transaction::{Life, Script};
use super::{PRODUCERS, life, name, own_key};
use crate::history::{Outcome, Place};
use crate::plan::{Fault, Kind};
use crate::world::director::Cluster;
use crate::world::recorder::topic;
use crate::world::{GROUP, Shared, lock, operator};

/// Transactions of each of the two producers that fight for a partition.
const ROUNDS: u32 = 5;
/// How often it is asked what the other says.
const MOMENT: Duration = Duration::from_millis(20);
/// Nothing is waited for any longer.
const LONGEST: Duration = Duration::from_secs(60);

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

/// An offset that waits for a transaction: what who writes it and the director tell each other.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Waiting {
    /// The offset that is to wait.
    to: Option<i64>,
    /// Whether it waits.
    waits: Option<bool>,
    /// Whether the transaction is to be committed.
    commit: Option<bool>,
    is_over: bool,
}

impl Shared {
    fn tell(&self, fault: &Fault, tell: impl FnOnce(&mut Waiting)) {
        tell(
            lock(&self.transactions.waiting)
                .entry(fault.id)
                .or_default(),
        );
    }

    /// Returns when the other has told it.
    async fn hear<T>(&self, fault: &Fault, hear: impl Fn(&Waiting) -> Option<T>) -> T {
        loop {
            let heard = lock(&self.transactions.waiting)
                .get(&fault.id)
                .and_then(&hear);
            match heard {
                Some(heard) => return heard,
                None => sleep(MOMENT).await,
            }
        }
    }
}

/// Writes the offset, and ends its transaction.
async fn leave_offsets_open(shared: &Arc<Shared>, client: &Client, fault: Fault) {
    let choice = u64::from(fault.target.choice % 2);
    let mut life = player(shared, client, fault, choice, 120);
    life.producer.init().await;
    let asked = shared.hear(&fault, |told| {
        told.to.map(Some).or(told.commit.map(|_| None))
    });
    if let Some(to) = asked.await {
        let waits = life.producer.commit_offset(place(&fault), to).await == Word::Done;
        shared.tell(&fault, |told| told.waits = Some(waits));
        let commit = shared.hear(&fault, |told| told.commit).await;
        life.producer.end(waits && commit).await;
    }
    shared.tell(&fault, |told| told.is_over = true);
}

/// The group's offset of a partition waits for a transaction while all members start, which are in need of it. In the end it is what it was, or a bit
/// lower: then it is an operator's word, for nobody of the group has said it.
pub(in crate::world) async fn unstable(shared: &Shared, cluster: &Cluster, fault: &Fault) -> u32 {
    let place = shared
        .recorder
        .makings
        .latest(fault.target.topic, fault.target.partition);
    let to = match operator::close(shared, cluster).await {
        true => lower(cluster, place),
        false => None,
    };
    shared.tell(fault, |told| match to {
        Some(_) => told.to = to,
        None => told.commit = Some(false),
    });
    let waits = async { to.is_some() && shared.hear(fault, |told| told.waits).await };
    let waits = timeout(LONGEST, waits).await.unwrap_or(false);
    operator::open(shared);
    if waits {
        sleep(fault.lasts).await;
    }
    // Of another topic with this name it would say nothing.
    let is_same = shared.recorder.makings.latest(place.topic, place.partition) == place;
    let commit = waits && is_same && !fault.target.choice.is_multiple_of(3);
    shared.tell(fault, |told| told.commit = Some(commit));
    if let Some(to) = to.filter(|_| commit) {
        let _ = timeout(LONGEST, is_set(shared, cluster, fault, (place, to))).await;
    }
    let over = shared.hear(fault, |told| told.is_over.then_some(()));
    let _ = timeout(LONGEST, over).await;
    waits.into()
}

/// A bit below what the group has committed.
fn lower(cluster: &Cluster, place: Place) -> Option<i64> {
    let (name, partition) = (topic(place.topic), place.partition.into());
    let next = cluster.committed(GROUP, &name, partition)?;
    let start = cluster.log(&name, partition)?.start;
    Some(next.saturating_sub(5).max(start)).filter(|to| *to < next)
}

/// Notes that the offset is what the transaction said, before anybody can have heard so.
async fn is_set(shared: &Shared, cluster: &Cluster, fault: &Fault, (place, to): (Place, i64)) {
    let name = topic(place.topic);
    loop {
        if cluster.committed(GROUP, &name, place.partition.into()) == Some(to) {
            // What the group wrote before comes before.
            shared.note_commits();
            return operator::note_set(shared, place, to);
        }
        let is_over = |told: &Waiting| told.is_over;
        if lock(&shared.transactions.waiting)
            .get(&fault.id)
            .is_some_and(is_over)
        {
            return;
        }
        sleep(Duration::from_millis(1)).await;
    }
}
