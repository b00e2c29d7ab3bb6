//! Rounds: which batch goes to which broker, now.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::FutureExt;
use tokio::time::Instant;

use super::{Event, Sender};
use crate::cluster::{Cluster, Leader};
use crate::producer::accumulator::Place;
use crate::producer::error::ProduceError;
use crate::producer::request::{Parcel, produce};
use crate::producer::sequence::Answer;

impl Sender {
    /// Sends what may be sent, until each broker is busy or nothing is left.
    pub(super) fn dispatch(&mut self, cluster: &Cluster, now: Instant) {
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
    fn round(&mut self, cluster: &Cluster, now: Instant) -> BTreeMap<i32, Vec<Parcel>> {
        let mut requests: BTreeMap<i32, (usize, Vec<Parcel>)> = BTreeMap::new();
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
        let in_doubt = self.lines.get_mut(&place)?.head_for(leader.topic_id);
        self.settle(in_doubt);
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
}
