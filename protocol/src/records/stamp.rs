//! Batches changed where they lie: what brokers write into those of producers, and producers into those they send again.

use std::ops::Deref;

use super::batch::RecordBatch;
use super::error::RecordError;
use super::header::{BatchHeader, LEADER_EPOCH_AT, LOG_APPEND_TIME, put};

/// A batch of magic 2 that is changed in place, without a look at its records.
///
/// The checksum is put right once, when this is dropped, and only if something changed that it covers: base offset and
/// leader epoch are not among that.
///
/// ```
/// use ottla_protocol::records::{BatchBuilder, BatchMut, BatchOptions, Compressor, Records};
///
/// let mut builder = BatchBuilder::new();
/// builder.append(1_700_000_000_000, None, Some(b"value"), &[])?;
/// let mut log = builder.finish(&BatchOptions::default(), &mut Compressor::new())?;
///
/// let (mut next_offset, mut rest) = (1000, &mut log[..]);
/// while let Some((mut batch, behind)) = BatchMut::split_first(rest)? {
///     batch.set_base_offset(next_offset)?;
///     batch.set_partition_leader_epoch(Some(7));
///     next_offset = batch.next_offset();
///     rest = behind;
/// }
/// assert_eq!(next_offset, 1001);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct BatchMut<'a> {
    header: BatchHeader,
    bytes: &'a mut [u8],
    stale: bool,
}

impl<'a> BatchMut<'a> {
    /// Takes the first batch off `bytes`; gives it and what follows it. `None` where there is no whole batch.
    ///
    /// # Errors
    /// As [`RecordBatch::split_first`]; or the magic is 0 or 1.
    pub fn split_first(bytes: &'a mut [u8]) -> Result<Option<(Self, &'a mut [u8])>, RecordError> {
        let Some((batch, _)) = RecordBatch::split_first(bytes)? else {
            return Ok(None);
        };
        let header = batch.header();
        if header.magic != 2 {
            return Err(RecordError::Header {
                base_offset: header.base_offset,
                field: "magic",
                at: 16,
                value: header.magic.into(),
                why: "is not changed in place, only 2 is",
            });
        }
        let (bytes, rest) = bytes.split_at_mut(header.batch_bytes());
        let batch = Self {
            header,
            bytes,
            stale: false,
        };
        Ok(Some((batch, rest)))
    }

    /// Moves the batch to another place in the log.
    ///
    /// # Errors
    /// The offset is below zero, or the batch's last would be beyond the largest. Nothing is changed then.
    pub fn set_base_offset(&mut self, base_offset: i64) -> Result<(), RecordError> {
        let mut header = self.header;
        header.base_offset = base_offset;
        header.check()?;
        self.header = header;
        put(self.bytes, 0, base_offset.to_be_bytes());
        Ok(())
    }

    /// Says under which leadership the batch is appended; `None`: unknown.
    pub fn set_partition_leader_epoch(&mut self, epoch: Option<i32>) {
        self.header.partition_leader_epoch = epoch.unwrap_or(-1);
        let bytes = self.header.partition_leader_epoch.to_be_bytes();
        put(self.bytes, LEADER_EPOCH_AT, bytes);
    }

    /// Gives all records the broker's time, in ms since the epoch, as `message.timestamp.type=LogAppendTime` asks for.
    pub fn set_append_time(&mut self, time: i64) {
        self.change(|header| {
            header.attributes |= LOG_APPEND_TIME;
            header.max_timestamp = time;
        });
    }

    /// Leaves the records their producer's times, the largest of which is this, in ms since the epoch.
    pub fn set_create_time(&mut self, max_timestamp: i64) {
        self.change(|header| {
            header.attributes &= !LOG_APPEND_TIME;
            header.max_timestamp = max_timestamp;
        });
    }

    /// Gives the batch another producer's identity and sequence, -1: none.
    pub fn set_producer(&mut self, producer_id: i64, producer_epoch: i16, base_sequence: i32) {
        self.change(|header| {
            header.producer_id = producer_id;
            header.producer_epoch = producer_epoch;
            header.base_sequence = base_sequence;
        });
    }

    fn change(&mut self, change: impl FnOnce(&mut BatchHeader)) {
        let before = self.header;
        change(&mut self.header);
        self.stale |= self.header != before;
    }
}

impl Drop for BatchMut<'_> {
    fn drop(&mut self) {
        if self.stale {
            self.header.write_checked(self.bytes);
        }
    }
}

/// The header as it is now; its checksum is that of before the changes.
impl Deref for BatchMut<'_> {
    type Target = BatchHeader;

    fn deref(&self) -> &BatchHeader {
        &self.header
    }
}

/// Gives the batch in front of `batch` another producer's identity and sequence, and its checksum anew: its records are
/// to be sent again after the producer's epoch was raised (KIP-360).
///
/// # Errors
/// The bytes are no batch of magic 2. They are as they were.
pub fn restamp(
    batch: &mut [u8],
    producer_id: i64,
    producer_epoch: i16,
    base_sequence: i32,
) -> Result<(), RecordError> {
    let bytes = batch.len();
    match BatchMut::split_first(batch)? {
        Some((mut batch, _)) => {
            batch.set_producer(producer_id, producer_epoch, base_sequence);
            Ok(())
        }
        None => Err(RecordError::Cut { bytes }),
    }
}

#[cfg(test)]
mod tests;
