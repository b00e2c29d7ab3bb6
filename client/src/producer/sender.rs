//! The producer's one task: takes batches that are due, sends them to the leaders of their partitions, and tells those who wait.
//!
//! A request holds at most one batch of a partition (brokers refuse more), and as many partitions of one leader as fit.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use ottla_protocol::messages::init_producer_id::InitProducerIdRequest;
use ottla_protocol::records::Compressor;
use ottla_protocol::types::TopicPartition;
use tokio_util::sync::CancellationToken;

use super::accumulator::Place;
use super::error::ProduceError;
use super::line::{Decided, Line};
use super::request::{Parcel, Verdict, produce};
use super::sequence::Answer;
use super::{Settings, Shared};
use crate::client::Client;
use crate::cluster::{Cluster, Leader};
use crate::error::{About, ClientError};
use crate::retry::pauses;

pub(super) struct Sender {
    shared: Arc<Shared>,
    client: Client,
    settings: Settings,
    lines: BTreeMap<Place, Line>,
    /// The lines that have batches.
    active: BTreeSet<Place>,
    /// Where the next round begins, so that no partition is always last.
    turn: Option<Place>,
    under_way: FuturesUnordered<BoxFuture<'static, Event>>,
    in_flight: HashMap<i32, usize>,
    identity: Identity,
    compressor: Compressor,
    spare: Vec<Vec<u8>>,
}

/// What came of something that was waited for.
enum Event {
    Answered {
        broker: i32,
        parcels: Vec<Parcel>,
        outcome: Result<Vec<Verdict>, ClientError>,
    },
    Looked {
        place: Place,
        found: Result<Leader, ClientError>,
    },
    Identified(Result<(i64, i16), ClientError>),
}

/// The producer id, which partitions share.
#[derive(Clone, Copy, Debug)]
enum Identity {
    Unknown,
    Asked,
    /// Taken by those that ask from now on, once: a partition that asks again has used up its epochs.
    Known(i64, i16),
}

impl Sender {
    pub(super) fn new(shared: Arc<Shared>, client: Client, settings: Settings) -> Self {
        Self {
            shared,
            client,
            settings,
            lines: BTreeMap::new(),
            active: BTreeSet::new(),
            turn: None,
            under_way: FuturesUnordered::new(),
            in_flight: HashMap::new(),
            identity: Identity::Unknown,
            compressor: Compressor::new(),
            spare: Vec::new(),
        }
    }

    /// Runs until the producer is dropped; what is undecided then is abandoned.
    pub(super) async fn run(mut self, stop: CancellationToken) {
        stop.run_until_cancelled(self.serve()).await;
    }

    async fn serve(&mut self) {
        let mut cluster = self.client.watch_cluster();
        loop {
            let known = Arc::clone(&cluster.borrow_and_update());
            let now = Instant::now();
            let due = self.collect(now);
            self.expire(now);
            self.dispatch(&known, now);
            let wake = [due, self.next_deadline()].into_iter().flatten().min();
            tokio::select! {
                Some(event) = self.under_way.next(), if !self.under_way.is_empty() => self.handle_all(event),
                () = self.shared.work.notified() => {}
                () = sleep_until(wake) => {}
                Ok(()) = cluster.changed() => self.learn_partitions(&cluster.borrow()),
            }
        }
    }

    /// Takes what is due from the accumulator, and tells when the next batch will be.
    fn collect(&mut self, now: Instant) -> Option<Instant> {
        let mut accumulator = self.shared.accumulator();
        while let Some((place, batch)) = accumulator.take(now) {
            let idempotent = self.settings.idempotent;
            let line = self.lines.entry(place);
            let line =
                line.or_insert_with(|| Line::new(batch.fate.partition().clone(), idempotent));
            let (records, born) = (batch.record_count(), batch.born);
            line.sequence.push(batch, records, born);
            self.active.insert(place);
        }
        accumulator.due()
    }

    fn learn_partitions(&self, cluster: &Cluster) {
        let mut accumulator = self.shared.accumulator();
        let topics: Vec<_> = accumulator.topics().cloned().collect();
        for name in topics {
            if let Some(topic) = cluster.topic(&name) {
                accumulator.learn(&name, topic.partition_count());
            }
        }
    }

