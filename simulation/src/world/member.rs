//! A member's process: lives one after another, until it is told that all is done.

use std::future::poll_fn;
use std::sync::atomic::{AtomicU16, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use futures_util::future::join;
use ottla_client::Client;
use ottla_client::config::IsolationLevel;
use ottla_client::protocol::records::Record;
use ottla_group::{
    Batch, Ended, Group, GroupError, Handler, PartitionClaim, PartitionCommitError, Processor,
    Session, StartPolicy,
};
use ottla_offset_store::{BoxError, TableStore};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::acks::Acks;
use super::calls::CONNECT;
use super::life::Living;
use super::panics::planned;
use super::process::Process;
use super::recorder::{Recorder, topic};
use super::store::{Noted, Rows};
use super::trouble::{Late, Ordeal};
use super::{GROUP, Shared, by_key, config, instance, operator};
use crate::check::{Effects, Order};
use crate::history::{CallKind, Event, Keeper, Life, Outcome, Payload, Place, Worked};
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
    pub(super) process: Process,
    /// Writes that a store is yet to do: tasks of the process that are none of its own.
    pub(super) late: Late,
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
    let turns = shared.members[usize::from(member)].process.starts();
    turns.within(lives(shared, member)).await
}

async fn lives(shared: Arc<Shared>, member: u8) -> turmoil::Result {
    let outside = &shared.members[usize::from(member)];
    while !shared.all_done.is_cancelled() {
        operator::is_let_in(&shared).await;
        let mut first = Box::pin(one_life(&shared, member));
        tokio::select! {
            biased;
            () = &mut first => {}
            // The coordinator lets one of them be the member.
            () = outside.process.started_again() => {
                join(first, one_life(&shared, member)).await;
            }
        }
        if !shared.all_done.is_cancelled() {
            sleep(AGAIN_AFTER).await;
        }
    }
    // What was spawned has a moment to notice.
    sleep(Duration::from_secs(1)).await;
    shared.count_tasks_left(outside.late.under_way());
    outside.done.store(1, Ordering::Relaxed);
    std::future::pending().await
}

async fn one_life(shared: &Arc<Shared>, member: u8) {
    let outside = &shared.members[usize::from(member)];
    let (life, stop) = outside.begin(member);
    outside.process.begins(life);
    let living = Living::new(shared.recorder.clone(), life);
    living.note(Event::Started);
    if let Err(error) = live(shared, &living, &stop).await {
        operator::hear(shared, &error);
        living.note(Event::Said(told(&error)));
    }
    outside.process.ends(life);
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
    let isolation = match shared.plan.reads_uncommitted() {
        true => IsolationLevel::ReadUncommitted,
        false => IsolationLevel::ReadCommitted,
    };
    let (who, process) = (living.who(), process(shared, living));
    let connect = || {
        let settings = config(&living.life.to_string(), seed, &shared.recorder);
        Box::pin(Client::connect(
            process.of(settings.isolation_level(isolation)),
        ))
    };
    let client = shared.insist(who, ("connect", CONNECT), connect).await;
    let client = client.map_err(|source| GroupError::Client {
        doing: "connect",
        source,
    })?;
    let around = shared.ask_around(who, client.clone());
    let group = group(shared, living, client)?;
    let mut run = Box::pin(work(shared, living, group, stop.clone()));
    let asked = async {
        tokio::select! {
            biased;
            () = stop.cancelled() => {}
            () = shared.all_done.cancelled() => stop.cancel(),
        }
    };
    let until_dropped = poll_fn(|cx| match shared.troubles.drops_run(who) {
        true => Poll::Ready(None),
        false => run.as_mut().poll(cx).map(Some),
    });
    tokio::select! {
        biased;
        ended = until_dropped => match ended {
            Some(ended) => return ended.map(drop),
            None => {
                shared.recorder.dropped(who, "run");
                return Ok(());
            }
        },
        () = around => {}
        () = asked => {}
    }
    close(living, run).await
}

/// The run has been told to end.
async fn close(
    living: &Living,
    run: impl Future<Output = Result<Ended, GroupError>>,
) -> Result<(), GroupError> {
    let call = living
        .recorder
        .call(living.who(), CallKind::CloseMember, CLOSE_WITHIN);
    let ended = run.await;
    let outcome = match &ended {
        Ok(_) => Outcome::Acknowledged,
        Err(_) => Outcome::Refused,
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
    if workload.are_static {
        builder = builder.instance_id(instance(living.life.member));
    }
    if workload.effects != Effects::ExactlyOnce && workload.store != StoreKind::Kafka {
        builder = builder.store(Arc::new(store(shared, living)));
    }
    builder.build()
}

fn store(shared: &Arc<Shared>, living: &Living) -> Noted {
    // One for all members, or they would draw the same fences.
    let ambient = shared
        .ambient
        .clone()
        .clock(process(shared, living).clock());
    Noted {
        store: TableStore::new(shared.watched(living.who(), ambient.clone())).with_ambient(ambient),
        living: living.clone(),
    }
}

fn process<'a>(shared: &'a Shared, living: &Living) -> &'a Process {
    &shared.members[usize::from(living.life.member)].process
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
pub(super) struct Hand {
    shared: Arc<Shared>,
    pub(super) living: Living,
}

