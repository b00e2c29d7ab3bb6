//! What a log writes down beside its batches, and how both make a log again.
//!
//! The state holds what batches can't tell: the log's start, epochs without records, producers whose batches are gone. What
//! was appended after the state was written is learned from the batches, so that it may lag behind them. Nor need they be as new as the
//! state: those that it knows to be deleted are passed over. Without any state all is learned from the batches.

use bytes::{Buf, BufMut, Bytes};

use super::batches::{Batches, Stored};
use super::epochs::Epochs;
use super::producers::{Entry, Producers, Sequenced};
use super::{Aborted, AbortedTransaction, LogConfig, PartitionLog};

/// The first byte: how the rest is to be read.
const FORMAT: u8 = 1;

/// A state that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the state of a log is cut short, or none at all")]
pub struct Damaged;

impl From<bytes::TryGetError> for Damaged {
    fn from(_: bytes::TryGetError) -> Self {
        Self
    }
}

impl PartitionLog {
    /// Appends the state to `out`. Not in it: the settings, the batches, and a high watermark that is held back.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.put_u8(FORMAT);
        out.put_i64(self.log_start);
        out.put_i64(self.log_end);
        out.put_i64(self.batches_end());
        out.put_i32(self.leader_epoch);
        out.put_u64(self.rewrites);
        put_all(out, self.epochs.entries(), |out, entry| {
            out.put_i32(entry.epoch);
            out.put_i64(entry.start);
        });
        let producers = self.producers.entries();
        put_all(out, producers, |out, (producer_id, entry)| {
            out.put_i64(*producer_id);
            put_producer(out, entry);
        });
        put_all(out, self.producers.ended(), |out, (first, marker)| {
            out.put_i64(*first);
            out.put_i64(*marker);
        });
        put_all(out, self.aborted.list(), put_aborted);
    }

    /// Makes a log of its state (written after the last change of [`rewrites`](Self::rewrites) that the batches know of, or later) and its batches,
    /// one behind the other as [`batches_from`](Self::batches_from) gives them. The batches end with the first that is cut or damaged; an empty state
    /// is none.
    ///
    /// # Errors
    /// The state is none.
    pub fn decode(state: &[u8], batches: &Bytes, config: LogConfig) -> Result<Self, Damaged> {
        let mut log = Self::new(config, 0);
        let batches_end = match state {
            [] => None,
            mut state => Some(log.take_state(&mut state)?),
        };
        // Behind the last batch offsets may be used up: of batches that were deleted.
        let learned_to = batches_end.map(|_| log.log_end);
        let found = split(batches);
        let end = found.last().map_or(0, |last| last.header.next_offset());
        let lost = batches_end.is_some_and(|batches_end| end < batches_end);
        if lost {
            log.log_end = end.max(log.log_start);
            log.epochs.cut_from(log.log_end);
        }
        for batch in found {
            log.take_batch(batch, learned_to);
        }
        match lost {
            true => log.learn_producers(),
            false => log.learn_aborted(),
        }
        log.settle();
        Ok(log)
    }

    /// The state of a log that was compacted no longer knows of aborted transactions whose records went; where the batches are older, they
    /// are there still.
    fn learn_aborted(&mut self) {
        let mut told = self.clone();
        told.learn_producers();
        for aborted in told.aborted.list() {
            self.aborted.add(*aborted);
        }
    }

    fn batches_end(&self) -> i64 {
        self.batches
            .last()
            .map_or(0, |last| last.header.next_offset())
    }

    /// What lies below the state's end is known from it.
    fn take_batch(&mut self, batch: Stored, learned_to: Option<i64>) {
        if batch.header.last_offset() < self.log_start {
            return;
        }
        if learned_to.is_some_and(|learned_to| batch.header.next_offset() <= learned_to) {
            self.batches.push(batch);
            return;
        }
        if learned_to.is_none() && self.batches.first().is_none() {
            self.log_start = batch.header.base_offset();
            self.epochs = Epochs::default();
        }
        let epoch = batch.header.partition_leader_epoch();
        self.leader_epoch = self.leader_epoch.max(epoch.unwrap_or(0));
        self.push(batch);
    }

    /// Reads the state; gives the end of the batches that it knows of.
    fn take_state(&mut self, input: &mut &[u8]) -> Result<i64, Damaged> {
        if input.try_get_u8()? != FORMAT {
            return Err(Damaged);
        }
        self.log_start = input.try_get_i64()?;
        self.log_end = input.try_get_i64()?;
        let batches_end = input.try_get_i64()?;
        self.leader_epoch = input.try_get_i32()?;
        self.rewrites = input.try_get_u64()?;
        self.batches = Batches::default();
        self.epochs = Epochs::default();
        for_all(input, |input| {
            let epoch = input.try_get_i32()?;
            self.epochs.assign(epoch, input.try_get_i64()?);
            Ok(())
        })?;
        self.producers = Producers::default();
        for_all(input, |input| {
            let producer_id = input.try_get_i64()?;
            self.producers.load(producer_id, take_producer(input)?);
            Ok(())
        })?;
        for_all(input, |input| {
            let first_offset = input.try_get_i64()?;
            self.producers
                .load_ended(first_offset, input.try_get_i64()?);
            Ok(())
        })?;
        self.aborted = Aborted::default();
        for_all(input, |input| {
            self.aborted.push(take_aborted(input)?);
            Ok(())
        })?;
        let orderly = 0 <= self.log_start && self.log_start <= self.log_end;
        if !input.is_empty() || !orderly {
            return Err(Damaged);
        }
        Ok(batches_end)
    }
}

