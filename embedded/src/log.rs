//! One partition's log: what a leader of Kafka 4.3 appends, refuses, serves and forgets. Pure.
//!
//! All replicas of the cluster share it, so the high watermark is the log's end unless a fault
//! [holds it back](PartitionLog::hold_high_watermark). It has no segments: retention and compaction look at batches. What a
//! segment decides in Kafka (the active one is never compacted) is the caller's to decide here, who says when.

#![deny(clippy::disallowed_methods)]

mod aborted;
mod append;
mod batches;
mod codecs;
mod compact;
mod config;
mod delete;
mod durable;
mod epochs;
mod list_offsets;
mod marker;
mod producers;
mod read;
mod refusal;
mod validate;

pub use aborted::AbortedTransaction;
pub use append::{Appended, EndOfTransaction, Origin, Verification};
pub use codecs::Codecs;
pub use compact::Compacted;
pub use config::LogConfig;
pub use durable::Damaged;
pub use epochs::EpochEnd;
pub use list_offsets::ListedOffset;
pub use marker::TransactionResult;
pub use read::{Read, ReadFrom};
pub use refusal::{Refusal, RefusedRecord};

use bytes::Bytes;
use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::records::RecordBatch;

use aborted::Aborted;
use batches::{Batches, Stored};
use epochs::Epochs;
use producers::Producers;

/// What a reader may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Isolation {
    /// All up to the high watermark.
    ReadUncommitted,
    /// All up to the last stable offset.
    ReadCommitted,
}

impl From<i8> for Isolation {
    fn from(level: i8) -> Self {
        if level == 1 {
            Self::ReadCommitted
        } else {
            Self::ReadUncommitted
        }
    }
}

/// A producer, as DescribeProducers tells of it. -1: none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActiveProducer {
    /// The producer.
    pub producer_id: i64,
    /// Its epoch.
    pub producer_epoch: i16,
    /// Its last record's sequence.
    pub last_sequence: i32,
    /// When it last wrote, in ms since the epoch.
    pub last_timestamp: i64,
    /// The coordinator's epoch of its last marker.
    pub coordinator_epoch: i32,
    /// Where its open transaction began.
    pub current_txn_start_offset: i64,
}

/// The log of one partition.
#[derive(Clone, Debug, PartialEq)]
pub struct PartitionLog {
    config: LogConfig,
    batches: Batches,
    producers: Producers,
    aborted: Aborted,
    epochs: Epochs,
    leader_epoch: i32,
    log_start: i64,
    log_end: i64,
    held_high_watermark: Option<i64>,
    rewrites: u64,
}

impl PartitionLog {
    /// An empty log, led under this epoch.
    #[must_use]
    pub fn new(config: LogConfig, leader_epoch: i32) -> Self {
        let mut log = Self {
            config,
            batches: Batches::default(),
            producers: Producers::default(),
            aborted: Aborted::default(),
            epochs: Epochs::default(),
            leader_epoch,
            log_start: 0,
            log_end: 0,
            held_high_watermark: None,
            rewrites: 0,
        };
        log.epochs.assign(leader_epoch, 0);
        log
    }

    /// The topic's settings.
    #[must_use]
    pub fn config(&self) -> &LogConfig {
        &self.config
    }

    /// New settings, for what is appended, deleted and compacted from now on.
    pub fn set_config(&mut self, config: LogConfig) {
        self.config = config;
    }

    /// The oldest offset that can be read.
    #[must_use]
    pub fn log_start(&self) -> i64 {
        self.log_start
    }

    /// The offset of the next record.
    #[must_use]
    pub fn log_end(&self) -> i64 {
        self.log_end
    }

    /// The first offset that not all replicas have.
    #[must_use]
    pub fn high_watermark(&self) -> i64 {
        let held = self.held_high_watermark.unwrap_or(self.log_end);
        held.clamp(self.log_start, self.log_end)
    }

    /// The first offset of a transaction still open, or the high watermark.
    #[must_use]
    pub fn last_stable_offset(&self) -> i64 {
        let high_watermark = self.high_watermark();
        let unstable = self.producers.first_unstable().unwrap_or(high_watermark);
        unstable.max(self.log_start).min(high_watermark)
    }

    /// The first offset that such a reader may not see.
    #[must_use]
    pub fn end_for(&self, isolation: Isolation) -> i64 {
        match isolation {
            Isolation::ReadUncommitted => self.high_watermark(),
            Isolation::ReadCommitted => self.last_stable_offset(),
        }
    }

    /// Keeps the high watermark from passing this offset, as a replica does that lags; `None`: it follows the log's end.
    pub fn hold_high_watermark(&mut self, offset: Option<i64>) {
        self.held_high_watermark = offset;
        self.settle();
    }

