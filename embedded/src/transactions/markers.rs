//! Markers: what every partition of a transaction gets once its end is decided.

use std::sync::Arc;

use ottla_protocol::types::TopicPartition;

use super::{TransactionCoordinator, TransactionState};
use crate::time::Now;

/// Where groups keep their offsets.
pub(super) const CONSUMER_OFFSETS: &str = "__consumer_offsets";

/// One partition's marker, to be written and then confirmed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Marker {
    /// Whose transaction it ends.
    pub transactional_id: Arc<str>,
    /// Where it belongs.
    pub partition: TopicPartition,
    /// The producer whose records it ends.
    pub producer_id: i64,
    /// The epoch that the partition knows from then on.
    pub producer_epoch: i16,
    /// The coordinator's epoch: a partition refuses a lower one than it has seen.
    pub coordinator_epoch: i32,
    /// Whether to commit; if not, abort.
    pub commit: bool,
    /// 2 where the epoch was raised with the end, so that it is above that of the records (KIP-890).
    pub transaction_version: i16,
    /// Which decision it is of, counted: transactions of version 1 have one epoch for all, so that a late confirmation could be taken for
    /// that of a later one.
    pub decision: u64,
}

impl Marker {
    /// Whether it belongs to `__consumer_offsets`: the transactional offsets of the groups of that partition are to be committed or
    /// dropped with it.
    #[must_use]
    pub fn is_for_offsets(&self) -> bool {
        *self.partition.topic == *CONSUMER_OFFSETS
    }
}

/// What a confirmation led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmation {
    /// Nothing: another coordinator's marker by now, or confirmed before.
    Stale,
    /// Markers are missing still.
    Noted,
    /// It was the last one: the transaction is over.
    Completed,
}

impl TransactionCoordinator {
    /// Takes the markers that are to be written. None is handed out twice, unless the coordinator moves.
    pub fn take_markers(&mut self) -> Vec<Marker> {
        self.markers.drain(..).collect()
    }

    /// All markers that aren't confirmed, taken or not: what a fault has held back.
    #[must_use]
    pub fn unconfirmed(&self) -> Vec<Marker> {
        self.ids.keys().flat_map(|id| self.markers_of(id)).collect()
    }

    /// A marker is in its partition; or the partition is no more, or knows a higher epoch, so that it needs none.
    pub fn confirm(&mut self, marker: &Marker, now: Now) -> Confirmation {
        let current = self.leadership(&marker.transactional_id).epoch;
        let id = &marker.transactional_id;
        let Some(metadata) = self.ids.get_mut(id) else {
            return Confirmation::Stale;
        };
        let is_current = marker.coordinator_epoch == current
            && marker.decision == metadata.decision
            && metadata.state.is_prepared();
        if !is_current || !metadata.unmarked.remove(&marker.partition) {
            return Confirmation::Stale;
        }
        match self.complete_if_marked(id, now) {
            true => Confirmation::Completed,
            false => Confirmation::Noted,
        }
    }

    /// Makes the markers of an end that was decided.
    pub(super) fn send_markers(&mut self, id: &Arc<str>) {
        self.decisions += 1;
        if let Some(metadata) = self.ids.get_mut(id) {
            metadata.decision = self.decisions;
        }
        let markers = self.markers_of(id);
        self.markers.extend(markers);
    }

    /// The coordinator of an id moved: what was on its way is void, and starts over.
    pub(super) fn resume(&mut self, id: &Arc<str>) {
        self.markers.retain(|marker| marker.transactional_id != *id);
        if let Some(metadata) = self.ids.get_mut(id) {
            metadata.reload();
        }
        self.send_markers(id);
    }

    /// Whether the end of an id is complete now.
    pub(super) fn complete_if_marked(&mut self, id: &Arc<str>, now: Now) -> bool {
        let metadata = self.ids.get(id);
        if !metadata.is_some_and(|it| it.state.is_prepared() && it.unmarked.is_empty()) {
            return false;
        }
        self.change(id, |metadata| metadata.complete(now.wall_ms));
        true
    }

    fn markers_of(&self, id: &Arc<str>) -> Vec<Marker> {
        let Some(metadata) = self.ids.get(id).filter(|it| it.state.is_prepared()) else {
            return Vec::new();
        };
        let coordinator_epoch = self.leadership(id).epoch;
        let markers = metadata.unmarked.iter().map(|partition| Marker {
            transactional_id: Arc::clone(id),
            partition: partition.clone(),
            producer_id: metadata.producer_id,
            producer_epoch: metadata.producer_epoch,
            coordinator_epoch,
            commit: metadata.state == TransactionState::PrepareCommit,
            transaction_version: metadata.client_version,
            decision: metadata.decision,
        });
        markers.collect()
    }
}
