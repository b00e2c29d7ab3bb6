//! What a batch says of itself beside its records, and why one can't be built.

use super::super::compress::{CodecError, Compression};
use super::super::error::RecordError;
use super::super::header::{CONTROL, LOG_APPEND_TIME, TRANSACTIONAL};

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
    /// The leadership under which the batch is appended, the broker's business; `None` from a producer.
    pub partition_leader_epoch: Option<i32>,
    /// The broker's time for all records, in ms since the epoch; `None`: each has its producer's.
    pub append_time: Option<i64>,
    /// How far the last offset is from the first where compaction took the last records, or all of them; `None`: the
    /// last record's.
    pub last_offset_delta: Option<i32>,
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
            partition_leader_epoch: None,
            append_time: None,
            last_offset_delta: None,
        }
    }
}

impl BatchOptions {
    /// The attributes but for the codec and the delete horizon.
    pub(super) fn flags(&self) -> i16 {
        let flag = |set, bit| if set { bit } else { 0 };
        flag(self.transactional, TRANSACTIONAL)
            | flag(self.control, CONTROL)
            | flag(self.append_time.is_some(), LOG_APPEND_TIME)
    }
}

/// A batch that can't be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// No batch is without records, but for one that [`BatchOptions::last_offset_delta`] says to be compacted.
    #[error("the batch has no record")]
    Empty,
    /// What has to be said before the first record was said too late.
    #[error("the batch has {record_count} records already")]
    NotEmpty {
        /// How many.
        record_count: i32,
    },
    /// The batch would be larger than its length field can tell.
    #[error("the batch would take {bytes} bytes, more than 2 GiB")]
    TooLarge {
        /// What it would take.
        bytes: usize,
    },
    /// Offsets ascend, and none is beyond the batch's last.
    #[error("the offset delta {offset_delta} can't follow {after}")]
    OffsetDelta {
        /// The distance from the batch's first offset.
        offset_delta: i32,
        /// That of the record before it, -1: none.
        after: i32,
    },
    /// Message sets of magic 0 and 1 know gzip, snappy and lz4 alone.
    #[error("zstd needs magic 2")]
    ZstdInOldMagic,
    /// The records can't be compressed.
    #[error("the batch can't be compressed")]
    Codec(#[from] CodecError),
    /// The batch to be split can't be read.
    #[error("the batch to split can't be read")]
    Unreadable(#[from] RecordError),
}
