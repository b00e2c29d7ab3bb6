//! Reading: whole batches from an offset on, and what a Fetch response says beside them.

use bytes::Bytes;
use ottla_protocol::error_code::ErrorCode;

use super::{AbortedTransaction, EpochEnd, Isolation, PartitionLog};

/// What to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadFrom {
    /// The first offset wanted. The first batch may begin before it.
    pub offset: i64,
    /// At most so many bytes.
    pub max_bytes: usize,
    /// Whether the first batch comes even if it is larger (KIP-74).
    pub at_least_one: bool,
    /// What the reader may see.
    pub isolation: Isolation,
    /// The leader epoch that the reader knows of; `None`: don't check.
    pub current_leader_epoch: Option<i32>,
    /// The epoch of the last record that the reader has; `None`: don't look for divergence (KIP-595).
    pub last_fetched_epoch: Option<i32>,
}

/// What was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// Batches, in order: the records of the response once they are put one behind the other. Not copied. The last one may be cut
    /// where the bytes asked for end, as Kafka does it; the first is whole.
    pub batches: Vec<Bytes>,
    /// How many bytes they are.
    pub bytes: usize,
    /// The high watermark.
    pub high_watermark: i64,
    /// The last stable offset.
    pub last_stable_offset: i64,
    /// The oldest offset.
    pub log_start_offset: i64,
    /// The aborted transactions among the batches; `None` where the reader takes them all.
    pub aborted: Option<Vec<AbortedTransaction>>,
    /// Where the log went another way than the reader's, if it did. Then there are no batches.
    pub diverging: Option<EpochEnd>,
}

impl PartitionLog {
    /// Reads batches. An offset between the last that the reader may see and the log's end gives none, and no error.
    ///
    /// # Errors
    /// `OFFSET_OUT_OF_RANGE`: the offset is below the log's start or above its end, or nothing is known of the last
    /// fetched epoch. `FENCED_LEADER_EPOCH`, `UNKNOWN_LEADER_EPOCH`.
    pub fn read(&self, from: ReadFrom) -> Result<Read, ErrorCode> {
        self.check_leader_epoch(from.current_leader_epoch)?;
        let mut read = Read {
            batches: Vec::new(),
            bytes: 0,
            high_watermark: self.high_watermark(),
            last_stable_offset: self.last_stable_offset(),
            log_start_offset: self.log_start,
            aborted: (from.isolation == Isolation::ReadCommitted).then(Vec::new),
            diverging: self.divergence(&from)?,
        };
        if read.diverging.is_some() {
            return Ok(read);
        }
        self.check_range(from.offset)?;
        let end = self.collect(&from, &mut read);
        if let Some(aborted) = &mut read.aborted {
            *aborted = self.aborted.within(from.offset, end);
        }
        Ok(read)
    }

    fn divergence(&self, from: &ReadFrom) -> Result<Option<EpochEnd>, ErrorCode> {
        let Some(last_fetched) = from.last_fetched_epoch else {
            return Ok(None);
        };
        let end = self.epochs.end_of(last_fetched, self.log_end);
        if end == EpochEnd::UNKNOWN || from.offset < self.log_start {
            return Err(ErrorCode::OFFSET_OUT_OF_RANGE);
        }
        let diverges = end.leader_epoch < last_fetched || end.end_offset < from.offset;
        Ok(diverges.then_some(end))
    }

    fn check_range(&self, offset: i64) -> Result<(), ErrorCode> {
        if (self.log_start..=self.log_end).contains(&offset) {
            return Ok(());
        }
        Err(ErrorCode::OFFSET_OUT_OF_RANGE)
    }

    /// Puts the batches into `read`; gives the offset after the last.
    fn collect(&self, from: &ReadFrom, read: &mut Read) -> i64 {
        let visible = self.end_for(from.isolation);
        let mut end = from.offset;
        for batch in self.batches.from(from.offset) {
            let grown = read.bytes + batch.bytes.len();
            let first = read.batches.is_empty() && from.at_least_one;
            if batch.header.next_offset() > visible {
                break;
            }
            if grown > from.max_bytes && !first {
                let room = from.max_bytes.saturating_sub(read.bytes);
                if room > 0 && !read.batches.is_empty() {
                    read.batches.push(batch.bytes.slice(..room));
                    read.bytes += room;
                }
                break;
            }
            read.bytes = grown;
            read.batches.push(batch.bytes.clone());
            end = batch.header.next_offset();
        }
        end
    }
}