    fn expire(&mut self, now: Instant) {
        let limit = self.settings.delivery_timeout;
        let mut decided = Vec::new();
        for place in &self.active {
            if let Some(line) = self.lines.get_mut(place) {
                decided.extend(line.expire(now, limit));
            }
        }
        self.settle(decided);
    }

    /// When there is something to do even if nothing happens.
    fn next_deadline(&self) -> Option<Instant> {
        let deadline = |place: &Place| {
            let line = self.lines.get(place)?;
            let expiry = line
                .sequence
                .oldest()
                .map(|born| born + self.settings.delivery_timeout);
            let retry = line
                .not_before
                .filter(|_| line.sequence.peek().is_some() && !line.looking);
            [expiry, retry].into_iter().flatten().min()
        };
        self.active.iter().filter_map(deadline).min()
    }

    /// Sends what may be sent, until each broker is busy or nothing is left.
    fn dispatch(&mut self, cluster: &Cluster, now: Instant) {
        self.identify();
        loop {
            let requests = self.round(cluster, now);
            if requests.is_empty() {
                break;
            }
            for (broker, parcels) in requests {
                self.fly(broker, parcels);
            }
        }
        let (lines, active) = (&self.lines, &mut self.active);
        active.retain(|place| {
            lines
                .get(place)
                .is_some_and(|line| !line.sequence.is_empty())
        });
    }

    /// At most one batch of each partition, at most one request for each broker.
    fn round(&mut self, cluster: &Cluster, now: Instant) -> HashMap<i32, Vec<Parcel>> {
        let mut requests: HashMap<i32, (usize, Vec<Parcel>)> = HashMap::new();
        let turn = self.turn.take();
        let order: Vec<Place> = match turn {
            Some(turn) => self
                .active
                .range(turn..)
                .chain(self.active.range(..turn))
                .copied()
                .collect(),
            None => self.active.iter().copied().collect(),
        };
        for place in order {
            let Some(bytes) = self.sendable(place, now) else {
                continue;
            };
            let Some(leader) = self.leader(place, cluster) else {
                continue;
            };
            let busy = self
                .in_flight
                .get(&leader.broker)
                .copied()
                .unwrap_or_default()
                >= self.settings.max_in_flight;
            let (total, parcels) = requests.entry(leader.broker).or_default();
            let full = !parcels.is_empty() && *total + bytes > self.settings.max_request_size;
            if busy || full {
                self.turn.get_or_insert(place);
                continue;
            }
            if let Some(parcel) = self.pack(place, &leader) {
                *total += parcel.bytes.len();
                parcels.push(parcel);
            }
        }
        let requests = requests
            .into_iter()
            .map(|(broker, (_, parcels))| (broker, parcels));
        requests
            .filter(|(_, parcels)| !parcels.is_empty())
            .collect()
    }

    /// How large the partition's next batch is, if it may be sent now.
    fn sendable(&self, place: Place, now: Instant) -> Option<usize> {
        let line = self.lines.get(&place)?;
        if line.looking || line.not_before.is_some_and(|not_before| now < not_before) {
            return None;
        }
        line.sequence.peek().map(|batch| batch.len())
    }

    /// Who leads the partition, as far as is known; if nobody, somebody is sent to find out.
    fn leader(&mut self, place: Place, cluster: &Cluster) -> Option<Leader> {
        let line = self.lines.get_mut(&place)?;
        let topic = cluster.topic(&line.partition.topic);
        let known = topic.and_then(|topic| topic.leader(line.partition.partition).ok());
        if known.is_none() {
            line.looking = true;
            let (client, partition) = (self.client.clone(), line.partition.clone());
            let look = async move {
                let found = client.leader(&partition).await;
                Event::Looked { place, found }
            };
            self.under_way.push(look.boxed());
        }
        known
    }

