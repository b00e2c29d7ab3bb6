//! What can be wrong with a batch that was read.

use std::fmt;

use super::compress::CodecError;

/// A batch that can't be read. Whatever the bytes, reading ends in one of these, never in a panic.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// A message set of magic 0 or 1, which this crate does not read, or something else entirely.
    #[error("batch at offset {base_offset}: unsupported magic {magic}, only 2 is read")]
    UnsupportedMagic {
        /// The first offset, as the bytes have it.
        base_offset: i64,
        /// The magic found.
        magic: i8,
    },
    /// The length field is smaller than the smallest header: damaged, not cut.
    #[error("batch at offset {base_offset}: its length of {length} is too small for a header")]
    Length {
        /// The first offset, as the bytes have it.
        base_offset: i64,
        /// The length found.
        length: i32,
    },
    /// A field of the header holds what it can't hold.
    #[error("batch at offset {base_offset}: {field} can't be {value}")]
    Header {
        /// The batch's first offset.
        base_offset: i64,
        /// The field, in snake case.
        field: &'static str,
        /// The value found.
        value: i64,
    },
    /// The bytes are not those that were written. Reading them again from the broker may help.
    #[error(
        "batch at offset {base_offset}: the checksum is {computed:#010x}, not {stored:#010x} as it says"
    )]
    Crc {
        /// The batch's first offset.
        base_offset: i64,
        /// What the header says.
        stored: u32,
        /// What the bytes give.
        computed: u32,
    },
    /// The records can't be decompressed.
    #[error("batch at offset {base_offset}: can't be decompressed")]
    Codec {
        /// The batch's first offset.
        base_offset: i64,
        /// Why not.
        source: CodecError,
    },
    /// A record is not what a record looks like.
    #[error("batch at offset {base_offset}: record {index}: {why} (at byte {at} of the records)")]
    Record {
        /// The batch's first offset.
        base_offset: i64,
        /// The record's place in the batch, from 0.
        index: i32,
        /// Where in the batch's records, decompressed.
        at: usize,
        /// What is wrong there.
        why: Malformed,
    },
    /// A control record whose key is none.
    #[error("control record at offset {offset}: its key does not hold a version and a type")]
    ControlKey {
        /// The record's offset.
        offset: i64,
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
    /// An offset delta below zero or above the batch's last.
    OffsetDelta,
    /// A timestamp that does not fit 64 bits.
    Timestamp,
    /// The record is longer or shorter than it says.
    RecordLength,
    /// Bytes are left over after the last record.
    BatchNotEmpty,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ends => "the bytes end too early",
            Self::VarintTooLong => "a varint is too long",
            Self::Negative => "a length is negative",
            Self::OffsetDelta => "the offset is outside of the batch",
            Self::Timestamp => "the timestamp overflows",
            Self::RecordLength => "the record is not as long as it says",
            Self::BatchNotEmpty => "bytes are left over after the last record",
        })
    }
}