/// A record that it works on.
pub(super) type One = (Place, i64, Payload);

impl Hand {
    pub(super) async fn work(&self, one: One) -> Result<(), BoxError> {
        let working = self.living.begin(one);
        match self.shared.troubles.handling(self.living.who()) {
            Some(Ordeal::Fails) => {
                working.end(Worked::Failed);
                return Err("a fault of the plan".into());
            }
            Some(Ordeal::Panics) => planned(),
            Some(Ordeal::Takes(time)) => sleep(time).await,
            // Or keys would never be worked on side by side.
            None if self.shared.plan.workload.order == Order::Key && one.1 % 3 == 0 => {
                sleep(self.shared.troubles.moment()).await;
            }
            None => {}
        }
        working.end(Worked::Done);
        Ok(())
    }
}

impl Hand {
    pub(super) async fn next(&self, claim: &mut PartitionClaim) -> Option<Batch> {
        let (
            who,
            Shared {
                troubles, recorder, ..
            },
        ) = (self.living.who(), &*self.shared);
        match troubles.may_drop(who, claim.next()).await {
            Some(next) => next,
            None => {
                recorder.dropped(who, "next");
                claim.next().await
            }
        }
    }

    /// What is marked is committed at the word of the handler, whose answer it gets; what the group commits by itself, nobody is told.
    async fn commit(&self, claim: &mut PartitionClaim, place: Place, next: i64) {
        let Self { shared, living } = self;
        let commit = living.recorder.new_commit();
        living.note(Event::CommitBegan {
            commit,
            assignment: living.assignment(),
            keeper: Keeper::Kafka,
            place,
            next,
        });
        let mut at = None;
        let outcome = match shared.troubles.may_drop(living.who(), claim.commit()).await {
            Some(Ok(committed)) => {
                at = Some(committed.next);
                Outcome::Acknowledged
            }
            Some(Err(PartitionCommitError::Refused { .. })) => Outcome::Refused,
            Some(Err(_)) => Outcome::Unknown,
            None => {
                shared.recorder.dropped(living.who(), "commit");
                Outcome::Unknown
            }
        };
        living.note(Event::CommitEnded {
            commit,
            outcome,
            at,
        });
    }
}

/// What a claim is of, and where it began.
pub(super) struct Held {
    place: Place,
    at: i64,
    in_kafka: bool,
}

impl Held {
    /// A record comes. The topic may have been made anew since the one before.
    pub(super) fn delivered(&mut self, living: &Living, one: One) {
        if self.in_kafka && one.0 != self.place {
            self.place = one.0;
            living.found_start(self.place, self.at);
        }
        living.delivered(one);
    }
}

fn records(recorder: &Recorder, batch: &Batch) -> Vec<One> {
    let one = |record: Record<'_>| one_of(recorder, batch, &record);
    batch.into_iter().map(one).collect()
}

pub(super) fn one_of(recorder: &Recorder, batch: &Batch, record: &Record<'_>) -> One {
    let (id, partition) = (batch.topic_id(), batch.partition());
    let makings = &recorder.makings;
    let place = makings.place_by(id, &partition.topic, partition.partition);
    (place, record.offset, payload(record))
}

/// Which record it is; one that was never sent, where its value is not as it was made.
pub(super) fn payload(record: &Record<'_>) -> Payload {
    let value = record.value.unwrap_or_default();
    let number = value.first_chunk::<4>();
    let number = number.filter(|number| value.chunks(4).all(|some| number.starts_with(some)));
    Payload(number.map_or(u32::MAX, |number| u32::from_be_bytes(*number)))
}

impl Processor<Noted> for Hand {
    type Error = BoxError;

    async fn process(&self, batch: &Batch, results: &mut Rows) -> Result<(), BoxError> {
        let records = records(&self.living.recorder, batch);
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

    async fn consume_claim(
        &self,
        session: &Session,
        claim: &mut PartitionClaim,
    ) -> Result<(), BoxError> {
        let workload = self.shared.plan.workload;
        let Living { recorder, life, .. } = &self.living;
        recorder.is_called(*life, session.member_id());
        let mut held = Held {
            place: recorder.makings.place_of(claim.partition()),
            at: claim.start().next,
            in_kafka: workload.store == StoreKind::Kafka,
        };
        if held.in_kafka {
            self.living.found_start(held.place, held.at);
        }
        if workload.order == Order::Key {
            return by_key::consume(self, held, claim).await;
        }
        let mut acks = Acks::of(claim);
        while let Some(batch) = self.next(claim).await {
            let records = records(recorder, &batch);
            for one in &records {
                held.delivered(&self.living, *one);
            }
            if let (Effects::AutoCommit, Some((_, last, _))) = (workload.effects, records.last()) {
                claim.mark(*last);
            }
            for one in records {
                self.work(one).await?;
                if workload.effects == Effects::AtLeastOnce {
                    acks.done(claim, one.1);
                }
            }
            acks.batch_ends(claim);
            if held.in_kafka && self.shared.troubles.commits_by_hand() {
                self.commit(claim, held.place, batch.next_offset()).await;
            }
        }
        Ok(())
    }
}
