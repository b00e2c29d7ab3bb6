//! What can be wrong with a batch that was read: where, at which byte, and why.

use std::fmt;

use super::compress::CodecError;

/// A batch that can't be read. Whatever the bytes, reading ends in one of these, never in a panic.
///
/// Bytes are counted from the batch's first one, in records from the first byte of the (decompressed) records.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// A format of the future, or no batch at all.
    #[error("batch at offset {base_offset}: magic (at byte 16): {magic} is not 0, 1 or 2")]
    UnsupportedMagic {
        /// The first offset, as the bytes have it.
        base_offset: i64,
        /// The magic found.
        magic: i8,
    },
    /// The length field is smaller than the smallest header: damaged, not cut.
    #[error(
        "batch at offset {base_offset}: length (at byte 8): {length} is too small for a header"
    )]
    Length {
        /// The first offset, as the bytes have it.
        base_offset: i64,
        /// The length found.
        length: i32,
    },
    /// Not even one whole batch, where one has to be.
    #[error("batch: cut after {bytes} bytes")]
    Cut {
        /// How many bytes there are.
        bytes: usize,
    },
    /// A field of the header holds what it can't hold.
    #[error("batch at offset {base_offset}: {field} (at byte {at}): {value} {why}")]
    Header {
        /// The batch's first offset.
        base_offset: i64,
        /// The field, in snake case.
        field: &'static str,
        /// Where in the batch.
        at: usize,
        /// The value found.
        value: i64,
        /// Why it can't be, to be read behind the value.
        why: &'static str,
    },
    /// The bytes are not those that were written. Reading them again from the broker may help.
    #[error(
        "batch at offset {base_offset}: crc (at byte {at}): the bytes give {computed:#010x}, not {stored:#010x}"
    )]
    Crc {
        /// The batch's first offset.
        base_offset: i64,
        /// Where in the batch the checksum lies.
        at: usize,
        /// What the header says.
        stored: u32,
        /// What the bytes give.
        computed: u32,
    },
    /// The records can't be decompressed.
    #[error("batch at offset {base_offset}: records (at byte {at}): can't be decompressed")]
    Codec {
        /// The batch's first offset.
        base_offset: i64,
        /// Where in the batch the compressed records begin.
        at: usize,
        /// Why not.
        source: CodecError,
    },
    /// A record is not what a record looks like.
    #[error(
        "batch at offset {base_offset}: record {index}: {field} (at byte {at} of the records): {why}"
    )]
    Record {
        /// The batch's first offset.
        base_offset: i64,
        /// The record's place in the batch, from 0.
        index: i32,
        /// What was being read.
        field: Field,
        /// Where in the batch's records, decompressed.
        at: usize,
        /// What is wrong there.
        why: Malformed,
    },
    /// A control record whose key is none.
    #[error("control record at offset {offset}: key (at byte 0): {why}")]
    ControlKey {
        /// The record's offset.
        offset: i64,
        /// What is wrong with it.
        why: &'static str,
    },
}

impl RecordError {
    /// Whether reading the same batch again from the broker may give another answer: so for a checksum that failed, as
    /// the bytes may have been damaged on the way.
    #[must_use]
    pub fn is_retriable(&self) -> bool {
        matches!(self, Self::Crc { .. })
    }
}

/// The parts of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Field {
    /// The offset of a message of magic 0 or 1, or its distance from the batch's first.
    Offset,
    /// How many bytes the record takes.
    Length,
    /// The magic of a message in a compressed one of magic 0 or 1.
    Magic,
    /// The flags.
    Attributes,
    /// The timestamp, or its distance from the batch's first.
    Timestamp,
    /// The key, with its length.
    Key,
    /// The value, with its length.
    Value,
    /// How many headers there are.
    HeaderCount,
    /// The name of the header at this place, from 0.
    HeaderName(u32),
    /// The value of the header at this place, from 0.
    HeaderValue(u32),
    /// The record as a whole.
    Whole,
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Offset => "offset",
            Self::Length => "length",
            Self::Magic => "magic",
            Self::Attributes => "attributes",
            Self::Timestamp => "timestamp",
            Self::Key => "key",
            Self::Value => "value",
            Self::HeaderCount => "header count",
            Self::HeaderName(at) => return write!(f, "headers[{at}].name"),
            Self::HeaderValue(at) => return write!(f, "headers[{at}].value"),
            Self::Whole => "the record",
        })
    }
}

/// What is wrong inside of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Malformed {
    /// The bytes end before the field does.
    Ends,
    /// A varint longer than its type.
    VarintTooLong,
    /// A length or count below zero where there is no null.
    Negative,
    /// An offset outside of the batch.
    OffsetDelta,
    /// The record is longer or shorter than it says.
    RecordLength,
    /// Bytes are left over after the last record.
    BatchNotEmpty,
    /// A message in a compressed one that is neither of magic 0 nor 1.
    Magic,
    /// A compressed message in a compressed one.
    Nested,
    /// A compressed message without any in it.
    NoRecords,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ends => "the bytes end too early",
            Self::VarintTooLong => "the varint is too long",
            Self::Negative => "it is below zero",
            Self::OffsetDelta => "it is outside of the batch",
            Self::RecordLength => "the record is not as long as it says",
            Self::BatchNotEmpty => "bytes are left over after the last record",
            Self::Magic => "it is neither 0 nor 1",
            Self::Nested => "a message in a compressed one is compressed again",
            Self::NoRecords => "a compressed message has none in it",
        })
    }
}
