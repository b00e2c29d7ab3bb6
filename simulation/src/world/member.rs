//! A member's process: lives one after another, until it is told that all is done.

use std::sync::atomic::{AtomicU16, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ottla_client::Client;
use ottla_client::protocol::records::Record;
use ottla_group::{
    Batch, Ended, Group, GroupError, Handler, PartitionClaim, Processor, Session, StartPolicy,
};
use ottla_offset_store::{Ambient, BoxError, TableStore};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::acks;
use super::life::Living;
use super::recorder::{place_of, topic};
use super::store::{Noted, Rows};
use super::table::Watched;
use super::trouble::Ordeal;
use super::{GROUP, Shared, config};
use crate::check::Effects;
use crate::history::{CallKind, Event, Life, Outcome, Payload, Place, Worked};
use crate::plan::StoreKind;

/// A member that stops in order is to be gone by then.
const CLOSE_WITHIN: Duration = Duration::from_secs(15);
/// Between the end of a run and the next.
const AGAIN_AFTER: Duration = Duration::from_millis(700);

/// What is known of a member outside of its process.
#[derive(Debug, Default)]
pub(super) struct Outside {
    lives: AtomicU16,
    /// Ends the present run in order.
    stop: Mutex<CancellationToken>,
    pub(super) done: AtomicU32,
}

impl Outside {
    /// The life that it lives.
    pub(super) fn life(&self, member: u8) -> Life {
        let life = self.lives.load(Ordering::Relaxed).saturating_sub(1);
        Life { member, life }
    }

    /// Ends the present run in order.
    pub(super) fn stop(&self) {
        self.stop
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .cancel();
    }

    fn begin(&self, member: u8) -> (Life, CancellationToken) {
        let life = self.lives.fetch_add(1, Ordering::Relaxed);
        let stop = CancellationToken::new();
        *self.stop.lock().unwrap_or_else(PoisonError::into_inner) = stop.clone();
        (Life { member, life }, stop)
    }
}

/// The process.
pub(super) async fn run(shared: Arc<Shared>, member: u8) -> turmoil::Result {
    let outside = &shared.members[usize::from(member)];
    while !shared.all_done.is_cancelled() {
        let (life, stop) = outside.begin(member);
        let living = Living::new(shared.recorder.clone(), life);
        living.note(Event::Started);
        let lived = live(&shared, &living, &stop).await;
        if let Err(error) = lived {
            living.note(Event::Said(told(&error)));
        }
        if !shared.all_done.is_cancelled() {
            sleep(AGAIN_AFTER).await;
        }
    }
    // What was spawned has a moment to notice.
    sleep(Duration::from_secs(1)).await;
    let alive = tokio::runtime::Handle::current()
        .metrics()
        .num_alive_tasks();
    shared
        .tasks_left
        .fetch_add(u32::try_from(alive).unwrap_or(u32::MAX), Ordering::Relaxed);
    outside.done.store(1, Ordering::Relaxed);
    std::future::pending().await
}

fn told(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(&format!(": {error}"));
        source = error.source();
    }
    text
}

async fn live(
    shared: &Arc<Shared>,
    living: &Living,
    stop: &CancellationToken,
) -> Result<(), GroupError> {
    let seed =
        shared.plan.seed ^ (u64::from(living.life.member) << 32 | u64::from(living.life.life));
    let client = Client::connect(config(&living.life.to_string(), seed, &shared.recorder)).await;
    let client = client.map_err(|source| GroupError::Client {
        doing: "connect",
        source,
    })?;
    let group = group(shared, living, client)?;
    let run = Box::pin(work(shared, living, group, stop.clone()));
    let mut run = std::pin::pin!(run);
    let asked = async {
        tokio::select! {
            biased;
            () = stop.cancelled() => {}
            () = shared.all_done.cancelled() => stop.cancel(),
        }
    };
    tokio::select! {
        biased;
        ended = &mut run => return ended.map(drop),
        () = asked => {}
    }
    let call = living
        .recorder
        .call(living.who(), CallKind::CloseMember, CLOSE_WITHIN);
    let is_troubled = || shared.faults.load(Ordering::Relaxed) > 0;
    let was_troubled = is_troubled();
    let ended = run.await;
    // The group says in its log only that a last commit to Kafka failed, so a close amid faults proves nothing there. With a store it shows.
    let is_silent =
        shared.plan.workload.store == StoreKind::Kafka && (was_troubled || is_troubled());
    let outcome = match &ended {
        Ok(_) if !is_silent => Outcome::Acknowledged,
        _ => Outcome::Refused,
    };
    living.recorder.call_ended(living.who(), call, outcome);
    ended.map(drop)
}

