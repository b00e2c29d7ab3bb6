//! From what a fetch brought to batches for the user: checksums, decompression, transactions, position.
//!
//! This runs on the side of the caller, inside `next`, one batch at a time: what is decompressed is still in the cache
//! when the user walks it, one buffer serves all batches, and what waits in the queue takes no more memory than it did
//! on the wire. The fetch of the next response goes on meanwhile.

use std::sync::Arc;

use bytes::Bytes;
use ottla_protocol::records::{
    Compression, ControlType, Decompressor, RecordBatch, RecordError, RecordIter,
};
use ottla_protocol::types::{TopicId, TopicPartition};

use super::aborted::{AbortedFilter, Kind};
use super::batch::{Batch, Body, Bounds, Checked};
use super::feed::Fetched;
use super::position::Position;

/// How batches are checked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UnpackSettings {
    pub(crate) check_crcs: bool,
    pub(crate) max_decompressed_bytes: usize,
}

/// Unpacks what was fetched of one partition.
#[derive(Debug)]
pub(crate) struct Unpacker {
    partition: TopicPartition,
    topic_id: TopicId,
    settings: UnpackSettings,
    position: Position,
    open: Option<Open>,
    decompressor: Decompressor,
    /// Buffers handed out with batches, to be used again. Two, so that a user may keep one batch back.
    spares: [Arc<Vec<u8>>; 2],
}

/// A fetched piece of the log that is being unpacked.
#[derive(Debug)]
struct Open {
    rest: Bytes,
    bounds: Bounds,
    filter: AbortedFilter,
    /// Leader epoch of what was passed over since the last batch that was handed out.
    passed: Option<Option<i32>>,
}

impl Unpacker {
    pub(crate) fn new(
        partition: TopicPartition,
        topic_id: TopicId,
        position: Position,
        settings: UnpackSettings,
    ) -> Self {
        Self {
            partition,
            topic_id,
            settings,
            position,
            open: None,
            decompressor: Decompressor::new(),
            spares: Default::default(),
        }
    }

    /// The next offset that will be handed out, if it exists.
    pub(crate) fn position(&self) -> i64 {
        self.position.next()
    }

    /// Forgets what is open and goes on elsewhere.
    pub(crate) fn seek(&mut self, position: Position) {
        self.position = position;
        self.open = None;
    }

    /// Opens the next piece of the log.
    pub(crate) fn open(&mut self, fetched: Fetched) {
        self.open = Some(Open {
            rest: fetched.records,
            bounds: fetched.bounds,
            filter: AbortedFilter::new(fetched.aborted),
            passed: None,
        });
    }

    /// The next batch of the open piece; `None` once nothing is left of it. After an error nothing is open, and the
    /// position is where the bad batch begins, or higher if part of it was handed out before.
    pub(crate) fn next(&mut self) -> Option<Result<Batch, RecordError>> {
        let mut open = self.open.take()?;
        loop {
            match self.step(&mut open) {
                Ok(Step::Batch(batch)) => {
                    self.open = Some(open);
                    return Some(Ok(batch));
                }
                Ok(Step::Passed) => {}
                Ok(Step::End) => {
                    let leader_epoch = open.passed?;
                    return Some(Ok(self.batch(&open, leader_epoch, None)));
                }
                Err(error) => return Some(Err(error)),
            }
        }
    }

    fn step(&mut self, open: &mut Open) -> Result<Step, RecordError> {
        let whole = open.rest.clone();
        let Some((batch, rest)) = RecordBatch::split_first(&whole)? else {
            return Ok(Step::End);
        };
        if self.settings.check_crcs {
            batch.check_crc()?;
        }
        let admitted = admits(&mut open.filter, &batch)?;
        let mut position = self.position;
        let from = position.pass(batch.last_offset());
        let records = match from {
            Some(from) if admitted => self.check(&whole, &batch, from)?,
            _ => None,
        };
        // Only now, so that a batch at fault leaves the position before it.
        self.position = position;
        open.rest = whole.slice_ref(rest);
        let leader_epoch = batch.partition_leader_epoch();
        if records.is_none() {
            open.passed = from.map(|_| leader_epoch).or(open.passed);
            return Ok(Step::Passed);
        }
        open.passed = None;
        Ok(Step::Batch(self.batch(open, leader_epoch, records)))
    }

    fn check(
        &mut self,
        whole: &Bytes,
        batch: &RecordBatch<'_>,
        from: i64,
    ) -> Result<Option<Checked>, RecordError> {
        let body = match batch.compression() {
            Compression::None => Body::Wire(whole.slice_ref(batch.body())),
            _ => Body::Unpacked(self.decompress(batch)?),
        };
        Checked::check(batch.header(), body, from)
    }

    fn decompress(&mut self, batch: &RecordBatch<'_>) -> Result<Arc<Vec<u8>>, RecordError> {
        let free = self
            .spares
            .iter_mut()
            .position(|spare| Arc::get_mut(spare).is_some());
        let spare = &mut self.spares[free.unwrap_or_default()];
        if free.is_none() {
            *spare = Arc::default();
        }
        if let Some(buffer) = Arc::get_mut(spare) {
            let limit = self.settings.max_decompressed_bytes;
            batch.plain_body(&mut self.decompressor, limit, buffer)?;
        }
        Ok(Arc::clone(spare))
    }

    fn batch(&self, open: &Open, leader_epoch: Option<i32>, records: Option<Checked>) -> Batch {
        Batch {
            partition: self.partition.clone(),
            topic_id: self.topic_id,
            leader_epoch,
            bounds: open.bounds,
            next_offset: self.position.next(),
            records,
        }
    }
}

#[expect(
    clippy::large_enum_variant,
    reason = "a batch goes from here to the caller, and a box for each would cost more"
)]
enum Step {
    Batch(Batch),
    Passed,
    End,
}

fn admits(filter: &mut AbortedFilter, batch: &RecordBatch<'_>) -> Result<bool, RecordError> {
    let kind = if batch.is_control() {
        marker(batch)?
    } else if batch.is_transactional() {
        Kind::Transactional
    } else {
        Kind::Plain
    };
    Ok(filter.admits(batch.last_offset(), batch.producer_id(), kind))
}

/// A control batch holds one record whose key says what it is. Compaction may leave it without.
fn marker(batch: &RecordBatch<'_>) -> Result<Kind, RecordError> {
    let Some(record) = RecordIter::new(&batch.header(), batch.body()).next() else {
        return Ok(Kind::OtherMarker);
    };
    match ControlType::of(&record?)? {
        ControlType::Abort => Ok(Kind::AbortMarker),
        _ => Ok(Kind::OtherMarker),
    }
}

#[cfg(test)]
mod tests;
