//! A topic's settings, as far as one partition's log heeds them: Kafka's names, and its defaults.

use ottla_protocol::records::{Compression, TimestampType};

/// What a topic's settings say to one partition's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogConfig {
    /// `message.timestamp.type`.
    pub timestamp_type: TimestampType,
    /// `message.timestamp.before.max.ms`: how much older than the broker's time a record may be.
    pub timestamp_before_max_ms: i64,
    /// `message.timestamp.after.max.ms`: how much younger than the broker's time a record may be.
    pub timestamp_after_max_ms: i64,
    /// `max.message.bytes`: the largest batch, header included.
    pub max_message_bytes: usize,
    /// `segment.bytes`. There are no segments here; but a batch larger than one is refused.
    pub segment_bytes: usize,
    /// `compression.type`; `None`: as the producer has it.
    pub compression: Option<Compression>,
    /// Whether `cleanup.policy` holds `delete`.
    pub delete: bool,
    /// Whether `cleanup.policy` holds `compact`: then no record may be without a key.
    pub compact: bool,
    /// `retention.ms`; below zero: for ever.
    pub retention_ms: i64,
    /// `retention.bytes`; below zero: without limit.
    pub retention_bytes: i64,
    /// `delete.retention.ms`: how long compaction leaves deletions and markers after it first saw them.
    pub delete_retention_ms: i64,
    /// `min.compaction.lag.ms`: how old a record is before compaction looks at it.
    pub min_compaction_lag_ms: i64,
}

const HOUR_MS: i64 = 3_600_000;

impl Default for LogConfig {
    fn default() -> Self {
        Self {
            timestamp_type: TimestampType::CreateTime,
            timestamp_before_max_ms: i64::MAX,
            timestamp_after_max_ms: HOUR_MS,
            max_message_bytes: 1_048_588,
            segment_bytes: 1 << 30,
            compression: None,
            delete: true,
            compact: false,
            retention_ms: 7 * 24 * HOUR_MS,
            retention_bytes: -1,
            delete_retention_ms: 24 * HOUR_MS,
            min_compaction_lag_ms: 0,
        }
    }
}
