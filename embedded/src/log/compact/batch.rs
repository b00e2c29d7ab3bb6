//! One batch under compaction: which of its records stay, and whether it stays without any.

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::records::{
    BatchHeader, BatchMut, BuildError, Record, RecordBatch, RecordIter, TimestampType,
};

use super::super::batches::Stored;
use super::super::codecs::{Codecs, Plain, internal};
use super::super::validate::{options_of, stored};
use super::{Cleaning, LastOffsets};

/// What is decided before the records are looked at.
#[derive(Clone, Copy, Debug)]
struct Fate {
    /// No record stays, whatever its key.
    discard: bool,
    /// The batch stays, even without records.
    needed: bool,
    /// The marker's transaction has no batches left: from now on it is on its way out.
    ends_nothing: bool,
}

impl Cleaning<'_> {
    /// What is left of a batch; `None`: nothing.
    pub(super) fn clean(
        &mut self,
        batch: &Stored,
        codecs: &mut Codecs,
    ) -> Result<Option<Stored>, ErrorCode> {
        let fate = self.fate(&batch.header);
        let view = batch.view().ok_or(ErrorCode::UNKNOWN_SERVER_ERROR)?;
        let plain = codecs.plain(&view).map_err(internal)?;
        let stays = self.count(&view, plain.body, fate)?;
        if stays.records == 0 && !fate.needed {
            return Ok(None);
        }
        let waits = stays.deletions || (fate.ends_nothing && stays.records > 0);
        let horizon = match batch.header.delete_horizon() {
            None if waits => Some(self.wall_ms.saturating_add(self.delete_retention_ms)),
            horizon => horizon,
        };
        let same = stays.records == view.record_count() && horizon == view.delete_horizon();
        if same {
            return Ok(Some(batch.clone()));
        }
        self.rewrite(&view, plain, horizon, fate).map(Some)
    }

    fn fate(&mut self, header: &BatchHeader) -> Fate {
        let mut ends_nothing = false;
        let discard = if header.is_control() {
            ends_nothing = self.observed.remove(&header.producer_id()).is_none();
            let over = |horizon| horizon <= self.wall_ms;
            ends_nothing && header.delete_horizon().is_some_and(over)
        } else {
            if header.is_transactional() {
                self.observed.insert(header.producer_id(), ());
            }
            self.aborted.of(header).is_some()
        };
        Fate {
            discard,
            needed: header.next_offset() == self.end || self.is_last_of_producer(header),
            ends_nothing,
        }
    }

    /// Whether the batch tells what is known of a producer: its last sequence, or its epoch.
    fn is_last_of_producer(&self, header: &BatchHeader) -> bool {
        let Some(entry) = self.producers.entries().get(&header.producer_id()) else {
            return false;
        };
        match entry.sequenced.back() {
            Some(last) => header.last_offset() == last.last_offset,
            None => header.is_control() && header.producer_epoch() == entry.epoch,
        }
    }

    fn stays(&self, record: &Record<'_>, header: &BatchHeader, fate: Fate) -> bool {
        if fate.discard || header.is_control() {
            return !fate.discard;
        }
        let deleted_now = record.value.is_none()
            && header
                .delete_horizon()
                .is_some_and(|horizon| horizon <= self.wall_ms);
        is_last(&self.last_offsets, record) && !deleted_now
    }

    fn count(&self, batch: &RecordBatch<'_>, body: &[u8], fate: Fate) -> Result<Stays, ErrorCode> {
        let mut stays = Stays::default();
        for record in RecordIter::new(batch, body) {
            let record = record.map_err(internal)?;
            if self.stays(&record, batch, fate) {
                stays.records += 1;
                stays.deletions |= record.value.is_none();
            }
        }
        Ok(stays)
    }

    fn rewrite(
        &self,
        batch: &RecordBatch<'_>,
        plain: Plain<'_>,
        horizon: Option<i64>,
        fate: Fate,
    ) -> Result<Stored, ErrorCode> {
        let builder = plain.builder;
        builder.clear();
        if let Some(horizon) = horizon {
            builder.set_delete_horizon(horizon).map_err(internal)?;
        }
        let mut headers = Vec::new();
        for record in RecordIter::new(batch, plain.body) {
            let record = record.map_err(internal)?;
            if self.stays(&record, batch, fate) {
                headers.clear();
                headers.extend(record.headers);
                let delta = (record.offset - batch.base_offset()) as i32;
                builder
                    .append_at(delta, record.timestamp, record.key, record.value, &headers)
                    .map_err(internal)?;
            }
        }
        let empty = builder.record_count() == 0;
        let options = options_of(batch);
        let mut bytes = builder
            .finish(&options, plain.compressor)
            .map_err(|_: BuildError| ErrorCode::UNKNOWN_SERVER_ERROR)?;
        if empty && batch.timestamp_type() == TimestampType::CreateTime {
            keep_max_timestamp(&mut bytes, batch.max_timestamp());
        }
        stored(bytes)
    }
}

/// What stays of a batch.
#[derive(Debug, Default)]
struct Stays {
    records: i32,
    deletions: bool,
}

/// A record without a key goes.
fn is_last(last_offsets: &LastOffsets, record: &Record<'_>) -> bool {
    let last = record.key.and_then(|key| last_offsets.get(key));
    last.is_some_and(|last| record.offset >= *last)
}

/// A batch without records still has the time of those that it had.
fn keep_max_timestamp(bytes: &mut [u8], max_timestamp: i64) {
    if let Ok(Some((mut batch, _))) = BatchMut::split_first(bytes) {
        batch.set_create_time(max_timestamp);
    }
}
