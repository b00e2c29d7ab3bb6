//! A view of one batch: its header and its bytes.

use std::ops::Deref;

use super::compress::{Compression, Decompressor};
use super::crc;
use super::error::RecordError;
use super::header::{
    BatchHeader, CRC_AT, CRC_FROM, HEADER_BYTES, LENGTH_END, MAGIC_END, MIN_LENGTH_ANY_MAGIC, start,
};
use super::legacy;
use super::record::RecordIter;

/// One record batch where it lies. All questions to its header can be put to the batch.
#[derive(Clone, Copy, Debug)]
pub struct RecordBatch<'a> {
    header: BatchHeader,
    bytes: &'a [u8],
    body: &'a [u8],
}

impl<'a> RecordBatch<'a> {
    /// Takes the first batch off `bytes`; gives it and what follows it.
    ///
    /// `None` where there is no whole batch: the bytes are at their end, or the broker has cut the last batch.
    ///
    /// # Errors
    /// A length that no batch can have, a magic above 2, or a header with impossible values. The checksum is not looked
    /// at: see [`RecordBatch::check_crc`].
    pub fn split_first(bytes: &'a [u8]) -> Result<Option<(Self, &'a [u8])>, RecordError> {
        let Ok((_, (base_offset, length))) = start(bytes) else {
            return Ok(None);
        };
        let too_short = RecordError::Length {
            base_offset,
            length,
        };
        if length < MIN_LENGTH_ANY_MAGIC {
            return Err(too_short);
        }
        let Some(&magic) = bytes.get(MAGIC_END - 1) else {
            return Ok(None);
        };
        let magic = magic as i8;
        let least = match magic {
            2 => HEADER_BYTES,
            0 | 1 => legacy::least_bytes(magic),
            _ => return Err(RecordError::UnsupportedMagic { base_offset, magic }),
        };
        let end = LENGTH_END + length as usize;
        if end < least {
            return Err(too_short);
        }
        let Some((bytes, rest)) = bytes.split_at_checked(end) else {
            return Ok(None);
        };
        let (header, body) = match magic {
            2 => (
                BatchHeader::read(bytes)?,
                bytes.get(HEADER_BYTES..).unwrap_or_default(),
            ),
            _ => legacy::open(bytes)?,
        };
        Ok(Some((
            Self {
                header,
                bytes,
                body,
            },
            rest,
        )))
    }

    /// The header, to keep when the bytes go elsewhere.
    #[must_use]
    pub fn header(&self) -> BatchHeader {
        self.header
    }

    /// The whole batch, header included.
    #[must_use]
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The records as they were written: compressed, if [`compression`](BatchHeader::compression) says so. For a plain
    /// message of magic 0 or 1 the whole message.
    #[must_use]
    pub fn body(&self) -> &'a [u8] {
        self.body
    }

    /// Compares the checksum with the bytes.
    ///
    /// # Errors
    /// [`RecordError::Crc`] when they differ.
    pub fn check_crc(&self) -> Result<(), RecordError> {
        let (at, computed) = match self.magic {
            2 => (
                CRC_AT,
                crc::castagnoli(self.bytes.get(CRC_FROM..).unwrap_or_default()),
            ),
            _ => (legacy::CRC_AT, legacy::checksum(self.bytes)),
        };
        if computed == self.crc {
            return Ok(());
        }
        Err(RecordError::Crc {
            base_offset: self.base_offset,
            at,
            stored: self.crc,
            computed,
        })
    }

    /// Walks the records, decompressed into `buffer` if need be (what the buffer held is lost, its memory is used again).
    ///
    /// # Errors
    /// [`RecordError::Codec`]: the codec is not compiled in, the data is damaged, or it grows beyond `limit` bytes.
    pub fn records<'b>(
        &self,
        decompressor: &mut Decompressor,
        limit: usize,
        buffer: &'b mut Vec<u8>,
    ) -> Result<RecordIter<'b>, RecordError>
    where
        'a: 'b,
    {
        let body = self.plain_body(decompressor, limit, buffer)?;
        Ok(RecordIter::new(&self.header, body))
    }

    /// The records' bytes without compression: those of the batch itself where it has none, else those of `buffer`.
    ///
    /// # Errors
    /// As [`RecordBatch::records`].
    pub fn plain_body<'b>(
        &self,
        decompressor: &mut Decompressor,
        limit: usize,
        buffer: &'b mut Vec<u8>,
    ) -> Result<&'b [u8], RecordError>
    where
        'a: 'b,
    {
        // No bytes are no records in whatever codec, though none of the codecs writes nothing as nothing.
        if self.compression == Compression::None || self.body().is_empty() {
            return Ok(self.body());
        }
        decompressor
            .decompress(self.compression, self.body(), limit, buffer)
            .map_err(|source| RecordError::Codec {
                base_offset: self.base_offset,
                at: self.body_at(),
                source,
            })?;
        Ok(buffer)
    }

    /// Where the body begins: it is the last of a batch.
    fn body_at(&self) -> usize {
        self.bytes.len() - self.body.len()
    }
}

/// The header is all that a batch is beside its bytes.
impl Deref for RecordBatch<'_> {
    type Target = BatchHeader;

    fn deref(&self) -> &BatchHeader {
        &self.header
    }
}
