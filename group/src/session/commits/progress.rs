//! How far one partition's handler has come: written by the handler, read by the commits.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use ottla_client::consumer::Batch;
use ottla_offset_store::Committed;
use ottla_protocol::types::TopicPartition;
use tokio::sync::Notify;

use crate::session::slot::Slot;
use crate::tracker::{LeaderEpochs, Tracker};

/// One claim's marks and acknowledgements.
#[derive(Debug)]
pub(crate) struct Progress {
    slot: Arc<Slot>,
    /// The last record marked. Apart from the rest, so that marking each record costs a plain store.
    marked: AtomicI64,
    state: Mutex<State>,
    /// Something was acknowledged.
    room: Notify,
}

#[derive(Debug)]
struct State {
    tracker: Tracker,
    epochs: LeaderEpochs,
    committed: Committed,
    /// To go with the next commit.
    metadata: String,
}

impl Progress {
    pub(crate) fn new(slot: Arc<Slot>, start: Committed, max_in_flight: usize) -> Self {
        Self {
            slot,
            marked: AtomicI64::new(i64::MIN),
            state: Mutex::new(State {
                tracker: Tracker::new(start.next, max_in_flight),
                epochs: LeaderEpochs::new(start.next, start.leader_epoch),
                metadata: start.metadata.clone(),
                committed: start,
            }),
            room: Notify::new(),
        }
    }

    pub(crate) fn slot(&self) -> &Arc<Slot> {
        &self.slot
    }

    pub(crate) fn partition(&self) -> &TopicPartition {
        self.slot.partition()
    }

    pub(crate) fn deliver(&self, batch: &Batch) {
        self.with(|state| {
            let next = batch.next_offset();
            let first = batch.first_offset().unwrap_or(next);
            // Of markers alone, the epoch is that of the last.
            let of_epoch = first.min(next.saturating_sub(1));
            let epoch = batch.leader_epoch();
            state.epochs.deliver(of_epoch, next, epoch);
            let offsets = || batch.records().map(|record| record.offset);
            let records = batch.record_count();
            state.tracker.deliver(first, next, records, offsets);
        });
    }

    /// The caller marks in ascending order.
    pub(crate) fn mark(&self, through: i64) {
        self.marked.store(through, Ordering::Release);
    }

    pub(crate) fn ack(&self, one: i64) -> bool {
        let fresh = self.with(|state| state.tracker.ack(one));
        self.room.notify_waiters();
        fresh
    }

    pub(crate) fn set_metadata(&self, metadata: String) {
        self.with(|state| state.metadata = metadata);
    }

    /// Returns when more may be delivered.
    ///
    /// # Cancel safety
    /// Cancel safe.
    pub(crate) async fn room(&self) {
        loop {
            let acknowledged = self.room.notified();
            if self.with(|state| state.tracker.has_room()) {
                return;
            }
            acknowledged.await;
        }
    }

    pub(crate) fn committable(&self) -> Option<Committed> {
        let marked = self.marked.load(Ordering::Acquire);
        self.with(|state| {
            if marked > i64::MIN {
                state.tracker.mark(marked);
            }
            let next = state.tracker.committable().or_else(|| {
                let same_place = state.metadata != state.committed.metadata;
                same_place.then_some(state.committed.next)
            })?;
            Some(Committed {
                next,
                leader_epoch: state.epochs.before(next),
                metadata: state.metadata.clone(),
            })
        })
    }

    pub(crate) fn committed(&self) -> Committed {
        self.with(|state| state.committed.clone())
    }

    pub(crate) fn commit(&self, to: &Committed) {
        self.with(|state| {
            state.tracker.commit(to.next);
            state.epochs.commit(to.next);
            state.committed = to.clone();
        });
    }

    fn with<T>(&self, f: impl FnOnce(&mut State) -> T) -> T {
        f(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
