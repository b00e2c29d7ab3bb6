//! What builder and writer have in common: a batch that grows in a vector.
//!
//! The vector is kept longer than the batch: writing into bytes that are there costs less than making a vector grow
//! four or five times for each record.

use super::super::compress::Compression;
use super::super::header::{BatchHeader, DELETE_HORIZON, HEADER_BYTES, LENGTH_END};
use super::super::record::Header;
use super::layout::{Layout, headers_len};
use super::options::{BatchOptions, BuildError};
use super::short::{SHORT_MOST, put_short};

/// A record's length can't take more bytes than this.
const LENGTH_MOST: usize = 5;
/// The largest batch that its length field can tell.
pub(super) const BATCH_MOST: usize = i32::MAX as usize;
/// What is written at once may be so much longer than what is needed of it.
pub(super) const SLACK: usize = 32;
/// By how much the vector grows at least: few enough to be in the cache still when they are written again.
const STEP: usize = 4096;

/// A record to be appended.
#[derive(Clone, Copy)]
pub(super) struct NewRecord<'r> {
    pub(super) timestamp: i64,
    pub(super) key: Option<&'r [u8]>,
    pub(super) value: Option<&'r [u8]>,
    pub(super) headers: &'r [Header<'r>],
}

/// Where the batch lies in its vector, and what is known of its records so far.
#[derive(Clone, Copy, Debug)]
pub(super) struct Open {
    pub(super) start: usize,
    /// What the vector holds behind is no part of the batch.
    pub(super) end: usize,
    pub(super) record_count: i32,
    pub(super) max_timestamp: i64,
    /// The last record's; -1: none yet.
    last_offset_delta: i32,
    base_timestamp: i64,
    delete_horizon: bool,
}

impl Open {
    /// Begins a batch in `out` at `start`, and leaves room for the header.
    pub(super) fn at(start: usize, out: &mut Vec<u8>) -> Self {
        let end = start + HEADER_BYTES;
        if out.len() < end {
            out.resize(end, 0);
        }
        Self {
            start,
            end,
            record_count: 0,
            max_timestamp: -1,
            last_offset_delta: -1,
            base_timestamp: -1,
            delete_horizon: false,
        }
    }