/// Whole and sound batches with ascending offsets, up to the first that is not.
fn split(batches: &Bytes) -> Vec<Stored> {
    let mut rest = batches.clone();
    let mut found: Vec<Stored> = Vec::new();
    while let Some(batch) = Stored::first_of(&rest) {
        let last = found.last().map_or(-1, |last| last.header.last_offset());
        if batch.header.base_offset() <= last {
            break;
        }
        rest.advance(batch.bytes.len());
        found.push(batch);
    }
    found
}

fn put_producer(out: &mut Vec<u8>, entry: &Entry) {
    out.put_i16(entry.epoch);
    out.put_i32(entry.coordinator_epoch);
    out.put_i64(entry.last_timestamp);
    out.put_i64(entry.transaction_start.unwrap_or(-1));
    put_all(out, &entry.sequenced, |out, batch| {
        out.put_i32(batch.last_sequence);
        out.put_i64(batch.last_offset);
        out.put_i32(batch.last_offset_delta);
        out.put_i64(batch.timestamp);
    });
}

fn take_producer(input: &mut &[u8]) -> Result<Entry, Damaged> {
    let mut entry = Entry {
        epoch: input.try_get_i16()?,
        coordinator_epoch: input.try_get_i32()?,
        last_timestamp: input.try_get_i64()?,
        transaction_start: Some(input.try_get_i64()?).filter(|start| *start >= 0),
        ..Entry::default()
    };
    for_all(input, |input| {
        entry.sequenced.push_back(Sequenced {
            last_sequence: input.try_get_i32()?,
            last_offset: input.try_get_i64()?,
            last_offset_delta: input.try_get_i32()?,
            timestamp: input.try_get_i64()?,
        });
        Ok(())
    })?;
    Ok(entry)
}

fn put_aborted(out: &mut Vec<u8>, aborted: &AbortedTransaction) {
    out.put_i64(aborted.producer_id);
    out.put_i64(aborted.first_offset);
    out.put_i64(aborted.last_offset);
    out.put_i64(aborted.last_stable_offset);
}

fn take_aborted(input: &mut &[u8]) -> Result<AbortedTransaction, Damaged> {
    Ok(AbortedTransaction {
        producer_id: input.try_get_i64()?,
        first_offset: input.try_get_i64()?,
        last_offset: input.try_get_i64()?,
        last_stable_offset: input.try_get_i64()?,
    })
}

fn put_all<I>(out: &mut Vec<u8>, items: I, put: impl Fn(&mut Vec<u8>, I::Item))
where
    I: IntoIterator<IntoIter: ExactSizeIterator>,
{
    let items = items.into_iter();
    out.put_u32(items.len() as u32);
    for item in items {
        put(out, item);
    }
}

/// A count that promises more than there is ends with the bytes.
fn for_all(
    input: &mut &[u8],
    mut take: impl FnMut(&mut &[u8]) -> Result<(), Damaged>,
) -> Result<(), Damaged> {
    for _ in 0..input.try_get_u32()? {
        take(input)?;
    }
    Ok(())
}
