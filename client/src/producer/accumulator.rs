//! ◇ Where records wait: one batch under construction a partition, whose bytes they are appended to at once, within a bound of memory.
//!
//! A batch is closed when the next record does not fit, when its first record has lingered for long enough, or at a flush; closed ones wait
//! here, in order, for the sender to take them.
#![deny(clippy::disallowed_methods)]

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use ottla_protocol::records::{BatchBuilder, BuildError};
use ottla_protocol::types::TopicPartition;
use tokio::time::Instant;

use super::batch::{Batch, Contents};
use super::delivery::Fate;
use super::partitioner::{Sticky, for_key};
use super::record::ProducerRecord;

/// What bounds the accumulator.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// A batch that has as many bytes is full.
    pub(super) batch_size: usize,
    /// How long a batch that is not full waits.
    pub(super) linger: Duration,
    /// All records together, in bytes.
    pub(super) memory: usize,
    /// One record, in bytes.
    pub(super) record: usize,
}

/// A partition: the topic's number here, and the partition's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Place {
    pub(super) topic: usize,
    pub(super) partition: i32,
}

/// Where a record went.
#[derive(Debug)]
pub(super) struct Appended<'a> {
    pub(super) fate: &'a Arc<Fate>,
    /// Its place in the batch.
    pub(super) index: i32,
    /// Whether the sender has something to do that it does not know of.
    pub(super) wakes: bool,
}

/// Why a record was not appended.
#[derive(Debug)]
pub(super) enum Refusal {
    Closed,
    /// The topic's partitions are not known yet.
    UnknownTopic,
    UnknownPartition {
        partition: i32,
        count: i32,
    },
    /// There is no room at present.
    Full,
    TooLarge {
        bytes: usize,
        limit: usize,
    },
    Build(BuildError),
}

/// All batches that the sender has not taken yet, and the count of those that it has.
#[derive(Debug)]
pub(super) struct Accumulator {
    bounds: Bounds,
    topics: Vec<Topic>,
    numbers: HashMap<Arc<str>, usize>,
    /// The topic of the last record: the next is likely for the same.
    latest: usize,
    used: usize,
    ready: VecDeque<(Place, Batch)>,
    /// Batches under construction, by the time when the sender is due for them: first in, first out, since all linger equally long.
    lingering: VecDeque<(Instant, Place, u64)>,
    opened: u64,
    generation: u64,
    unsettled: BTreeMap<u64, usize>,
    builders: Vec<BatchBuilder>,
    closed: bool,
}

#[derive(Debug)]
struct Topic {
    name: Arc<str>,
    count: i32,
    sticky: Sticky,
    open: Vec<Option<Open>>,
}

#[derive(Debug)]
struct Open {
    id: u64,
    batch: Batch,
}

