//! Looks at the fences of a session's rows, so that a reset shows on a topic where nothing is committed for want of
//! records.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ottla_offset_store::{Key, OffsetStore};
use ottla_protocol::types::TopicPartition;
use tokio::time::MissedTickBehavior;

use super::slot::Slot;

/// How often, with one read for all partitions.
const EVERY: Duration = Duration::from_secs(2);

/// The partitions claimed at present.
#[derive(Debug, Default)]
pub(crate) struct Slots(Mutex<BTreeMap<TopicPartition, (Key, Arc<Slot>)>>);

impl Slots {
    /// Takes the place of an earlier claim of the same partition.
    pub(crate) fn insert(&self, key: Key, slot: Arc<Slot>) {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        slots.insert(slot.partition().clone(), (key, slot));
    }

    pub(crate) fn all(&self) -> Vec<(Key, Arc<Slot>)> {
        let slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        slots.values().cloned().collect()
    }
}

/// Compares for as long as it is polled. What can't be read is no news: commits will meet the same trouble, and speak
/// of it.
pub(crate) async fn watch(store: &dyn OffsetStore, slots: &Slots) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        compare(store, slots).await;
    }
}

async fn compare(store: &dyn OffsetStore, slots: &Slots) {
    // A claim that is on its way through a commit is left alone: it changes its fence itself.
    let held = slots
        .all()
        .into_iter()
        .filter_map(|(key, slot)| Some((key, slot.fence()?, slot)));
    let (keys, held): (Vec<_>, Vec<_>) =
        held.map(|(key, fence, slot)| (key, (fence, slot))).unzip();
    if keys.is_empty() {
        return;
    }
    match store.fetch(&keys).await {
        Ok(rows) => {
            for ((fence, slot), row) in held.iter().zip(&rows) {
                slot.compare(*fence, row.as_ref());
            }
        }
        Err(error) => tracing::debug!("fences can't be read: {error}"),
    }
}
