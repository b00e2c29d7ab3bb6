//! A batch under construction: records are written straight into its bytes.

use super::compress::{CodecError, Compression, Compressor};
use super::error::RecordError;
use super::header::{BatchHeader, HEADER_BYTES, LENGTH_END, attributes};
use super::record::Header;
use super::varint::{put_varint, varint_len};

/// A record's length can't take more bytes than this.
const LENGTH_MOST: usize = 5;
/// The largest batch that its length field can tell.
const BATCH_MOST: usize = i32::MAX as usize;

/// Collects records into one batch. One builder serves many batches, one after the other, with the same memory.
///
/// Where nothing is compressed, the bytes appended are the bytes that [`finish`](Self::finish) gives back.
#[derive(Debug)]
pub struct BatchBuilder {
    /// Room for the header, then the records.
    bytes: Vec<u8>,
    /// A vector given back, for the next batch.
    spare: Vec<u8>,
    record_count: i32,
    base_timestamp: i64,
    max_timestamp: i64,
}

impl BatchBuilder {
    /// An empty batch.
    #[must_use]
    pub fn new() -> Self {
        Self::with_capacity(HEADER_BYTES)
    }

    /// An empty batch with room for `capacity` bytes, header included.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        let mut bytes = Vec::with_capacity(capacity.max(HEADER_BYTES));
        bytes.resize(HEADER_BYTES, 0);
        Self {
            bytes,
            spare: Vec::new(),
            record_count: 0,
            base_timestamp: -1,
            max_timestamp: -1,
        }
    }

    /// Appends a record and gives its place in the batch, from 0.
    ///
    /// `timestamp` is in ms since the epoch. A key or value of `None` is Kafka's null, not the empty one.
    ///
    /// # Errors
    /// The batch would pass 2 GiB, or the timestamp is too far from the first record's. The batch is as it was.
    pub fn append(
        &mut self,
        timestamp: i64,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        headers: &[Header<'_>],
    ) -> Result<i32, BuildError> {
        let first = self.record_count == 0;
        let base_timestamp = if first {
            timestamp
        } else {
            self.base_timestamp
        };
        let timestamp_delta = timestamp
            .checked_sub(base_timestamp)
            .ok_or(BuildError::Timestamp { timestamp })?;
        let length = 1
            + varint_len(timestamp_delta)
            + varint_len(self.record_count.into())
            + fields_len(key, value, headers);
        let grown = self.bytes.len().saturating_add(LENGTH_MOST + length);
        if grown > BATCH_MOST {
            return Err(BuildError::TooLarge { bytes: grown });
        }

        self.bytes.reserve(LENGTH_MOST + length);
        put_varint(length as i64, &mut self.bytes);
        self.bytes.push(0); // attributes: none are defined
        put_varint(timestamp_delta, &mut self.bytes);
        put_varint(self.record_count.into(), &mut self.bytes);
        put_fields(key, value, headers, &mut self.bytes);

        self.base_timestamp = base_timestamp;
        self.max_timestamp = if first {
            timestamp
        } else {
            self.max_timestamp.max(timestamp)
        };
        self.record_count += 1;
        Ok(self.record_count - 1)
    }

    /// At most how many bytes a record adds to a batch before compression.
    #[must_use]
    pub fn most_bytes(key: Option<&[u8]>, value: Option<&[u8]>, headers: &[Header<'_>]) -> usize {
        // Attributes, and the deltas at their longest.
        LENGTH_MOST + 1 + 10 + 5 + fields_len(key, value, headers)
    }

    /// The batch's bytes so far, header included, before compression.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "the header is always there")]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// How many records there are so far.
    #[must_use]
    pub fn record_count(&self) -> i32 {
        self.record_count
    }

    /// The largest timestamp so far, in ms since the epoch; -1: none.
    #[must_use]
    pub fn max_timestamp(&self) -> i64 {
        self.max_timestamp
    }

    /// Ends the batch: compresses it, fills in its header and its checksum, and starts the next one, empty.
    ///
    /// # Errors
    /// There is no record, or the codec is not compiled in or fails. The records are still there.
    pub fn finish(
        &mut self,
        options: &BatchOptions,
        compressor: &mut Compressor,
    ) -> Result<Vec<u8>, BuildError> {
        if self.record_count == 0 {
            return Err(BuildError::Empty);
        }
        if options.compression != Compression::None {
            self.compress(options.compression, compressor)?;
        }
        let next = std::mem::take(&mut self.spare);
        let mut batch = std::mem::replace(&mut self.bytes, next);
        self.header(options, batch.len()).write(&mut batch);
        self.clear();
        Ok(batch)
    }

    /// Forgets all records.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.bytes.resize(HEADER_BYTES, 0);
        self.record_count = 0;
        self.base_timestamp = -1;
        self.max_timestamp = -1;
    }

    /// Takes back a vector, such as one that [`finish`](Self::finish) gave, to use its memory for a later batch.
    pub fn recycle(&mut self, buffer: Vec<u8>) {
        if buffer.capacity() > self.spare.capacity() {
            self.spare = buffer;
        }
    }

    /// Afterwards `bytes` is the compressed batch and `spare` the plain one's memory, for the next.
    fn compress(
        &mut self,
        codec: Compression,
        compressor: &mut Compressor,
    ) -> Result<(), BuildError> {
        let plain = self.bytes.get(HEADER_BYTES..).unwrap_or_default();
        self.spare.clear();
        self.spare.resize(HEADER_BYTES, 0);
        compressor.compress(codec, plain, &mut self.spare)?;
        // Data that can't be compressed may grow a little.
        if self.spare.len() > BATCH_MOST {
            return Err(BuildError::TooLarge {
                bytes: self.spare.len(),
            });
        }
        std::mem::swap(&mut self.bytes, &mut self.spare);
        Ok(())
    }

    fn header(&self, options: &BatchOptions, bytes: usize) -> BatchHeader {
        BatchHeader {
            base_offset: options.base_offset,
            length: (bytes - LENGTH_END) as i32,
            partition_leader_epoch: -1,
            magic: 2,
            crc: 0,
            attributes: attributes(options.compression, options.transactional, options.control),
            last_offset_delta: self.record_count - 1,
            base_timestamp: self.base_timestamp,
            max_timestamp: self.max_timestamp,
            producer_id: options.producer_id,
            producer_epoch: options.producer_epoch,
            base_sequence: options.base_sequence,
            record_count: self.record_count,
            compression: options.compression,
        }
    }
}