    fn pack(&mut self, place: Place, leader: &Leader) -> Option<Parcel> {
        let line = self.lines.get_mut(&place)?;
        let (id, stamp, batch) = line.sequence.send()?;
        let spare = self.spare.pop();
        batch.attempts += 1;
        match batch.seal(
            self.settings.compression,
            stamp,
            &mut self.compressor,
            spare,
        ) {
            Ok((bytes, builder)) => {
                if let Some(builder) = builder {
                    self.shared.accumulator().recycle(builder);
                }
                Some(Parcel {
                    place,
                    id,
                    partition: line.partition.clone(),
                    topic_id: leader.topic_id,
                    bytes,
                })
            }
            Err(error) => {
                let topic = Arc::clone(&line.partition.topic);
                let source = Arc::new(error);
                let why = ProduceError::Record { topic, source };
                let unsealed = line.sequence.answered(id, Answer::Refused);
                let decided = unsealed
                    .into_iter()
                    .map(|(batch, _)| (batch, Err(why.clone())));
                let decided = decided.collect();
                self.settle(decided);
                None
            }
        }
    }

    fn fly(&mut self, broker: i32, mut parcels: Vec<Parcel>) {
        parcels.sort_by_key(|parcel| parcel.place);
        *self.in_flight.entry(broker).or_default() += 1;
        let (client, acks) = (self.client.clone(), self.settings.acks);
        let flight = async move {
            let outcome = produce(&client, broker, acks, &parcels).await;
            Event::Answered {
                broker,
                parcels,
                outcome,
            }
        };
        self.under_way.push(flight.boxed());
    }

    /// Takes in an event, and those that came with it, so that one round serves them all.
    fn handle_all(&mut self, event: Event) {
        self.handle(event);
        while let Some(Some(event)) = self.under_way.next().now_or_never() {
            self.handle(event);
        }
    }

    fn handle(&mut self, event: Event) {
        match event {
            Event::Answered {
                broker,
                parcels,
                outcome,
            } => self.answered(broker, parcels, outcome),
            Event::Looked { place, found } => self.looked(place, found),
            Event::Identified(identity) => self.identified(identity),
        }
    }

    fn answered(
        &mut self,
        broker: i32,
        parcels: Vec<Parcel>,
        outcome: Result<Vec<Verdict>, ClientError>,
    ) {
        if let Some(in_flight) = self.in_flight.get_mut(&broker) {
            *in_flight -= 1;
        }
        let verdicts = outcome
            .unwrap_or_else(|error| parcels.iter().map(|_| Verdict::of(error.clone())).collect());
        let now = Instant::now();
        let mut decided = Vec::new();
        for (parcel, verdict) in parcels.into_iter().zip(verdicts) {
            let Parcel {
                place,
                id,
                partition,
                bytes,
                ..
            } = parcel;
            // The batch's memory is to come back with its fate.
            drop(bytes);
            self.note(place, &partition, &verdict, now);
            if let Some(line) = self.lines.get_mut(&place) {
                decided.extend(line.judge(id, verdict));
            }
        }
        self.settle(decided);
    }

    /// After a failure the partition pauses, unless the broker has said who leads now.
    fn note(&mut self, place: Place, partition: &TopicPartition, verdict: &Verdict, now: Instant) {
        let (Err(error), Some(line)) = (&verdict.result, self.lines.get_mut(&place)) else {
            return;
        };
        tracing::debug!(%partition, %error, "a batch was not written");
        if error.is_stale_metadata() {
            self.client.stale_metadata();
        }
        if let Some((leader, epoch)) = verdict.hint {
            self.client.leader_hint(partition, leader, epoch);
        }
        if error.is_retriable() {
            let config = self.client.config();
            line.pause(now, || {
                pauses(config.retry_backoff, config.retry_backoff_max)
            });
        }
    }

    fn looked(&mut self, place: Place, found: Result<Leader, ClientError>) {
        let Some(line) = self.lines.get_mut(&place) else {
            return;
        };
        line.looking = false;
        let Err(error) = found else {
            line.missed = 0;
            return;
        };
        tracing::debug!(partition = %line.partition, %error, "no leader found");
        let gone = match &error {
            ClientError::UnknownTopic { topic } => Some(ProduceError::UnknownTopic {
                topic: Arc::clone(topic),
            }),
            ClientError::UnknownPartition { partition, count } => {
                Some(ProduceError::UnknownPartition {
                    partition: partition.clone(),
                    count: *count,
                })
            }
            error if !error.is_retriable() => Some(ProduceError::NotSendable {
                partition: line.partition.clone(),
                source: Arc::new(error.clone()),
            }),
            _ => None,
        };
        line.missed += u32::from(gone.is_some());
        line.last_error = Some(Arc::new(error));
        let config = self.client.config();
        line.pause(Instant::now(), || {
            pauses(config.retry_backoff, config.retry_backoff_max)
        });
        if let Some(why) = gone.filter(|_| line.missed >= MISSES) {
            let decided = line.fail(&why);
            self.settle(decided);
        }
    }

