//! Record batches: bytes to records and back.
//!
//! What a Fetch response holds for a partition is a row of batches. [`Records`] walks them, [`RecordBatch`] is a view of
//! one, [`RecordIter`] lends its records one by one: nothing is copied and nothing is allocated for a record. Producers
//! fill a [`BatchBuilder`], or bytes of their own by a [`BatchWriter`], and [`split`] what is too large; brokers stamp what
//! they append by [`BatchMut`].
//!
//! ```
//! use ottla_protocol::records::{
//!     BatchBuilder, BatchOptions, Compressor, DEFAULT_DECOMPRESSED_LIMIT, Decompressor, Records,
//! };
//!
//! let mut builder = BatchBuilder::new();
//! builder.append(1_700_000_000_000, Some(b"key"), Some(b"value"), &[])?;
//! let bytes = builder.finish(&BatchOptions::default(), &mut Compressor::new())?;
//!
//! let (mut decompressor, mut buffer) = (Decompressor::new(), Vec::new());
//! for batch in Records::new(&bytes) {
//!     let batch = batch?;
//!     batch.check_crc()?;
//!     for record in batch.records(&mut decompressor, DEFAULT_DECOMPRESSED_LIMIT, &mut buffer)? {
//!         assert_eq!(record?.value, Some(&b"value"[..]));
//!     }
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Records to keep
//!
//! Who holds what was fetched as [`Bytes`](bytes::Bytes) keeps keys, values and headers without a copy: a handle is a part
//! of them and counts as one more holder.
//!
//! ```
//! # use ottla_protocol::records::{BatchBuilder, BatchOptions, Compressor};
//! use bytes::Bytes;
//! use ottla_protocol::records::{
//!     Compression, DEFAULT_DECOMPRESSED_LIMIT, Decompressor, RecordIter, Records,
//! };
//!
//! # let mut builder = BatchBuilder::new();
//! # builder.append(1_700_000_000_000, None, Some(b"value"), &[])?;
//! # let fetched = Bytes::from(builder.finish(&BatchOptions::default(), &mut Compressor::new())?);
//! let mut kept: Vec<Bytes> = Vec::new();
//! for batch in Records::new(&fetched) {
//!     let batch = batch?;
//!     let mut plain = Vec::new();
//!     batch.plain_body(&mut Decompressor::new(), DEFAULT_DECOMPRESSED_LIMIT, &mut plain)?;
//!     let body = match batch.compression() {
//!         Compression::None => fetched.slice_ref(batch.body()),
//!         _ => Bytes::from(plain),
//!     };
//!     for record in RecordIter::new(&batch, &body) {
//!         kept.extend(record?.value.map(|value| body.slice_ref(value)));
//!     }
//! }
//! assert_eq!(kept, ["value"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Old formats
//!
//! Messages of magic 0 and 1, which logs from before Kafka 0.11 may hold, are walked the same way: see [`legacy`].

mod batch;
mod build;
pub mod compress;
mod control;
mod crc;
mod error;
mod fault;
mod header;
pub mod legacy;
mod record;
mod stamp;
mod varint;

pub use batch::RecordBatch;
pub use build::{BatchBuilder, BatchOptions, BatchWriter, BuildError, split};
pub use compress::{CodecError, Compression, Compressor, Decompressor};
pub use control::ControlType;
pub use error::{Field, Malformed, RecordError};
pub use header::{BatchHeader, TimestampType};
pub use record::{Header, Headers, Record, RecordIter};
pub use stamp::{BatchMut, restamp};

/// How large a batch may become when it is decompressed, unless the reader says otherwise: 128 MiB. Brokers take batches of
/// 1 MiB by default (`message.max.bytes`); what grows beyond a hundred times that is a bomb.
pub const DEFAULT_DECOMPRESSED_LIMIT: usize = 128 << 20;

/// The batches of one partition in a Fetch response, in order.
///
/// Ends where the bytes end, also in the middle of a batch: a broker cuts the last one to fit the size asked for (KIP-74).
/// After an error it ends.
#[derive(Clone, Debug)]
pub struct Records<'a> {
    rest: &'a [u8],
    failed: bool,
}

impl<'a> Records<'a> {
    /// Walks `bytes`, the records field of a Fetch response.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes,
            failed: false,
        }
    }

    /// The bytes not walked yet. Once the iterator has ended: the cut batch that it left.
    ///
    /// A response that holds nothing but a cut batch makes no progress, however often it is asked for again; brokers
    /// send the first batch whole since Fetch v3.
    #[must_use]
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<RecordBatch<'a>, RecordError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        match RecordBatch::split_first(self.rest) {
            Ok(Some((batch, rest))) => {
                self.rest = rest;
                Some(Ok(batch))
            }
            Ok(None) => None,
            Err(error) => {
                self.failed = true;
                Some(Err(error))
            }
        }
    }
}

impl std::iter::FusedIterator for Records<'_> {}

#[cfg(test)]
mod tests;