    /// How many bytes the batch takes.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.end - self.start
    }

    /// The horizon stands where else the first record's timestamp does.
    pub(super) fn set_delete_horizon(&mut self, horizon: i64) -> Result<(), BuildError> {
        let record_count = self.record_count;
        if record_count > 0 {
            return Err(BuildError::NotEmpty { record_count });
        }
        self.base_timestamp = horizon;
        self.delete_horizon = true;
        Ok(())
    }

    /// Appends a record whose offset follows the last one's at once; gives its place in the batch.
    #[inline(always)]
    pub(super) fn append(
        &mut self,
        out: &mut Vec<u8>,
        timestamp: i64,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        headers: &[Header<'_>],
    ) -> Result<i32, BuildError> {
        let place = self.record_count;
        // Behind the largest delta there is none: below zero nothing is short.
        let offset_delta = self.last_offset_delta.wrapping_add(1);
        let timestamp_delta = timestamp.wrapping_sub(self.base_timestamp);
        if place > 0
            && headers.is_empty()
            && self.len() <= BATCH_MOST - SHORT_MOST
            && let Some(room) = out.get_mut(self.end..)
            && let Some(bytes) = put_short(room, timestamp_delta, offset_delta, key, value)
        {
            self.end += bytes;
            self.last_offset_delta = offset_delta;
            self.record_count = place + 1;
            // Mostly it stays, so that a jump costs less than a write.
            if timestamp > self.max_timestamp {
                self.max_timestamp = timestamp;
            }
            return Ok(place);
        }
        let record = NewRecord {
            timestamp,
            key,
            value,
            headers,
        };
        self.append_at(out, self.last_offset_delta.saturating_add(1), record)
    }

    /// Appends a record of any size and at any offset behind the last one.
    #[inline(never)]
    pub(super) fn append_at(
        &mut self,
        out: &mut Vec<u8>,
        offset_delta: i32,
        record: NewRecord<'_>,
    ) -> Result<i32, BuildError> {
        if offset_delta <= self.last_offset_delta {
            let after = self.last_offset_delta;
            return Err(BuildError::OffsetDelta {
                offset_delta,
                after,
            });
        }
        let base_timestamp = self.base_timestamp(record.timestamp);
        let layout = Layout::new(base_timestamp, offset_delta, record);
        let grown = self.len().saturating_add(layout.bytes);
        if grown > BATCH_MOST {
            return Err(BuildError::TooLarge { bytes: grown });
        }
        let end = self.start + grown;
        if out.len() < end + SLACK {
            lengthen(out, end + SLACK);
        }
        layout.put(out.get_mut(self.end..).unwrap_or_default(), record);
        self.end = end;
        self.base_timestamp = base_timestamp;
        self.max_timestamp = match self.record_count {
            0 => record.timestamp,
            _ => self.max_timestamp.max(record.timestamp),
        };
        self.last_offset_delta = offset_delta;
        self.record_count += 1;
        Ok(self.record_count - 1)
    }

    /// How many bytes the record would add, exactly.
    pub(super) fn grows_by(&self, offset_delta: i32, record: NewRecord<'_>) -> usize {
        let base_timestamp = self.base_timestamp(record.timestamp);
        Layout::new(base_timestamp, offset_delta, record).bytes
    }

    /// What the timestamp of a record that is appended counts from.
    #[inline]
    fn base_timestamp(&self, timestamp: i64) -> i64 {
        if self.record_count == 0 && !self.delete_horizon {
            timestamp
        } else {
            self.base_timestamp
        }
    }

    /// The header of the whole batch, which takes `bytes` bytes with it.
    pub(super) fn header(
        &self,
        options: &BatchOptions,
        bytes: usize,
    ) -> Result<BatchHeader, BuildError> {
        let last_offset_delta = options.last_offset_delta.unwrap_or(self.last_offset_delta);
        if self.record_count == 0 && options.last_offset_delta.is_none() {
            return Err(BuildError::Empty);
        }
        if last_offset_delta < self.last_offset_delta.max(0) {
            return Err(BuildError::OffsetDelta {
                offset_delta: last_offset_delta,
                after: self.last_offset_delta,
            });
        }
        let compression = self.codec(options);
        let horizon = if self.delete_horizon {
            DELETE_HORIZON
        } else {
            0
        };
        Ok(BatchHeader {
            base_offset: options.base_offset,
            length: (bytes - LENGTH_END) as i32,
            partition_leader_epoch: options.partition_leader_epoch.unwrap_or(-1),
            magic: 2,
            crc: 0,
            attributes: options.flags() | horizon | i16::from(compression.code()),
            last_offset_delta,
            base_timestamp: self.base_timestamp,
            max_timestamp: options.append_time.unwrap_or(self.max_timestamp),
            producer_id: options.producer_id,
            producer_epoch: options.producer_epoch,
            base_sequence: options.base_sequence,
            record_count: self.record_count,
            compression,
        })
    }

    /// Nothing is not compressed.
    pub(super) fn codec(&self, options: &BatchOptions) -> Compression {
        match self.record_count {
            0 => Compression::None,
            _ => options.compression,
        }
    }
}

/// At most how many bytes a record adds to a batch.
pub(super) fn most_bytes(
    key: Option<&[u8]>,
    value: Option<&[u8]>,
    headers: &[Header<'_>],
) -> usize {
    let length = |bytes: Option<&[u8]>| LENGTH_MOST + bytes.map_or(0, <[u8]>::len);
    // Length, attributes, the deltas at their longest, and the header count.
    let fixed = LENGTH_MOST + 1 + 10 + 5 + LENGTH_MOST;
    fixed
        .saturating_add(length(key))
        .saturating_add(length(value))
        .saturating_add(headers_len(headers))
}

#[cold]
#[inline(never)]
fn lengthen(out: &mut Vec<u8>, least: usize) {
    // Within what is allocated, if that will do.
    let step = (out.len() + STEP).min(out.capacity());
    out.resize(least.max(step), 0);
}