impl Accumulator {
    pub(super) fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            topics: Vec::new(),
            numbers: HashMap::new(),
            latest: 0,
            used: 0,
            ready: VecDeque::new(),
            lingering: VecDeque::new(),
            opened: 0,
            generation: 0,
            unsettled: BTreeMap::new(),
            builders: Vec::new(),
            closed: false,
        }
    }

    /// Takes in how many partitions a topic has. They never become fewer: a topic made anew with fewer shows when its batches are refused.
    pub(super) fn learn(&mut self, name: &str, count: i32) {
        let number = self.numbers.get(name).copied().unwrap_or(self.topics.len());
        if number == self.topics.len() {
            let name: Arc<str> = name.into();
            self.numbers.insert(Arc::clone(&name), number);
            self.topics.push(Topic {
                name,
                count: 0,
                sticky: Sticky::default(),
                open: Vec::new(),
            });
        }
        if let Some(topic) = self.topics.get_mut(number) {
            topic.count = topic.count.max(count);
            let partitions = usize::try_from(topic.count).unwrap_or_default();
            topic.open.resize_with(partitions, || None);
        }
    }

    /// The topics that records were sent to.
    pub(super) fn topics(&self) -> impl Iterator<Item = &Arc<str>> {
        self.topics.iter().map(|topic| &topic.name)
    }

    /// Appends a record. `now` and `random` are asked only when they are needed: a batch is opened, another partition is to be chosen.
    pub(super) fn append(
        &mut self,
        record: &ProducerRecord<'_>,
        timestamp: i64,
        awaited: bool,
        now: impl FnOnce() -> Instant,
        random: impl FnOnce() -> u32,
    ) -> Result<Appended<'_>, Refusal> {
        if self.closed {
            return Err(Refusal::Closed);
        }
        let most = BatchBuilder::most_bytes(record.key, record.value, record.headers);
        let limit = self.bounds.record.min(self.bounds.memory);
        if most > limit {
            return Err(Refusal::TooLarge { bytes: most, limit });
        }
        if self.used + most > self.bounds.memory {
            // What lingers would keep the memory that is waited for.
            self.close_all();
            return Err(Refusal::Full);
        }
        let topic = self.find(record.topic).ok_or(Refusal::UnknownTopic)?;
        let partition = self.choose(topic, record, random)?;
        let place = Place { topic, partition };
        let full = self
            .open_len(place)
            .is_some_and(|len| len + most > self.bounds.batch_size);
        if full {
            self.close(place);
        }
        let opens = self.open_len(place).is_none();
        if opens {
            self.open(place, now());
        }
        let grown = self.write(place, record, timestamp, awaited);
        if let (Err(_), true) = (&grown, opens) {
            self.discard(place);
        }
        let (index, grown) = grown.map_err(Refusal::Build)?;
        self.used += grown;
        if record.partition.is_none() && record.key.is_none() {
            self.wrote(topic, grown);
        }
        let wakes = full || (opens && self.lingering.len() == 1);
        let fate = self.fate(place).ok_or(Refusal::UnknownTopic)?;
        Ok(Appended { fate, index, wakes })
    }

    /// Takes the next closed batch, or one that has lingered for long enough.
    pub(super) fn take(&mut self, now: Instant) -> Option<(Place, Batch)> {
        while self.lingering.front().is_some_and(|(due, ..)| *due <= now) {
            let Some((_, place, id)) = self.lingering.pop_front() else {
                break;
            };
            if self.is_open(place, id) {
                self.close(place);
            }
        }
        self.ready.pop_front()
    }

    /// When the next batch has lingered for long enough, if the sender has nothing to take before.
    pub(super) fn due(&mut self) -> Option<Instant> {
        while let Some((due, place, id)) = self.lingering.front() {
            if self.is_open(*place, *id) {
                return Some(*due);
            }
            self.lingering.pop_front();
        }
        None
    }

    /// Closes all batches. What is told is to be asked by [`is_settled`](Self::is_settled) until everything up to here has its fate.
    pub(super) fn flush(&mut self) -> u64 {
        self.close_all();
        self.generation += 1;
        self.generation - 1
    }

    /// Whether those who wait for room may be woken: not for each batch that leaves, but when a good part of the memory is free, so that
    /// they fill it in one go.
    pub(super) fn has_room(&self) -> bool {
        self.used <= self.bounds.memory / 4 * 3
    }

    pub(super) fn is_settled(&self, generation: u64) -> bool {
        self.unsettled
            .first_key_value()
            .is_none_or(|(oldest, _)| *oldest > generation)
    }

    /// A batch has its fate: its memory is free again.
    pub(super) fn settle(&mut self, generation: u64, bytes: usize) {
        self.used -= bytes.min(self.used);
        if let Some(count) = self.unsettled.get_mut(&generation) {
            *count -= 1;
            if *count == 0 {
                self.unsettled.remove(&generation);
            }
        }
    }

    /// Takes a builder back, to use its memory for a later batch.
    pub(super) fn recycle(&mut self, builder: BatchBuilder) {
        if self.builders.len() < MOST_SPARE {
            self.builders.push(builder);
        }
    }

    /// Takes no more records, and gives out all that wait.
    pub(super) fn end(&mut self) -> Vec<Batch> {
        self.closed = true;
        self.flush();
        self.ready.drain(..).map(|(_, batch)| batch).collect()
    }

    fn find(&mut self, name: &str) -> Option<usize> {
        let latest = self.topics.get(self.latest);
        if latest.is_none_or(|topic| *topic.name != *name) {
            self.latest = *self.numbers.get(name)?;
        }
        Some(self.latest)
    }

    fn choose(
        &mut self,
        topic: usize,
        record: &ProducerRecord<'_>,
        random: impl FnOnce() -> u32,
    ) -> Result<i32, Refusal> {
        let topic = self.topics.get_mut(topic).ok_or(Refusal::UnknownTopic)?;
        let count = topic.count;
        match (record.partition, record.key) {
            (Some(partition), _) if (0..count).contains(&partition) => Ok(partition),
            (Some(partition), _) => Err(Refusal::UnknownPartition { partition, count }),
            (None, Some(key)) => Ok(for_key(key, count)),
            (None, None) => Ok(topic.sticky.partition(count, random)),
        }
    }

    fn wrote(&mut self, topic: usize, bytes: usize) {
        if let Some(topic) = self.topics.get_mut(topic) {
            topic.sticky.wrote(bytes, self.bounds.batch_size);
        }
    }

    fn slot(&mut self, place: Place) -> Option<&mut Option<Open>> {
        let number = usize::try_from(place.partition).ok()?;
        self.topics.get_mut(place.topic)?.open.get_mut(number)
    }

    fn open_len(&mut self, place: Place) -> Option<usize> {
        Some(self.slot(place)?.as_ref()?.batch.len())
    }

    fn is_open(&self, place: Place, id: u64) -> bool {
        let number = usize::try_from(place.partition).unwrap_or(usize::MAX);
        let topic = self.topics.get(place.topic);
        let open = topic.and_then(|topic| topic.open.get(number)?.as_ref());
        open.is_some_and(|open| open.id == id)
    }

    fn fate(&mut self, place: Place) -> Option<&Arc<Fate>> {
        Some(&self.slot(place)?.as_ref()?.batch.fate)
    }

    fn open(&mut self, place: Place, now: Instant) {
        let Some(name) = self
            .topics
            .get(place.topic)
            .map(|topic| Arc::clone(&topic.name))
        else {
            return;
        };
        self.opened += 1;
        let id = self.opened;
        let builder = self.builders.pop().unwrap_or_default();
        let batch = Batch {
            fate: Arc::new(Fate::new(TopicPartition::new(name, place.partition))),
            contents: Contents::Open(builder),
            born: now,
            charged: 0,
            generation: self.generation,
            forgotten: false,
            attempts: 0,
        };
        *self.unsettled.entry(self.generation).or_default() += 1;
        self.lingering
            .push_back((now + self.bounds.linger, place, id));
        if let Some(slot) = self.slot(place) {
            *slot = Some(Open { id, batch });
        }
    }

    /// The record's index in its batch, and by how many bytes that has grown.
    fn write(
        &mut self,
        place: Place,
        record: &ProducerRecord<'_>,
        timestamp: i64,
        awaited: bool,
    ) -> Result<(i32, usize), BuildError> {
        let open = self.slot(place).and_then(Option::as_mut);
        let Some(Open { batch, .. }) = open else {
            return Err(BuildError::Empty);
        };
        let Contents::Open(builder) = &mut batch.contents else {
            return Err(BuildError::Empty);
        };
        let before = builder.len();
        let index = builder.append(timestamp, record.key, record.value, record.headers)?;
        let grown = builder.len() - before;
        batch.charged += grown;
        batch.forgotten |= !awaited;
        Ok((index, grown))
    }

    fn close_all(&mut self) {
        while let Some((_, place, id)) = self.lingering.pop_front() {
            if self.is_open(place, id) {
                self.close(place);
            }
        }
    }

    fn close(&mut self, place: Place) {
        if let Some(open) = self.slot(place).and_then(Option::take) {
            self.ready.push_back((place, open.batch));
        }
    }

    /// Takes a batch back that was opened for a record that can't be written.
    fn discard(&mut self, place: Place) {
        if let Some(open) = self.slot(place).and_then(Option::take) {
            self.settle(open.batch.generation, 0);
        }
    }
}

/// Builders that wait for use. More partitions than these may have an open batch, whose builders are then made anew.
const MOST_SPARE: usize = 32;

#[cfg(test)]
mod tests;