impl Default for BatchBuilder {
    fn default() -> Self {
        Self::new()
    }
}

/// Gives a batch that [`BatchBuilder::finish`] made another producer's identity and sequence, and its checksum anew: its records are to
/// be sent again after the producer's epoch was raised (KIP-360).
///
/// # Errors
/// The bytes are not a batch. They are as they were.
pub fn restamp(
    batch: &mut [u8],
    producer_id: i64,
    producer_epoch: i16,
    base_sequence: i32,
) -> Result<(), RecordError> {
    let mut header = BatchHeader::read(batch)?;
    header.producer_id = producer_id;
    header.producer_epoch = producer_epoch;
    header.base_sequence = base_sequence;
    header.write(batch);
    Ok(())
}

/// What a batch says of itself beside its records. The default: a plain producer's batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchOptions {
    /// How to compress the records.
    pub compression: Compression,
    /// The idempotent or transactional producer, -1: none.
    pub producer_id: i64,
    /// The producer's epoch, -1: none.
    pub producer_epoch: i16,
    /// The first record's sequence, -1: none.
    pub base_sequence: i32,
    /// Whether the batch belongs to a transaction.
    pub transactional: bool,
    /// Whether the records are control records: a broker's business.
    pub control: bool,
    /// The first record's offset: 0 from a producer, the broker sets it.
    pub base_offset: i64,
}

impl Default for BatchOptions {
    fn default() -> Self {
        Self {
            compression: Compression::None,
            producer_id: -1,
            producer_epoch: -1,
            base_sequence: -1,
            transactional: false,
            control: false,
            base_offset: 0,
        }
    }
}

/// A batch that can't be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// No batch is without records.
    #[error("the batch has no record")]
    Empty,
    /// The batch would be larger than its length field can tell.
    #[error("the batch would take {bytes} bytes, more than 2 GiB")]
    TooLarge {
        /// What it would take.
        bytes: usize,
    },
    /// The timestamp's distance from the batch's first can't be told.
    #[error("the timestamp {timestamp} is too far from the batch's first")]
    Timestamp {
        /// The timestamp, in ms since the epoch.
        timestamp: i64,
    },
    /// Message sets of magic 0 and 1 know gzip, snappy and lz4 alone.
    #[error("zstd needs magic 2")]
    ZstdInOldMagic,
    /// The records can't be compressed.
    #[error("the batch can't be compressed")]
    Codec(#[from] CodecError),
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

#[inline]
fn put_fields(key: Option<&[u8]>, value: Option<&[u8]>, headers: &[Header<'_>], out: &mut Vec<u8>) {
    put_nullable(key, out);
    put_nullable(value, out);
    put_varint(headers.len() as i64, out);
    for header in headers {
        put_nullable(Some(header.name), out);
        put_nullable(header.value, out);
    }
}

#[inline]
fn put_nullable(bytes: Option<&[u8]>, out: &mut Vec<u8>) {
    match bytes {
        Some(bytes) => {
            put_varint(bytes.len() as i64, out);
            out.extend_from_slice(bytes);
        }
        None => put_varint(-1, out),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::RecordBatch;

    #[test]
    fn another_stamp_leaves_the_records_and_a_checksum_that_fits() {
        let mut builder = BatchBuilder::new();
        builder.append(1, None, Some(b"value"), &[]).unwrap();
        let options = BatchOptions {
            producer_id: 7,
            producer_epoch: 0,
            base_sequence: 30,
            ..BatchOptions::default()
        };
        let mut bytes = builder.finish(&options, &mut Compressor::new()).unwrap();
        let before = bytes.clone();
        restamp(&mut bytes, 8, 1, 0).unwrap();
        let (batch, _) = RecordBatch::split_first(&bytes).unwrap().unwrap();
        batch.check_crc().unwrap();
        let stamp = (
            batch.producer_id(),
            batch.producer_epoch(),
            batch.base_sequence(),
        );
        assert_eq!(stamp, (8, 1, 0));
        restamp(&mut bytes, 7, 0, 30).unwrap();
        assert_eq!(bytes, before);
        assert!(restamp(&mut [0; 9], 1, 1, 1).is_err());
    }
}
