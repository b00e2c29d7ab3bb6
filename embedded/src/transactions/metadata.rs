//! One transactional id: its producer, its transaction, and each step from one state to the next. Which step a request leads to is
//! decided elsewhere.

use std::collections::BTreeSet;

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::types::TopicPartition;

use super::{ProducerIdAndEpoch, TransactionState};

/// From this epoch on a producer needs another id. The one above it is kept for the coordinator, which can so fence any producer.
pub(super) const EXHAUSTED: i16 = i16::MAX - 1;

/// What is known of a transactional id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TransactionMetadata {
    pub(super) producer_id: i64,
    /// The producer id before the last step.
    pub(super) previous_producer_id: i64,
    /// The producer id to go on with once the end that is decided is completed.
    pub(super) next_producer_id: i64,
    pub(super) producer_epoch: i16,
    /// The epoch before, if the producer that had it raised it itself: so that it can ask again. Not in the records, so that a coordinator
    /// that moved doesn't know it.
    pub(super) last_producer_epoch: i16,
    pub(super) timeout_ms: i32,
    pub(super) state: TransactionState,
    pub(super) partitions: BTreeSet<TopicPartition>,
    /// Those whose marker isn't confirmed yet.
    pub(super) unmarked: BTreeSet<TopicPartition>,
    /// Which decision those markers are of.
    pub(super) decision: u64,
    pub(super) start_ms: i64,
    pub(super) last_update_ms: i64,
    /// 2 where the epoch was raised with the end (KIP-890).
    pub(super) client_version: i16,
}

impl TransactionMetadata {
    /// A new id, with a producer that nobody was told of yet.
    pub(super) fn new(producer_id: i64, now_ms: i64) -> Self {
        Self {
            producer_id,
            previous_producer_id: -1,
            next_producer_id: -1,
            producer_epoch: -1,
            last_producer_epoch: -1,
            timeout_ms: 0,
            state: TransactionState::Empty,
            partitions: BTreeSet::new(),
            unmarked: BTreeSet::new(),
            decision: 0,
            start_ms: -1,
            last_update_ms: now_ms,
            client_version: 0,
        }
    }

    pub(super) fn producer(&self) -> ProducerIdAndEpoch {
        ProducerIdAndEpoch {
            producer_id: self.producer_id,
            epoch: self.producer_epoch,
        }
    }

    /// The producer that goes on once the end that is decided is completed.
    pub(super) fn next_producer(&self) -> ProducerIdAndEpoch {
        match self.next_producer_id {
            -1 => self.producer(),
            producer_id => ProducerIdAndEpoch {
                producer_id,
                epoch: 0,
            },
        }
    }

    pub(super) fn is_exhausted(&self) -> bool {
        self.producer_epoch >= EXHAUSTED
    }

    /// Whether a request's producer is the one that has the id.
    pub(super) fn check(&self, producer: ProducerIdAndEpoch) -> Result<(), ErrorCode> {
        if self.producer_id != producer.producer_id {
            Err(ErrorCode::INVALID_PRODUCER_ID_MAPPING)
        } else if self.producer_epoch != producer.epoch {
            Err(ErrorCode::PRODUCER_FENCED)
        } else {
            Ok(())
        }
    }

    // Steps.

    /// A producer begins to use the id.
    pub(super) fn initialize(
        &mut self,
        producer: ProducerIdAndEpoch,
        last_epoch: i16,
        timeout_ms: i32,
        now_ms: i64,
    ) {
        self.step(TransactionState::Empty, now_ms);
        self.producer_id = producer.producer_id;
        self.producer_epoch = producer.epoch;
        self.last_producer_epoch = last_epoch;
        self.timeout_ms = timeout_ms;
        self.partitions.clear();
        self.start_ms = -1;
    }

    /// Partitions come in; the first begin the transaction.
    pub(super) fn add<'p>(
        &mut self,
        partitions: impl IntoIterator<Item = &'p TopicPartition>,
        client_version: i16,
        now_ms: i64,
    ) {
        if self.state != TransactionState::Ongoing {
            self.start_ms = now_ms;
        }
        self.step(TransactionState::Ongoing, now_ms);
        self.partitions.extend(partitions.into_iter().cloned());
        self.client_version = client_version;
    }

    /// The end is decided. With KIP-890 the epoch rises with it, and the markers carry the new one.
    pub(super) fn prepare(&mut self, commit: bool, raise: Raise, now_ms: i64) {
        if self.state != TransactionState::Ongoing {
            // An abort of nothing: a start is needed all the same.
            self.start_ms = now_ms;
        }
        let prepared = match commit {
            true => TransactionState::PrepareCommit,
            false => TransactionState::PrepareAbort,
        };
        self.step(prepared, now_ms);
        self.client_version = 0;
        match raise {
            Raise::No => {}
            Raise::Fence => {
                self.producer_epoch = self.producer_epoch.saturating_add(1);
                self.last_producer_epoch = -1;
            }
            Raise::WithEnd { next_producer_id } => {
                self.last_producer_epoch = self.producer_epoch;
                self.producer_epoch = self.producer_epoch.saturating_add(1);
                self.next_producer_id = next_producer_id;
                self.client_version = 2;
            }
        }
        self.unmarked = self.partitions.clone();
    }

    /// Every partition has its marker.
    pub(super) fn complete(&mut self, now_ms: i64) {
        let next = self.next_producer();
        let completed = match self.state {
            TransactionState::PrepareCommit => TransactionState::CompleteCommit,
            _ => TransactionState::CompleteAbort,
        };
        self.step(completed, now_ms);
        (self.producer_id, self.producer_epoch) = (next.producer_id, next.epoch);
        self.next_producer_id = -1;
        self.partitions.clear();
        self.unmarked.clear();
    }

    /// The coordinator moved: the new one knows what the records say, and no confirmation.
    pub(super) fn reload(&mut self) {
        self.last_producer_epoch = -1;
        if self.state.is_prepared() {
            self.unmarked = self.partitions.clone();
        }
    }

    fn step(&mut self, state: TransactionState, now_ms: i64) {
        self.state = state;
        self.last_update_ms = now_ms;
        self.previous_producer_id = self.producer_id;
    }
}

/// How an end changes the epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Raise {
    /// Not at all: a client's end of transaction version 1.
    No,
    /// So that the producer is fenced: an abort that the coordinator decided, in transaction version 1.
    Fence,
    /// As with every end of transaction version 2; with another producer id where the epochs are used up (-1: they aren't).
    WithEnd { next_producer_id: i64 },
}