fn group(shared: &Arc<Shared>, living: &Living, client: Client) -> Result<Group, GroupError> {
    let watching = living.clone();
    let workload = &shared.plan.workload;
    let start = match workload.starts_newest {
        true => StartPolicy::Newest,
        false => StartPolicy::Oldest,
    };
    let mut builder = Group::builder(client, GROUP)
        .topics((0..shared.plan.shape.topics).map(topic))
        .session_timeout(Duration::from_secs(6))
        .heartbeat_interval(Duration::from_secs(1))
        .rebalance_timeout(Duration::from_secs(8))
        .auto_commit(Some(Duration::from_secs(1)))
        .batch_records(20)
        .start(start)
        .watch(move |change| watching.changed(change));
    if workload.effects != Effects::ExactlyOnce && workload.store != StoreKind::Kafka {
        builder = builder.store(Arc::new(store(shared, living)));
    }
    builder.build()
}

fn store(shared: &Arc<Shared>, living: &Living) -> Noted {
    let table = Watched {
        table: shared.table.clone(),
        who: living.who(),
        recorder: shared.recorder.clone(),
        troubles: shared.troubles.clone(),
    };
    Noted {
        store: TableStore::new(table).with_ambient(ambient(shared)),
        living: living.clone(),
    }
}

/// One for all members, or they would draw the same fences.
fn ambient(shared: &Shared) -> Ambient {
    shared.ambient.clone()
}

async fn work(
    shared: &Arc<Shared>,
    living: &Living,
    group: Group,
    stop: CancellationToken,
) -> Result<Ended, GroupError> {
    let hand = Hand {
        shared: Arc::clone(shared),
        living: living.clone(),
    };
    match shared.plan.workload.effects {
        Effects::ExactlyOnce => group.process(store(shared, living), hand, stop).await,
        Effects::AtLeastOnce | Effects::AutoCommit => group.run(hand, stop).await,
    }
}

/// What works on records.
struct Hand {
    shared: Arc<Shared>,
    living: Living,
}

/// A record that it works on.
pub(super) type One = (Place, i64, Payload);

impl Hand {
    async fn work(&self, one: One) -> Result<(), BoxError> {
        let working = self.living.begin(one);
        match self.shared.troubles.handling(self.living.who()) {
            Some(Ordeal::Fails) => {
                working.end(Worked::Failed);
                return Err("a fault of the plan".into());
            }
            Some(Ordeal::Takes(time)) => sleep(time).await,
            None => {}
        }
        working.end(Worked::Done);
        Ok(())
    }
}

fn records(batch: &Batch) -> Vec<One> {
    let place = place_of(batch.partition());
    let one = |record: Record<'_>| (place, record.offset, payload(&record));
    batch.into_iter().map(one).collect()
}

/// The record's number stands at its beginning.
pub(super) fn payload(record: &Record<'_>) -> Payload {
    let number = record.value.and_then(|value| value.first_chunk::<4>());
    Payload(number.map_or(u32::MAX, |number| u32::from_be_bytes(*number)))
}

impl Processor<Noted> for Hand {
    type Error = BoxError;

    async fn process(&self, batch: &Batch, results: &mut Rows) -> Result<(), BoxError> {
        let records = records(batch);
        if let Some((place, offset, _)) = records.first() {
            self.living.comes(*place, *offset);
        }
        for one in records {
            self.living.delivered(one);
            self.work(one).await?;
            results.push(one);
        }
        sleep(self.shared.troubles.moment()).await;
        Ok(())
    }
}

impl Handler for Hand {
    type Error = BoxError;

    async fn consume_claim(&self, _: &Session, claim: &mut PartitionClaim) -> Result<(), BoxError> {
        let workload = self.shared.plan.workload;
        if workload.store == StoreKind::Kafka {
            self.living.note(Event::Claimed {
                assignment: self.living.assignment(),
                place: place_of(claim.partition()),
                at: claim.start().next,
            });
        }
        while let Some(batches) = acks::next(claim, workload.order).await {
            let records: Vec<One> = batches.iter().flat_map(records).collect();
            for one in &records {
                self.living.delivered(*one);
            }
            if let (Effects::AutoCommit, Some((_, last, _))) = (workload.effects, records.last()) {
                claim.mark(*last);
            }
            for one in acks::records(&batches, workload.order) {
                self.work(one).await?;
                if workload.effects == Effects::AtLeastOnce {
                    acks::done(claim, workload.order, one.1);
                }
            }
        }
        Ok(())
    }
}
