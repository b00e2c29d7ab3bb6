//! Compaction: of each key the last record stays. Offsets stay what they were, so that gaps appear.
//!
//! Deletions and markers outlive what they delete or end by `delete.retention.ms`, counted from the compaction that first
//! saw them alone (KIP-534). A batch that holds a producer's last sequence stays, if need be without records (KIP-360).

mod batch;

use std::collections::BTreeMap;

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::records::RecordIter;

use super::aborted::Spans;
use super::batches::Stored;
use super::codecs::{Codecs, internal};
use super::producers::Producers;
use super::{Isolation, PartitionLog};

/// What a compaction did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compacted {
    /// Records that are gone, markers among them.
    pub records_removed: u64,
    /// Batches that are gone whole.
    pub batches_removed: u64,
    /// By how many bytes the log is smaller. Below zero where a delete horizon made a compressed batch grow.
    pub bytes_saved: i64,
}

/// The offset of each key's last record that stands.
type LastOffsets = BTreeMap<Vec<u8>, i64>;

/// What decides over the batches of one compaction.
#[derive(Debug)]
struct Cleaning<'l> {
    last_offsets: LastOffsets,
    aborted: Spans,
    producers: &'l Producers,
    /// Producers of whose present transaction a batch has been seen.
    observed: BTreeMap<i64, ()>,
    /// Where this compaction ends.
    end: i64,
    wall_ms: i64,
    delete_retention_ms: i64,
}

impl PartitionLog {
    /// Compacts all below the last stable offset that is older than `min.compaction.lag.ms`, whatever `cleanup.policy` says.
    ///
    /// # Errors
    /// `UNKNOWN_SERVER_ERROR`: a batch can't be read or written. The log is as it was.
    pub fn compact(&mut self, wall_ms: i64, codecs: &mut Codecs) -> Result<Compacted, ErrorCode> {
        let end = self.compactable_to(wall_ms);
        let below = |batch: &&Stored| batch.header.next_offset() <= end;
        let aborted = self.aborted.spans();
        let batches = self.batches.iter().take_while(below);
        let mut cleaning = Cleaning {
            last_offsets: last_offsets(batches, &aborted, codecs)?,
            aborted,
            producers: &self.producers,
            observed: BTreeMap::new(),
            end,
            wall_ms,
            delete_retention_ms: self.config.delete_retention_ms,
        };
        let mut done = Compacted::default();
        let mut left = Vec::new();
        for batch in self.batches.iter().take_while(below) {
            match cleaning.clean(batch, codecs)? {
                Some(cleaned) => {
                    done.records_removed += records(batch) - records(&cleaned);
                    left.push(cleaned);
                }
                None => {
                    done.records_removed += records(batch);
                    done.batches_removed += 1;
                }
            }
        }
        self.replace(end, left, &mut done);
        Ok(done)
    }

    /// A batch's end: that of the first that must not be touched.
    fn compactable_to(&self, wall_ms: i64) -> i64 {
        let stable = self.end_for(Isolation::ReadCommitted);
        let lag_ms = self.config.min_compaction_lag_ms;
        let young = |timestamp: i64| lag_ms > 0 && wall_ms.saturating_sub(timestamp) < lag_ms;
        let mut end = self.log_start;
        for batch in self.batches.iter() {
            let header = &batch.header;
            if header.next_offset() > stable || young(header.max_timestamp()) {
                break;
            }
            end = header.next_offset();
        }
        end
    }

    fn replace(&mut self, end: i64, left: Vec<Stored>, done: &mut Compacted) {
        let before = self.batches.clone();
        self.batches.replace_below(end, left);
        if self.batches == before {
            return;
        }
        done.bytes_saved = before.bytes() as i64 - self.batches.bytes() as i64;
        self.rewrites += 1;
        let headers = self.batches.iter().map(|batch| &batch.header);
        self.aborted.keep_those_of(headers);
    }
}

fn records(batch: &Stored) -> u64 {
    u64::try_from(batch.header.record_count()).unwrap_or(0)
}

fn last_offsets<'b>(
    batches: impl Iterator<Item = &'b Stored>,
    aborted: &Spans,
    codecs: &mut Codecs,
) -> Result<LastOffsets, ErrorCode> {
    let mut last_offsets = LastOffsets::new();
    for batch in batches {
        if batch.header.is_control() || aborted.of(&batch.header).is_some() {
            continue;
        }
        let view = batch.view().ok_or(ErrorCode::UNKNOWN_SERVER_ERROR)?;
        let plain = codecs.plain(&view).map_err(internal)?;
        for record in RecordIter::new(&view, plain.body) {
            let record = record.map_err(internal)?;
            if let Some(key) = record.key {
                match last_offsets.get_mut(key) {
                    Some(offset) => *offset = record.offset,
                    None => _ = last_offsets.insert(key.to_vec(), record.offset),
                }
            }
        }
    }
    Ok(last_offsets)
}
