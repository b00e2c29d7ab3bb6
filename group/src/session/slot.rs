//! One claimed partition: who holds the claim at this moment, and whether it was fenced.

use std::sync::{Mutex, OnceLock, PoisonError};

use ottla_offset_store::{Claim, Fence, Lost, Row};
use ottla_protocol::types::{TopicId, TopicPartition};
use tokio_util::sync::CancellationToken;

/// Where a partition's claim is. Kafka's own offsets have none: there the coordinator fences by generation.
#[derive(Debug)]
pub(crate) struct Slot {
    partition: TopicPartition,
    holding: Mutex<Holding>,
    fenced: CancellationToken,
    /// The topic that the offset speaks of, as soon as that is known.
    topic_id: OnceLock<TopicId>,
}

#[derive(Debug, Default)]
enum Holding {
    #[default]
    Nothing,
    Claim(Claim),
    /// A commit has it.
    InFlight,
    Lost(Lost),
}

impl Slot {
    pub(crate) fn new(partition: TopicPartition, claim: Option<Claim>) -> Self {
        let slot = Self {
            partition,
            fenced: CancellationToken::new(),
            topic_id: OnceLock::new(),
            holding: Mutex::default(),
        };
        if let Some(claim) = claim {
            slot.is_of(claim.topic_id());
            slot.put(claim);
        }
        slot
    }

    /// The id of the topic that the offset speaks of; all zero while that is not known.
    pub(crate) fn topic_id(&self) -> TopicId {
        self.topic_id.get().copied().unwrap_or_default()
    }

    /// Learns which topic is meant; `false`: it was another one. An id that is not known says nothing.
    pub(crate) fn is_of(&self, id: TopicId) -> bool {
        id.is_unknown() || *self.topic_id.get_or_init(|| id) == id
    }

    pub(crate) fn partition(&self) -> &TopicPartition {
        &self.partition
    }

    /// Takes the claim for a commit, or to release it.
    pub(crate) fn take(&self) -> Option<Claim> {
        self.with(
            |holding| match std::mem::replace(holding, Holding::InFlight) {
                Holding::Claim(claim) => Some(claim),
                other => {
                    *holding = other;
                    None
                }
            },
        )
    }

    /// Puts back what a commit gave back.
    pub(crate) fn put(&self, claim: Claim) {
        self.with(|holding| *holding = Holding::Claim(claim));
    }

    /// The claim stands no more, or may not: whoever works on the partition has to stop and claim again.
    pub(crate) fn lose(&self, lost: Lost) {
        self.with(|holding| *holding = Holding::Lost(lost));
        self.fenced.cancel();
    }

    /// The store said no: somebody else wrote the row. Not an error: the work in hand is dropped, and the partition
    /// claimed again if it is still ours.
    pub(crate) fn fenced_by(&self, lost: Lost, by: Option<&str>) {
        let by = by.unwrap_or("a reset");
        tracing::info!("{}: fenced by {by}", self.partition);
        self.lose(lost);
    }

    /// The fence held; none while a commit is on its way.
    pub(crate) fn fence(&self) -> Option<Fence> {
        self.with(|holding| match holding {
            Holding::Claim(claim) => Some(claim.fence()),
            _ => None,
        })
    }

    /// A row was read while `held` was held. If it is still held, and the row shows another, the claim is lost.
    pub(crate) fn compare(&self, held: Fence, row: Option<&Row>) {
        let fenced = self.with(
            |holding| match std::mem::replace(holding, Holding::Nothing) {
                Holding::Claim(claim) if claim.fence() == held && !claim.stands_in(row) => {
                    *holding = Holding::Lost(claim.lose());
                    true
                }
                other => {
                    *holding = other;
                    false
                }
            },
        );
        if fenced {
            tracing::info!("{}: fenced, seen in the store", self.partition);
            self.fenced.cancel();
        }
    }

    pub(crate) fn is_fenced(&self) -> bool {
        self.fenced.is_cancelled()
    }

    /// What is left of the claim, for the next one.
    pub(crate) fn lost(&self) -> Option<Lost> {
        self.with(|holding| match holding {
            Holding::Lost(lost) => Some(lost.clone()),
            _ => None,
        })
    }

    /// Returns when the claim is lost.
    ///
    /// # Cancel safety
    /// Cancel safe.
    pub(crate) async fn fenced(&self) {
        self.fenced.cancelled().await;
    }

    fn with<T>(&self, f: impl FnOnce(&mut Holding) -> T) -> T {
        f(&mut self.holding.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use ottla_offset_store::memory::MemoryStore;
    use ottla_offset_store::{Committed, Key, OffsetStore, Owner, Wanted};
    use ottla_protocol::types::TopicId;

    use super::*;

    async fn claim(store: &MemoryStore, owner: &str) -> Claim {
        let key = Key::new("", "g", "t", 0);
        let seen = store.look(&[key]).await.unwrap().pop().unwrap();
        let start = Committed::at(0);
        let wanted = Wanted::new(seen.assigned_by_hand(), start, TopicId::UNKNOWN, 1);
        let claims = store.claim(&Owner::new(owner), vec![wanted]).await;
        claims.unwrap().pop().unwrap().unwrap()
    }

    async fn row(store: &MemoryStore) -> Option<Row> {
        let rows = store.fetch(&[Key::new("", "g", "t", 0)]).await;
        rows.unwrap().pop().unwrap()
    }

    #[tokio::test]
    async fn a_row_that_another_wrote_fences() {
        let store = MemoryStore::new();
        let slot = Slot::new(TopicPartition::new("t", 0), Some(claim(&store, "me").await));
        let held = slot.fence().unwrap();
        slot.compare(held, row(&store).await.as_ref());
        assert!(!slot.is_fenced());
        claim(&store, "another").await;
        slot.compare(held, row(&store).await.as_ref());
        assert!(slot.is_fenced());
        assert!(slot.take().is_none());
        assert!(slot.lost().is_some());
    }

    #[tokio::test]
    async fn a_commit_under_way_is_no_contradiction() {
        let store = MemoryStore::new();
        let slot = Slot::new(TopicPartition::new("t", 0), Some(claim(&store, "me").await));
        let held = slot.fence().unwrap();
        let advance = slot.take().unwrap().advance(Committed::at(5));
        assert_eq!(slot.fence(), None);
        let moved = store.commit(vec![advance]).await.unwrap().pop().unwrap();
        slot.compare(held, row(&store).await.as_ref());
        slot.put(moved.unwrap());
        slot.compare(held, row(&store).await.as_ref());
        assert!(!slot.is_fenced(), "the fence held is another by now");
    }
}
