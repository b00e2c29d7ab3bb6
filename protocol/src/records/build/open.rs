//! What builder and writer have in common: a batch that grows at the end of a vector.

use super::super::compress::Compression;
use super::super::header::{BatchHeader, DELETE_HORIZON, HEADER_BYTES, LENGTH_END};
use super::super::record::Header;
use super::super::varint::{put_varint, varint_len, zigzag};
use super::options::{BatchOptions, BuildError};

/// A record's length can't take more bytes than this.
const LENGTH_MOST: usize = 5;
/// The largest batch that its length field can tell.
pub(super) const BATCH_MOST: usize = i32::MAX as usize;

/// A record to be appended.
#[derive(Clone, Copy)]
pub(super) struct NewRecord<'r> {
    pub(super) timestamp: i64,
    pub(super) key: Option<&'r [u8]>,
    pub(super) value: Option<&'r [u8]>,
    pub(super) headers: &'r [Header<'r>],
}

/// What is known of the records so far. Their bytes are elsewhere.
#[derive(Clone, Copy, Debug)]
pub(super) struct Open {
    pub(super) record_count: i32,
    pub(super) max_timestamp: i64,
    /// The last record's; -1: none yet.
    last_offset_delta: i32,
    base_timestamp: i64,
    delete_horizon: bool,
}

impl Open {
    pub(super) const NEW: Self = Self {
        record_count: 0,
        max_timestamp: -1,
        last_offset_delta: -1,
        base_timestamp: -1,
        delete_horizon: false,
    };

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

    /// The offset delta of a record that follows the last one at once.
    #[inline]
    pub(super) fn next_delta(&self) -> i32 {
        self.last_offset_delta.saturating_add(1)
    }

    /// Appends a record to the batch that `out` holds from `start` on; gives its place in the batch.
    #[inline]
    pub(super) fn append(
        &mut self,
        out: &mut Vec<u8>,
        start: usize,
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
        let deltas = self.deltas(offset_delta, record.timestamp)?;
        let length = length(deltas, record);
        let grown = (out.len() - start).saturating_add(LENGTH_MOST + length);
        if grown > BATCH_MOST {
            return Err(BuildError::TooLarge { bytes: grown });
        }

        put_record(length, deltas, record, out);

        self.base_timestamp = record.timestamp.wrapping_sub(deltas.timestamp);
        self.max_timestamp = match self.record_count {
            0 => record.timestamp,
            _ => self.max_timestamp.max(record.timestamp),
        };
        self.last_offset_delta = offset_delta;
        self.record_count += 1;
        Ok(self.record_count - 1)
    }

    /// How many bytes the record would add, exactly.
    pub(super) fn grows_by(
        &self,
        offset_delta: i32,
        record: NewRecord<'_>,
    ) -> Result<usize, BuildError> {
        let length = length(self.deltas(offset_delta, record.timestamp)?, record);
        Ok(length.saturating_add(varint_len(length as i64)))
    }

    #[inline]
    fn deltas(&self, offset: i32, timestamp: i64) -> Result<Deltas, BuildError> {
        let base = if self.record_count == 0 && !self.delete_horizon {
            timestamp
        } else {
            self.base_timestamp
        };
        match timestamp.checked_sub(base) {
            Some(timestamp) => Ok(Deltas { timestamp, offset }),
            None => Err(BuildError::Timestamp { timestamp }),
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
    // Attributes, and the deltas at their longest.
    (LENGTH_MOST + 1 + 10 + 5).saturating_add(fields_len(key, value, headers))
}

/// Leaves room for the header.
pub(super) fn begin(out: &mut Vec<u8>) {
    out.extend_from_slice(&[0; HEADER_BYTES]);
}

#[derive(Clone, Copy)]
struct Deltas {
    timestamp: i64,
    offset: i32,
}

/// What stands in front of the key, and of the value if there is no key: put together here and appended at once, as
/// each growth of a vector has its price.
struct Front {
    bytes: [u8; FRONT_MOST],
    len: usize,
}

/// Length, attributes, the two deltas and two lengths take 31 at most; a power of two spares the checks.
const FRONT_MOST: usize = 32;

impl Front {
    #[inline(always)]
    fn push(&mut self, byte: u8) {
        self.bytes[self.len % FRONT_MOST] = byte;
        self.len += 1;
    }

    #[inline(always)]
    fn put(&mut self, value: i64) {
        let mut raw = zigzag(value);
        while raw >= 0x80 {
            self.push(raw as u8 | 0x80);
            raw >>= 7;
        }
        self.push(raw as u8);
    }
}

/// Without attributes, which are always 0: none are defined.
#[inline]
fn put_record(length: usize, deltas: Deltas, record: NewRecord<'_>, out: &mut Vec<u8>) {
    out.reserve(FRONT_MOST + length);
    let mut front = Front {
        bytes: [0; FRONT_MOST],
        len: 0,
    };
    front.put(length as i64);
    front.push(0);
    front.put(deltas.timestamp);
    front.put(deltas.offset.into());
    front.put(record.key.map_or(-1, |key| key.len() as i64));
    if record.key.is_none() {
        front.put(record.value.map_or(-1, |value| value.len() as i64));
    }
    // A copy of fixed length is a few moves, one of varying length a call.
    let end = out.len() + front.len;
    out.extend_from_slice(&front.bytes);
    out.truncate(end);
    if let Some(key) = record.key {
        out.extend_from_slice(key);
        put_varint(record.value.map_or(-1, |value| value.len() as i64), out);
    }
    out.extend_from_slice(record.value.unwrap_or_default());
    put_headers(record.headers, out);
}

#[inline]
fn put_headers(headers: &[Header<'_>], out: &mut Vec<u8>) {
    put_varint(headers.len() as i64, out);
    for header in headers {
        put_nullable(Some(header.name), out);
        put_nullable(header.value, out);
    }
}

fn put_nullable(bytes: Option<&[u8]>, out: &mut Vec<u8>) {
    put_varint(bytes.map_or(-1, |bytes| bytes.len() as i64), out);
    out.extend_from_slice(bytes.unwrap_or_default());
}

/// What a record's length field says.
#[inline]
fn length(deltas: Deltas, record: NewRecord<'_>) -> usize {
    let deltas = 1 + varint_len(deltas.timestamp) + varint_len(deltas.offset.into());
    deltas.saturating_add(fields_len(record.key, record.value, record.headers))
}

#[inline]
fn fields_len(key: Option<&[u8]>, value: Option<&[u8]>, headers: &[Header<'_>]) -> usize {
    nullable_len(key)
        .saturating_add(nullable_len(value))
        .saturating_add(varint_len(headers.len() as i64))
        .saturating_add(
            headers
                .iter()
                .map(header_len)
                .fold(0, usize::saturating_add),
        )
}

fn header_len(header: &Header<'_>) -> usize {
    nullable_len(Some(header.name)).saturating_add(nullable_len(header.value))
}

#[inline]
fn nullable_len(bytes: Option<&[u8]>) -> usize {
    match bytes {
        Some(bytes) => varint_len(bytes.len() as i64).saturating_add(bytes.len()),
        None => 1,
    }
}
