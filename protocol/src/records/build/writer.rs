//! A batch that grows inside of somebody else's bytes.

use super::super::compress::{Compression, Compressor};
use super::super::header::{BatchHeader, HEADER_BYTES};
use super::super::record::Header;
use super::open::{BATCH_MOST, NewRecord, Open};
use super::options::{BatchOptions, BuildError};

/// Writes one batch straight behind what a vector holds already, such as the frame of a request: nothing is copied
/// afterwards, unless it is compressed.
///
/// Dropped without [`finish`](Self::finish), it takes back what it has appended.
///
/// ```
/// use ottla_protocol::records::{BatchOptions, BatchWriter, Compressor};
///
/// let mut frame = b"in front".to_vec();
/// let mut batch = BatchWriter::new(&mut frame);
/// batch.append(1_700_000_000_000, None, Some(b"value"), &[])?;
/// let bytes = batch.len();
/// batch.finish(&BatchOptions::default(), &mut Compressor::new())?;
/// assert_eq!(frame.len(), 8 + bytes);
/// # Ok::<(), ottla_protocol::records::BuildError>(())
/// ```
#[derive(Debug)]
pub struct BatchWriter<'v> {
    out: &'v mut Vec<u8>,
    open: Open,
    finished: bool,
}

impl<'v> BatchWriter<'v> {
    /// Begins a batch where `out` ends.
    #[must_use]
    pub fn new(out: &'v mut Vec<u8>) -> Self {
        Self {
            open: Open::at(out.len(), out),
            out,
            finished: false,
        }
    }

    /// Says when compaction may remove this batch's deletions or markers, in ms since the epoch (KIP-534).
    ///
    /// # Errors
    /// [`BuildError::NotEmpty`]: it has to be said before the first record.
    pub fn set_delete_horizon(&mut self, horizon: i64) -> Result<(), BuildError> {
        self.open.set_delete_horizon(horizon)
    }

    /// As [`BatchBuilder::append`](super::BatchBuilder::append).
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
        self.open.append(self.out, timestamp, key, value, headers)
    }

    /// As [`BatchBuilder::append_at`](super::BatchBuilder::append_at).
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
        self.open.append_at(self.out, offset_delta, record)
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

    /// Ends the batch: compresses it, and fills in its header and its checksum. The header comes back.
    ///
    /// # Errors
    /// There is no record, or the codec is not compiled in or fails. What was appended is taken back.
    pub fn finish(
        mut self,
        options: &BatchOptions,
        compressor: &mut Compressor,
    ) -> Result<BatchHeader, BuildError> {
        self.out.truncate(self.open.end);
        let codec = self.open.codec(options);
        if codec != Compression::None {
            let plain = self.out.split_off(self.open.start + HEADER_BYTES);
            compressor.compress(codec, &plain, self.out)?;
            self.open.end = self.out.len();
        }
        let header = seal(self.out, &self.open, options)?;
        self.finished = true;
        Ok(header)
    }
}

impl Drop for BatchWriter<'_> {
    fn drop(&mut self) {
        if !self.finished {
            self.out.truncate(self.open.start);
        }
    }
}

/// Fills in the header of a batch.
pub(super) fn seal(
    out: &mut [u8],
    open: &Open,
    options: &BatchOptions,
) -> Result<BatchHeader, BuildError> {
    let bytes = open.len();
    // Data that can't be compressed may have grown a little.
    if bytes > BATCH_MOST {
        return Err(BuildError::TooLarge { bytes });
    }
    let mut header = open.header(options, bytes)?;
    header.write(out.get_mut(open.start..open.end).unwrap_or_default());
    Ok(header)
}
