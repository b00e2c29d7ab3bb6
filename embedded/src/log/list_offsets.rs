//! Offsets by timestamp, and by the special values that stand for one (ListOffsets).

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::records::{Record, RecordIter};

use super::batches::Stored;
use super::codecs::{Codecs, internal};
use super::{Isolation, PartitionLog};

const LATEST: i64 = -1;
const EARLIEST: i64 = -2;
const MAX_TIMESTAMP: i64 = -3;
const EARLIEST_LOCAL: i64 = -4;
const LATEST_TIERED: i64 = -5;
const EARLIEST_PENDING_UPLOAD: i64 = -6;

/// An offset that was asked for. -1: there is none, or it is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListedOffset {
    /// The offset.
    pub offset: i64,
    /// The record's timestamp, where one was looked for.
    pub timestamp: i64,
    /// The epoch that the record was written under.
    pub leader_epoch: i32,
}

impl ListedOffset {
    /// No record is like that.
    pub const NONE: Self = Self {
        offset: -1,
        timestamp: -1,
        leader_epoch: -1,
    };

    fn at(offset: i64, leader_epoch: i32) -> Self {
        Self {
            offset,
            timestamp: -1,
            leader_epoch,
        }
    }
}

impl PartitionLog {
    /// The offset for a timestamp: of the first record that is not older, or what a value below 0 stands for: -1 latest
    /// (of what such a reader may see), -2 earliest, -3 the youngest record's, -4 earliest on disk, -5 and -6 what
    /// remote storage has, which there is none of.
    ///
    /// # Errors
    /// `FENCED_LEADER_EPOCH`, `UNKNOWN_LEADER_EPOCH`. `OFFSET_NOT_AVAILABLE` (`LEADER_NOT_AVAILABLE` to requests below v5):
    /// the high watermark has not reached the present leader's epoch yet. `UNKNOWN_SERVER_ERROR`: a batch can't be read.
    pub fn list_offset(
        &self,
        timestamp: i64,
        isolation: Isolation,
        current_leader_epoch: Option<i32>,
        codecs: &mut Codecs,
    ) -> Result<ListedOffset, ErrorCode> {
        self.check_leader_epoch(current_leader_epoch)?;
        let end = self.end_for(isolation);
        let found = match timestamp {
            EARLIEST | EARLIEST_LOCAL => return Ok(self.earliest()),
            LATEST_TIERED | EARLIEST_PENDING_UPLOAD => return Ok(ListedOffset::NONE),
            LATEST => None,
            MAX_TIMESTAMP => self.youngest(codecs)?,
            _ => self.first_not_older(timestamp, codecs)?,
        };
        if let Some(found) = found.filter(|found| found.offset < end) {
            return Ok(found);
        }
        self.check_caught_up()?;
        if timestamp == LATEST {
            return Ok(ListedOffset::at(end, self.leader_epoch));
        }
        Ok(ListedOffset::NONE)
    }

    /// A leader that has not heard of all replicas yet does not know how far the last one was read.
    fn check_caught_up(&self) -> Result<(), ErrorCode> {
        let start = self.epochs.start_of_newest(self.leader_epoch).unwrap_or(0);
        if self.high_watermark() < start {
            return Err(ErrorCode::OFFSET_NOT_AVAILABLE);
        }
        Ok(())
    }

    fn earliest(&self) -> ListedOffset {
        let first = self
            .epochs
            .first()
            .filter(|first| first.start <= self.log_start);
        ListedOffset::at(self.log_start, first.map_or(-1, |first| first.epoch))
    }

    fn youngest(&self, codecs: &mut Codecs) -> Result<Option<ListedOffset>, ErrorCode> {
        let mut youngest: Option<&Stored> = None;
        for batch in self
            .batches
            .iter()
            .filter(|it| it.header.record_count() > 0)
        {
            let max = batch.header.max_timestamp();
            if youngest.map_or(-1, |found| found.header.max_timestamp()) < max {
                youngest = Some(batch);
            }
        }
        let Some(batch) = youngest else {
            return Ok(None);
        };
        let max = batch.header.max_timestamp();
        first_record(batch, codecs, |record| record.timestamp == max)
    }

    fn first_not_older(
        &self,
        timestamp: i64,
        codecs: &mut Codecs,
    ) -> Result<Option<ListedOffset>, ErrorCode> {
        for batch in self.batches.from(self.log_start) {
            if batch.header.max_timestamp() < timestamp {
                continue;
            }
            let wanted = |record: &Record<'_>| {
                record.timestamp >= timestamp && record.offset >= self.log_start
            };
            if let Some(found) = first_record(batch, codecs, wanted)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}

fn first_record(
    batch: &Stored,
    codecs: &mut Codecs,
    wanted: impl Fn(&Record<'_>) -> bool,
) -> Result<Option<ListedOffset>, ErrorCode> {
    let view = batch.view().ok_or(ErrorCode::UNKNOWN_SERVER_ERROR)?;
    let plain = codecs.plain(&view).map_err(internal)?;
    for record in RecordIter::new(&view, plain.body) {
        let record = record.map_err(internal)?;
        if wanted(&record) {
            return Ok(Some(ListedOffset {
                offset: record.offset,
                timestamp: record.timestamp,
                leader_epoch: view.partition_leader_epoch().unwrap_or(-1),
            }));
        }
    }
    Ok(None)
}