    /// The epoch under which the partition is led.
    #[must_use]
    pub fn leader_epoch(&self) -> i32 {
        self.leader_epoch
    }

    /// Leadership changed hands: from here on records are of this epoch. An epoch that is not above the present one
    /// changes nothing.
    pub fn lead(&mut self, leader_epoch: i32) {
        if leader_epoch > self.leader_epoch {
            self.leader_epoch = leader_epoch;
            self.epochs.assign(leader_epoch, self.log_end);
        }
    }

    /// Whether a request that names this leader epoch is for the present leadership; `None`: it names none.
    ///
    /// # Errors
    /// `FENCED_LEADER_EPOCH`: it is older. `UNKNOWN_LEADER_EPOCH`: it is newer.
    pub fn check_leader_epoch(&self, current: Option<i32>) -> Result<(), ErrorCode> {
        match current {
            Some(epoch) if epoch < self.leader_epoch => Err(ErrorCode::FENCED_LEADER_EPOCH),
            Some(epoch) if epoch > self.leader_epoch => Err(ErrorCode::UNKNOWN_LEADER_EPOCH),
            _ => Ok(()),
        }
    }

    /// Where the largest epoch ends that is not above `epoch` (OffsetForLeaderEpoch).
    ///
    /// # Errors
    /// As [`check_leader_epoch`](Self::check_leader_epoch).
    pub fn offset_for_leader_epoch(
        &self,
        epoch: i32,
        current: Option<i32>,
    ) -> Result<EpochEnd, ErrorCode> {
        self.check_leader_epoch(current)?;
        Ok(self.epochs.end_of(epoch, self.log_end))
    }

    /// How many bytes the batches take.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.batches.bytes()
    }

    /// The batches from the one on that holds the offset, or the next above it, as they go over the wire.
    pub fn batches_from(&self, offset: i64) -> impl Iterator<Item = &Bytes> {
        self.batches.from(offset).map(|batch| &batch.bytes)
    }

    /// How often batches were changed or dropped that stood already. While it stays the same, the log only grew at its
    /// end: who keeps a copy appends what is new, else writes all of it anew.
    #[must_use]
    pub fn rewrites(&self) -> u64 {
        self.rewrites
    }

    /// Whether the producer has a transaction open here under this epoch: then its appends need no verification.
    #[must_use]
    pub fn has_open_transaction(&self, producer_id: i64, producer_epoch: i16) -> bool {
        self.producers.has_open(producer_id, producer_epoch)
    }

    /// The producers that are known (DescribeProducers), by id.
    pub fn active_producers(&self) -> impl Iterator<Item = ActiveProducer> {
        self.producers
            .entries()
            .iter()
            .map(|(producer_id, entry)| ActiveProducer {
                producer_id: *producer_id,
                producer_epoch: entry.epoch,
                last_sequence: entry.last_sequence(),
                last_timestamp: entry.last_timestamp,
                coordinator_epoch: entry.coordinator_epoch,
                current_txn_start_offset: entry.transaction_start.unwrap_or(-1),
            })
    }

    /// Forgets producers that wrote nothing for so long (`producer.id.expiration.ms`) and have no transaction open.
    pub fn expire_producers(&mut self, wall_ms: i64, expiration_ms: i64) {
        self.producers.expire(wall_ms, expiration_ms);
    }

    /// After anything that may have moved the high watermark.
    fn settle(&mut self) {
        self.producers.settle(self.high_watermark());
    }

    /// Takes a batch into the log and its producer's state.
    fn push(&mut self, batch: Stored) {
        let header = batch.header;
        self.log_end = header.next_offset();
        if let Some(epoch) = header.partition_leader_epoch() {
            self.epochs.assign(epoch, header.base_offset());
        }
        if header.producer_id() >= 0
            && let Some(view) = batch.view()
        {
            self.note_producer(&view);
        }
        self.batches.push(batch);
    }

    fn note_producer(&mut self, batch: &RecordBatch<'_>) {
        if !batch.is_control() {
            self.producers.append(batch);
            return;
        }
        let Some((marker, result)) = marker::read(batch) else {
            return;
        };
        let offset = batch.base_offset();
        let ended = self.producers.end(marker, offset, batch.max_timestamp());
        if let (Some(ended), TransactionResult::Abort) = (ended, result) {
            self.aborted.push(AbortedTransaction {
                producer_id: marker.producer_id,
                first_offset: ended.first_offset,
                last_offset: offset,
                last_stable_offset: ended.last_stable_offset,
            });
        }
    }
}

#[cfg(test)]
mod tests;