    /// Sees to it that each partition that needs a producer id gets one.
    fn identify(&mut self) {
        let needy = |sender: &Self| {
            let needs = |place: &Place| {
                sender
                    .lines
                    .get(place)
                    .is_some_and(|line| line.sequence.needs_identity())
            };
            sender
                .active
                .iter()
                .copied()
                .filter(needs)
                .collect::<Vec<_>>()
        };
        let places = needy(self);
        if places.is_empty() {
            return;
        }
        match self.identity {
            Identity::Asked => {}
            Identity::Known(id, epoch) => {
                let mut used_up = false;
                for place in places {
                    if let Some(line) = self.lines.get_mut(&place) {
                        used_up |= !line.identify(id, epoch);
                    }
                }
                if used_up {
                    self.ask_for_identity();
                }
            }
            Identity::Unknown => self.ask_for_identity(),
        }
    }

    fn ask_for_identity(&mut self) {
        self.identity = Identity::Asked;
        let (client, within) = (self.client.clone(), self.settings.delivery_timeout);
        self.under_way
            .push(async move { Event::Identified(identity(&client, within).await) }.boxed());
    }

    fn identified(&mut self, identity: Result<(i64, i16), ClientError>) {
        let error = match identity {
            Ok((id, epoch)) => {
                tracing::debug!(producer_id = id, epoch, "idempotent producer");
                self.identity = Identity::Known(id, epoch);
                return;
            }
            Err(error) => Arc::new(error),
        };
        self.identity = Identity::Unknown;
        let mut decided = Vec::new();
        for place in &self.active {
            let needy = self
                .lines
                .get_mut(place)
                .filter(|line| line.sequence.needs_identity());
            if let Some(line) = needy {
                let why = ProduceError::NoProducerId {
                    partition: line.partition.clone(),
                    source: Arc::clone(&error),
                };
                decided.extend(line.fail(&why));
            }
        }
        self.settle(decided);
    }

    /// Tells those who wait, and frees memory.
    fn settle(&mut self, decided: Vec<Decided>) {
        if decided.is_empty() {
            return;
        }
        let mut accumulator = self.shared.accumulator();
        for (batch, _) in &decided {
            accumulator.settle(batch.generation, batch.charged);
        }
        drop(accumulator);
        for (batch, outcome) in decided {
            if let Err(error) = &outcome {
                self.shared.note_failure(error, batch.forgotten);
            }
            let memory = batch.decide(outcome);
            self.spare
                .extend(memory.filter(|_| self.spare.len() < MOST_SPARE));
        }
        self.shared.settled.notify_waiters();
    }
}

/// How many looks at fresh metadata must miss a topic before it counts as deleted: a broker that has just started may not know all topics yet.
const MISSES: u32 = 3;

/// Vectors that wait for use.
const MOST_SPARE: usize = 16;

async fn sleep_until(when: Option<Instant>) {
    match when {
        Some(when) => tokio::time::sleep_until(when.into()).await,
        None => std::future::pending().await,
    }
}

async fn identity(client: &Client, within: Duration) -> Result<(i64, i16), ClientError> {
    let mut backoff = client.backoff("get a producer id", within);
    loop {
        match identity_once(client).await {
            Ok(identity) => return Ok(identity),
            Err(error) => backoff.pause(error).await?,
        }
    }
}

async fn identity_once(client: &Client) -> Result<(i64, i16), ClientError> {
    let request = InitProducerIdRequest {
        transaction_timeout_ms: i32::MAX,
        ..InitProducerIdRequest::default()
    };
    let reply = client.call_any(&request).await?;
    let answer = reply.parse()?;
    // A broker that has just started has no ids to give yet.
    reply.check(answer.error_code, || About::Request)?;
    Ok((answer.producer_id, answer.producer_epoch))
}
