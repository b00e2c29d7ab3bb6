//! Batches under construction: records are written straight into their bytes.

mod layout;
mod open;
mod options;
mod short;
mod split;
mod writer;

use super::compress::{Compression, Compressor};
use super::header::{BatchHeader, HEADER_BYTES};
use super::record::Header;
use open::{NewRecord, Open, SLACK};

pub use options::{BatchOptions, BuildError};
pub use split::split;
pub use writer::BatchWriter;

/// Collects records into one batch of its own. One builder serves many batches, one after the other, with the same
/// memory. [`BatchWriter`] does the same in bytes of yours.
///
/// Where nothing is compressed, the bytes appended are the bytes that [`finish`](Self::finish) gives back.
#[derive(Debug)]
pub struct BatchBuilder {
    /// Room for the header, then the records, then room for more.
    bytes: Vec<u8>,
    /// A vector given back, for the next batch.
    spare: Vec<u8>,
    open: Open,
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
        let mut bytes = Vec::with_capacity(capacity.max(HEADER_BYTES) + SLACK);
        Self {
            open: Open::at(0, &mut bytes),
            bytes,
            spare: Vec::new(),
        }
    }

    /// Says when compaction may remove this batch's deletions or markers, in ms since the epoch (KIP-534).
    ///
    /// # Errors
    /// [`BuildError::NotEmpty`]: it has to be said before the first record.
    pub fn set_delete_horizon(&mut self, horizon: i64) -> Result<(), BuildError> {
        self.open.set_delete_horizon(horizon)
    }

    /// Appends a record and gives its place in the batch, from 0.
    ///
    /// `timestamp` is in ms since the epoch. A key or value of `None` is Kafka's null, not the empty one.
    ///
    /// # Errors
    /// The batch would pass 2 GiB. It is as it was.
    #[inline]
    pub fn append(
        &mut self,
        timestamp: i64,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        headers: &[Header<'_>],
    ) -> Result<i32, BuildError> {
        self.open
            .append(&mut self.bytes, timestamp, key, value, headers)
    }

    /// Appends a record whose offset is `offset_delta` above the batch's first: with a gap behind the last one, as
    /// compaction leaves it.
    ///
    /// # Errors
    /// As [`append`](Self::append); or the offset does not follow the last one.
    #[inline]
    pub fn append_at(
        &mut self,
        offset_delta: i32,
        timestamp: i64,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        headers: &[Header<'_>],
    ) -> Result<i32, BuildError> {
        let record = NewRecord {
            timestamp,
            key,
            value,
            headers,
        };
        self.open.append_at(&mut self.bytes, offset_delta, record)
    }

    /// At most how many bytes a record adds to a batch before compression.
    #[must_use]
    pub fn most_bytes(key: Option<&[u8]>, value: Option<&[u8]>, headers: &[Header<'_>]) -> usize {
        open::most_bytes(key, value, headers)
    }

    /// The batch's bytes so far, header included, before compression.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "the header is always there")]
    pub fn len(&self) -> usize {
        self.open.len()
    }

    /// How many records there are so far.
    #[must_use]
    pub fn record_count(&self) -> i32 {
        self.open.record_count
    }

    /// The largest timestamp so far, in ms since the epoch; -1: none.
    #[must_use]
    pub fn max_timestamp(&self) -> i64 {
        self.open.max_timestamp
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
        if self.open.codec(options) == Compression::None {
            writer::seal(&mut self.bytes, &self.open, options)?;
            let next = std::mem::take(&mut self.spare);
            let mut batch = std::mem::replace(&mut self.bytes, next);
            batch.truncate(self.open.end);
            self.clear();
            return Ok(batch);
        }
        let mut batch = std::mem::take(&mut self.spare);
        batch.clear();
        self.finish_into(&mut batch, options, compressor)?;
        Ok(batch)
    }

    /// As [`finish`](Self::finish), but appends the batch to `out`. What is compressed is compressed straight into it.
    ///
    /// # Errors
    /// As [`finish`](Self::finish). `out` is as it was.
    pub fn finish_into(
        &mut self,
        out: &mut Vec<u8>,
        options: &BatchOptions,
        compressor: &mut Compressor,
    ) -> Result<BatchHeader, BuildError> {
        let start = out.len();
        out.extend_from_slice(&[0; HEADER_BYTES]);
        let plain = self.bytes.get(HEADER_BYTES..self.open.end);
        let codec = self.open.codec(options);
        let finished = compressor
            .compress(codec, plain.unwrap_or_default(), out)
            .map_err(BuildError::from)
            .and_then(|()| {
                let mut open = self.open;
                (open.start, open.end) = (start, out.len());
                writer::seal(out, &open, options)
            });
        match finished {
            Ok(_) => self.clear(),
            Err(_) => out.truncate(start),
        }
        finished
    }

    /// Forgets all records.
    pub fn clear(&mut self) {
        self.open = Open::at(0, &mut self.bytes);
    }

    /// Takes back a vector, such as one that [`finish`](Self::finish) gave, to use its memory for a later batch.
    pub fn recycle(&mut self, mut buffer: Vec<u8>) {
        // A batch without records has nothing in its vector yet.
        if self.open.record_count == 0 && buffer.capacity() > self.bytes.capacity() {
            std::mem::swap(&mut self.bytes, &mut buffer);
            self.bytes.resize(self.bytes.len().max(HEADER_BYTES), 0);
        }
        if buffer.capacity() > self.spare.capacity() {
            self.spare = buffer;
        }
    }
}

impl Default for BatchBuilder {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests;
