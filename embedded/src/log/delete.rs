//! Deleting: from the front by command or retention, from the end where a leader was elected that lacked the last records.

use ottla_protocol::error_code::ErrorCode;

use super::{Aborted, PartitionLog, Producers};

const HIGH_WATERMARK: i64 = -1;

impl PartitionLog {
    /// Deletes the records below the offset (DeleteRecords); -1: all below the high watermark. Gives the log's start.
    ///
    /// # Errors
    /// `POLICY_VIOLATION`: the topic is compacted and nothing else. `OFFSET_OUT_OF_RANGE`: the offset is above the high
    /// watermark, or below zero.
    pub fn delete_records(&mut self, offset: i64) -> Result<i64, ErrorCode> {
        if self.config.compact && !self.config.delete {
            return Err(ErrorCode::POLICY_VIOLATION);
        }
        let offset = match offset {
            HIGH_WATERMARK => self.high_watermark(),
            offset => offset,
        };
        if offset < 0 || offset > self.high_watermark() {
            return Err(ErrorCode::OFFSET_OUT_OF_RANGE);
        }
        self.start_at(offset);
        Ok(self.log_start)
    }

    /// Deletes what the topic's `retention.ms` and `retention.bytes` no longer keep, batch by batch. Gives the log's start.
    /// Does nothing where `cleanup.policy` doesn't hold `delete`.
    pub fn apply_retention(&mut self, wall_ms: i64) -> i64 {
        if self.config.delete {
            self.start_at(self.retained_from(wall_ms));
        }
        self.log_start
    }

    /// Cuts the log off at the offset, as an unclean election does: a batch that reaches it goes whole. What is known of
    /// producers and aborted transactions is what the batches left tell.
    pub fn truncate_to(&mut self, offset: i64) {
        let offset = offset.max(0);
        if offset >= self.log_end {
            return;
        }
        self.log_end = offset;
        self.log_start = self.log_start.min(offset);
        if self.batches.drop_from(offset) {
            self.rewrites += 1;
        }
        self.epochs.cut_from(offset);
        self.learn_producers();
        self.settle();
    }

    /// Learns all that batches tell of producers, and forgets all else.
    pub(super) fn learn_producers(&mut self) {
        self.producers = Producers::default();
        self.aborted = Aborted::default();
        let batches = std::mem::take(&mut self.batches);
        for batch in batches.iter().filter(|it| it.header.producer_id() >= 0) {
            if let Some(view) = batch.view() {
                self.note_producer(&view);
            }
        }
        self.batches = batches;
    }

    fn start_at(&mut self, offset: i64) {
        if offset <= self.log_start {
            return;
        }
        self.log_start = offset;
        if self.batches.drop_below(offset) {
            self.rewrites += 1;
        }
        self.epochs.cut_below(offset);
        self.aborted.drop_below(offset);
        self.settle();
    }

    /// Never beyond the high watermark.
    fn retained_from(&self, wall_ms: i64) -> i64 {
        let high_watermark = self.high_watermark();
        let mut excess = match u64::try_from(self.config.retention_bytes) {
            Ok(limit) => self.bytes().saturating_sub(limit),
            Err(_) => 0,
        };
        let mut start = self.log_start;
        for batch in self.batches.iter() {
            let header = &batch.header;
            let bytes = batch.bytes.len() as u64;
            let too_much = bytes <= excess;
            let gone = too_much || self.is_too_old(header.max_timestamp(), wall_ms);
            if !gone || header.next_offset() > high_watermark {
                break;
            }
            excess = excess.saturating_sub(bytes);
            start = header.next_offset();
        }
        start
    }

    fn is_too_old(&self, timestamp: i64, wall_ms: i64) -> bool {
        let limit = self.config.retention_ms;
        limit >= 0 && timestamp >= 0 && wall_ms.saturating_sub(timestamp) > limit
    }
}
