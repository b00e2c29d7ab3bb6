//! ◇ The transaction coordinator: who may use a transactional id, what is in its transaction, and how that ends.
//!
//! One machine stands for the coordinators of the whole cluster. A transactional id belongs to a partition of
//! `__transaction_state` ([`TransactionCoordinator::partition_for`]), and the broker that leads this partition coordinates it. Whether
//! a request came to that broker is for the caller to check, before it calls.
//!
//! An end has two steps. It is *decided* at once, and from then on every partition is to get a [`Marker`]; the caller takes the markers
//! ([`TransactionCoordinator::take_markers`]), writes them, and confirms each one
//! ([`TransactionCoordinator::confirm`]). While one is missing the id is about to commit or abort, and its producer hears
//! CONCURRENT_TRANSACTIONS. A marker that is held back leaves a transaction hanging, as on a real cluster.
//!
//! | part | what |
//! | --- | --- |
//! | `settings` | settings under Kafka's names |
//! | `state`, `metadata` | one transactional id: its states, and each step from one to the next |
//! | `producer_ids` | ids, unique in the cluster |
//! | `init`, `partitions`, `end`, `markers` | the requests, in the order of a transaction's life |
//! | `timers` | time-outs and expiry |
//! | `inspect` | describe and list |
//! | `durable` | records of `__transaction_state` |
//! | `by_version` | codes that older clients would not understand |
#![deny(clippy::disallowed_methods)]

mod by_version;
mod durable;
mod end;
mod init;
mod inspect;
mod markers;
mod metadata;
mod partitions;
mod producer_ids;
mod settings;
mod state;
#[cfg(test)]
mod tests;
mod timers;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use ottla_protocol::error_code::ErrorCode;

pub use by_version::{end_error, init_error, offset_commit_error, partitions_error, produce_error};
pub use durable::{RestoreError, StateRecord};
pub use end::EndTxnOutcome;
pub use init::{InitProducerId, InitProducerIdOutcome};
pub use inspect::{Description, Listed, Listing};
pub use markers::{Confirmation, Marker};
pub use partitions::{PartitionErrors, TransactionPartitionErrors};
pub use settings::Settings;
pub use state::TransactionState;

use crate::internal_partition;
use metadata::TransactionMetadata;
use producer_ids::ProducerIds;

/// A producer, as its requests name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProducerIdAndEpoch {
    /// The producer's id; -1: none.
    pub producer_id: i64,
    /// The producer's epoch; -1: none.
    pub epoch: i16,
}

impl ProducerIdAndEpoch {
    /// No producer, as an answer with an error has it.
    pub const NONE: Self = Self {
        producer_id: -1,
        epoch: -1,
    };
}

/// The state of every transactional id.
#[derive(Debug)]
pub struct TransactionCoordinator {
    settings: Settings,
    ids: BTreeMap<Arc<str>, TransactionMetadata>,
    producer_ids: ProducerIds,
    /// The partitions of `__transaction_state`, where something was said of them.
    leaderships: BTreeMap<i32, Leadership>,
    /// Markers that nobody took yet.
    markers: VecDeque<Marker>,
    decisions: u64,
    /// What changed since [`Self::take_records`].
    changed: BTreeSet<Arc<str>>,
    next_abort_check: Duration,
    next_expiry_check: Duration,
}

/// Who leads a partition of `__transaction_state`.
#[derive(Clone, Copy, Debug, Default)]
struct Leadership {
    node: i32,
    /// The coordinator's epoch: the partition's leader epoch.
    epoch: i32,
    loading: bool,
}

impl TransactionCoordinator {
    /// A coordinator that knows no transactional id.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            next_abort_check: settings.abort_timed_out_transaction_cleanup_interval,
            next_expiry_check: settings.remove_expired_transaction_cleanup_interval,
            producer_ids: ProducerIds::default(),
            ids: BTreeMap::new(),
            leaderships: BTreeMap::new(),
            markers: VecDeque::new(),
            decisions: 0,
            changed: BTreeSet::new(),
            settings,
        }
    }

    /// The settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The settings, to change them while it runs: what they rule is checked when it happens.
    pub fn settings_mut(&mut self) -> &mut Settings {
        &mut self.settings
    }

    /// The partition of `__transaction_state` that a transactional id belongs to; also what FindCoordinator looks for.
    #[must_use]
    pub fn partition_for(&self, transactional_id: &str) -> i32 {
        let partitions = self.settings.transaction_state_log_num_partitions;
        internal_partition::of(transactional_id, partitions)
    }

    /// A broker was elected leader of a partition of `__transaction_state`, under a new coordinator epoch. Ends that were decided and
    /// not completed start over: all their partitions get markers again, under that epoch.
    pub fn elect(&mut self, partition: i32, node: i32, epoch: i32) {
        let leadership = self.leaderships.entry(partition).or_default();
        (leadership.node, leadership.epoch) = (node, epoch);
        let ids = self.ids.keys();
        let moved = ids.filter(|id| self.partition_for(id) == partition);
        for id in moved.cloned().collect::<Vec<_>>() {
            self.resume(&id);
        }
    }

    /// Whether the leader of a partition of `__transaction_state` is still reading it. Requests hear
    /// COORDINATOR_LOAD_IN_PROGRESS meanwhile.
    pub fn set_loading(&mut self, partition: i32, loading: bool) {
        self.leaderships.entry(partition).or_default().loading = loading;
    }

    fn leadership(&self, transactional_id: &str) -> Leadership {
        let partition = self.partition_for(transactional_id);
        self.leaderships
            .get(&partition)
            .copied()
            .unwrap_or_default()
    }

    /// What every request of a producer asks for first.
    fn ready(&self, transactional_id: &str) -> Result<(), ErrorCode> {
        if transactional_id.is_empty() {
            return Err(ErrorCode::INVALID_REQUEST);
        }
        if self.leadership(transactional_id).loading {
            return Err(ErrorCode::COORDINATOR_LOAD_IN_PROGRESS);
        }
        Ok(())
    }

    /// What is known of an id whose producer should exist.
    fn known(&self, transactional_id: &str) -> Result<(Arc<str>, &TransactionMetadata), ErrorCode> {
        self.ready(transactional_id)?;
        let known = self.ids.get_key_value(transactional_id);
        let (id, metadata) = known.ok_or(ErrorCode::INVALID_PRODUCER_ID_MAPPING)?;
        Ok((Arc::clone(id), metadata))
    }

    /// Changes what is known of an id, so that the change is among the next records.
    fn change<T>(
        &mut self,
        id: &Arc<str>,
        change: impl FnOnce(&mut TransactionMetadata) -> T,
    ) -> Option<T> {
        let metadata = self.ids.get_mut(id)?;
        self.changed.insert(Arc::clone(id));
        Some(change(metadata))
    }
}

impl Default for TransactionCoordinator {
    fn default() -> Self {
        Self::new(Settings::default())
    }
}
