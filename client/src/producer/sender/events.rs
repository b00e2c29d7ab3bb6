//! What came of requests and looks, and what follows from it.

use std::sync::Arc;

use futures_util::{FutureExt, StreamExt};
use ottla_protocol::types::TopicPartition;
use tokio::time::Instant;

use super::{Event, Sender};
use crate::cluster::Leader;
use crate::error::ClientError;
use crate::producer::accumulator::Place;
use crate::producer::error::ProduceError;
use crate::producer::request::{Parcel, Verdict};

impl Sender {
    /// Takes in an event, and those that came with it, so that one round serves them all.
    pub(super) fn handle_all(&mut self, event: Event) {
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
            line.pause(now, || self.client.pauses());
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
        line.pause(Instant::now(), || self.client.pauses());
        if let Some(why) = gone.filter(|_| line.missed >= MISSES) {
            let decided = line.fail(&why);
            self.settle(decided);
        }
    }
}

/// How many looks at fresh metadata must miss a topic before it counts as deleted: a broker that has just started may not know all topics yet.
const MISSES: u32 = 3;
