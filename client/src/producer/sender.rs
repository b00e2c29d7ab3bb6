//! The producer's one task: takes batches that are due, sends them to the leaders of their partitions, and tells those who wait.
//!
//! A request holds at most one batch of a partition (brokers refuse more), and as many partitions of one leader as fit.

mod dispatch;
mod events;
mod identity;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::pin::pin;
use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use ottla_protocol::records::Compressor;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::accumulator::Place;
use super::line::{Decided, Line};
use super::request::{Parcel, Verdict};
use super::{Settings, Shared};
use crate::client::Client;
use crate::cluster::{Cluster, Leader};
use crate::error::ClientError;
use identity::Identity;

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
        let news = self.client.cluster_news();
        loop {
            // Listening begins before the look, or a change in between is missed.
            let mut changed = pin!(news.notified());
            changed.as_mut().enable();
            let known = self.client.cluster();
            let now = Instant::now();
            let due = self.collect(now);
            self.expire(now);
            self.dispatch(&known, now);
            let wake = [due, self.next_deadline(now)].into_iter().flatten().min();
            // What is rare comes first; the loop's head serves the rest, whatever it was that woke.
            tokio::select! {
                biased;
                () = changed => self.learn_partitions(&self.client.cluster()),
                Some(event) = self.under_way.next(), if !self.under_way.is_empty() => self.handle_all(event),
                () = self.shared.work.notified() => {}
                () = sleep_until(wake) => {}
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
    fn next_deadline(&self, now: Instant) -> Option<Instant> {
        let deadline = |place: &Place| {
            let line = self.lines.get(place)?;
            let expiry = line
                .sequence
                .oldest()
                .map(|born| born + self.settings.delivery_timeout);
            // What was due before now was not sent because its broker is busy: an answer wakes, no time does.
            let retry = line.not_before.filter(|not_before| {
                *not_before > now && line.sequence.peek().is_some() && !line.looking
            });
            [expiry, retry].into_iter().flatten().min()
        };
        self.active.iter().filter_map(deadline).min()
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
        let has_room = accumulator.has_room();
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
        if has_room {
            self.shared.room.notify_waiters();
        }
    }
}

/// Vectors that wait for use.
const MOST_SPARE: usize = 16;

async fn sleep_until(when: Option<Instant>) {
    match when {
        Some(when) => tokio::time::sleep_until(when).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests;
