//! `OffsetManager`: marks of many partitions, committed by themselves or when told.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;

use ottla_protocol::types::TopicPartition;
use tokio::sync::Semaphore;
use tokio::time::MissedTickBehavior;
use tokio_util::task::AbortOnDropHandle;

use super::marks::Marks;
use super::{CommitResults, CommittedOffset, GroupOffsets, OffsetCommitError};
use crate::error::ClientError;

/// Keeps a group's offsets for partitions that this program reads without being a member of the group.
///
/// Offsets that were marked are committed by themselves, each 5 s unless set otherwise, and by
/// [`commit`](Self::commit) and [`close`](Self::close). A commit that fails is made up for by the next one. Cheap to
/// clone; the clones share everything. When the last one and all of its partitions are dropped, nothing is committed
/// any more: call `close` to be sure of the last marks.
#[derive(Clone)]
pub struct OffsetManager {
    shared: Arc<Shared>,
    auto_commit: Option<Duration>,
}

struct Shared {
    group: GroupOffsets,
    /// In the order in which a commit names them.
    slots: Mutex<BTreeMap<TopicPartition, Arc<Slot>>>,
    /// Marks are collected and sent by one commit at a time, or an older collection could overtake a newer one.
    turn: Semaphore,
    ticker: OnceLock<AbortOnDropHandle<()>>,
    failure: Mutex<Option<OffsetCommitError>>,
}

/// One partition's marks.
struct Slot {
    partition: TopicPartition,
    marks: Mutex<Marks>,
    /// The highest bare mark, kept beside so that a mark for each record is a comparison and a store.
    raised: AtomicI64,
}

const NOT_RAISED: i64 = -1;

impl OffsetManager {
    pub(crate) fn new(group: GroupOffsets, auto_commit: Option<Duration>) -> Self {
        let shared = Shared {
            group,
            slots: Mutex::default(),
            turn: Semaphore::new(1),
            ticker: OnceLock::new(),
            failure: Mutex::default(),
        };
        Self {
            shared: Arc::new(shared),
            auto_commit: auto_commit.filter(|interval| !interval.is_zero()),
        }
    }

    /// How often marks are committed by themselves; `None`: never. Takes effect before the first partition is opened.
    #[must_use]
    pub fn auto_commit(mut self, interval: Option<Duration>) -> Self {
        self.auto_commit = interval.filter(|interval| !interval.is_zero());
        self
    }

    /// The group's id.
    #[must_use]
    pub fn group(&self) -> &Arc<str> {
        self.shared.group.group()
    }

    /// Opens a partition: reads what the group has committed for it. Handles of one partition share their marks.
    ///
    /// # Errors
    ///
    /// When the coordinator can't be asked within `default.api.timeout.ms`, or refuses.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: a dropped call has opened nothing.
    pub async fn partition(
        &self,
        partition: TopicPartition,
    ) -> Result<PartitionOffsetManager, OffsetCommitError> {
        let mut opened = self.partitions(vec![partition.clone()]).await?;
        opened.pop().ok_or(OffsetCommitError::NoGroup { partition })
    }

    /// Opens several partitions with one question to the coordinator; in the order given.
    ///
    /// # Errors
    ///
    /// As [`partition`](Self::partition); then none is opened.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: a dropped call has opened nothing.
    pub async fn partitions(
        &self,
        partitions: Vec<TopicPartition>,
    ) -> Result<Vec<PartitionOffsetManager>, OffsetCommitError> {
        let fetched = self.shared.group.fetch(&partitions, true).await;
        let mut found = Vec::with_capacity(partitions.len());
        for (partition, committed) in fetched.map_err(|source| self.shared.failed(source))? {
            let refused = |code| self.shared.refused(&partition, code);
            found.push(Slot::new(partition.clone(), committed.map_err(refused)?));
        }
        self.start_ticker();
        let mut slots = self.shared.slots();
        let opened = found
            .into_iter()
            .map(|slot| match slots.entry(slot.partition.clone()) {
                Entry::Occupied(open) => Arc::clone(open.get()),
                Entry::Vacant(free) => Arc::clone(free.insert(Arc::new(slot))),
            });
        let handle = |slot| PartitionOffsetManager {
            manager: self.clone(),
            slot,
        };
        Ok(opened.map(handle).collect())
    }

    /// Commits all that is marked and not committed yet, and gives each partition's result.
    ///
    /// # Errors
    ///
    /// When the coordinator can't be asked; what it refuses comes as the partition's result. Marks that were not
    /// stored stay marked.
    ///
    /// # Cancel safety
    ///
    /// A dropped commit may have been stored or not; the marks stay marked.
    pub async fn commit(&self) -> Result<CommitResults, OffsetCommitError> {
        self.shared.commit(None).await
    }

    /// Commits a last time, unless auto commit is off, and stops committing.
    ///
    /// # Errors
    ///
    /// The first partition's that was not stored.
    ///
    /// # Cancel safety
    ///
    /// A dropped close may have committed or not.
    pub async fn close(self) -> Result<(), OffsetCommitError> {
        if self.auto_commit.is_some() {
            let results = self.commit().await?;
            self.shared.first_refusal(results)?;
        }
        self.shared.slots().clear();
        Ok(())
    }

    /// The latest failure of an auto commit that no later one has made up for.
    #[must_use]
    pub fn auto_commit_failure(&self) -> Option<OffsetCommitError> {
        self.shared.failure().clone()
    }

    fn start_ticker(&self) {
        if let Some(interval) = self.auto_commit {
            let shared = Arc::downgrade(&self.shared);
            let client = &self.shared.group.client;
            let ticking = commit_each(interval, shared);
            let start = || tokio::spawn(client.gated(ticking));
            let ticker = &self.shared.ticker;
            ticker.get_or_init(|| AbortOnDropHandle::new(start()));
        }
    }
}

async fn commit_each(interval: Duration, shared: Weak<Shared>) {
    let mut ticks = tokio::time::interval_at(tokio::time::Instant::now() + interval, interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let Some(shared) = shared.upgrade() else {
            return;
        };
        let results = shared.commit(None).await;
        let failure = results
            .and_then(|results| shared.first_refusal(results))
            .err();
        if let Some(error) = &failure {
            tracing::warn!(group = %shared.group.group(), %error, "auto commit failed; the next one makes up for it");
        }
        *shared.failure() = failure;
    }
}

impl Shared {
    /// Commits what is marked, of all partitions or of one.
    async fn commit(&self, only: Option<&Slot>) -> Result<CommitResults, OffsetCommitError> {
        let _turn = self
            .turn
            .acquire()
            .await
            .map_err(|_| self.failed(ClientError::Closed))?;
        let pending = self.pending(only);
        let results = self
            .group
            .commit(None, &pending)
            .await
            .map_err(|source| self.failed(source))?;
        for ((partition, sent), (_, result)) in pending.into_iter().zip(&results) {
            let slot = self.slots().get(&partition).cloned();
            if let (Some(slot), Ok(())) = (slot, result) {
                slot.marks().stored(sent);
            }
        }
        Ok(results)
    }

    fn pending(&self, only: Option<&Slot>) -> Vec<(TopicPartition, CommittedOffset)> {
        let slots = self.slots();
        let chosen = slots
            .values()
            .filter(|slot| only.is_none_or(|only| only.partition == slot.partition));
        let pending =
            |slot: &Arc<Slot>| Some((slot.partition.clone(), slot.marks().pending()?.clone()));
        chosen.filter_map(pending).collect()
    }

    fn slots(&self) -> MutexGuard<'_, BTreeMap<TopicPartition, Arc<Slot>>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failure(&self) -> MutexGuard<'_, Option<OffsetCommitError>> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn first_refusal(&self, results: CommitResults) -> Result<(), OffsetCommitError> {
        let refused = results
            .into_iter()
            .find_map(|(partition, result)| Some((partition, result.err()?)));
        refused.map_or(Ok(()), |(partition, code)| {
            Err(self.refused(&partition, code))
        })
    }

    fn failed(&self, source: ClientError) -> OffsetCommitError {
        OffsetCommitError::Failed {
            group: self.group.group().clone(),
            source,
        }
    }

    fn refused(
        &self,
        partition: &TopicPartition,
        code: ottla_protocol::error_code::ErrorCode,
    ) -> OffsetCommitError {
        OffsetCommitError::Refused {
            group: self.group.group().clone(),
            partition: partition.clone(),
            code,
        }
    }
}

impl Slot {
    fn new(partition: TopicPartition, committed: Option<CommittedOffset>) -> Self {
        Self {
            partition,
            marks: Mutex::new(Marks::new(committed)),
            raised: AtomicI64::new(NOT_RAISED),
        }
    }

    /// The marks, with bare ones taken in.
    fn marks(&self) -> MutexGuard<'_, Marks> {
        let mut marks = self.marks.lock().unwrap_or_else(PoisonError::into_inner);
        let raised = self.raised.swap(NOT_RAISED, Ordering::AcqRel);
        if raised != NOT_RAISED {
            marks.mark(CommittedOffset::new(raised));
        }
        marks
    }
}

/// The offset of one partition of a group. Cheap to clone; clones share the marks.
#[derive(Clone)]
pub struct PartitionOffsetManager {
    manager: OffsetManager,
    slot: Arc<Slot>,
}

impl PartitionOffsetManager {
    /// The partition.
    #[must_use]
    pub fn partition(&self) -> &TopicPartition {
        &self.slot.partition
    }

    /// Where to go on: what was marked last, or else what the group has committed. `None`: neither.
    #[must_use]
    pub fn next_offset(&self) -> Option<CommittedOffset> {
        self.slot.marks().next().cloned()
    }

    /// Marks everything below `next` as processed. `next` is the next offset to process: of a record that is done, its
    /// offset + 1. Only raises; to go back there is [`reset`](Self::reset).
    pub fn mark(&self, next: i64, metadata: impl Into<String>) {
        self.mark_committed(CommittedOffset {
            next,
            leader_epoch: None,
            metadata: metadata.into(),
        });
    }

    /// As [`mark`](Self::mark), with a leader epoch.
    pub fn mark_committed(&self, mark: CommittedOffset) {
        self.slot.marks().mark(mark);
    }

    /// Marks without metadata: so cheap that it can be done for each record.
    #[inline]
    pub fn raise(&self, next: i64) {
        self.slot.raised.fetch_max(next, Ordering::AcqRel);
    }

    /// Sets the next offset to process, lower than what was marked or committed or not.
    pub fn reset(&self, next: i64, metadata: impl Into<String>) {
        self.slot.marks().reset(CommittedOffset {
            next,
            leader_epoch: None,
            metadata: metadata.into(),
        });
    }

    /// Commits what is marked for this partition.
    ///
    /// # Errors
    ///
    /// When the coordinator can't be asked, or refuses. The mark stays.
    ///
    /// # Cancel safety
    ///
    /// A dropped commit may have been stored or not; the mark stays.
    pub async fn commit(&self) -> Result<(), OffsetCommitError> {
        let shared = &self.manager.shared;
        shared.first_refusal(shared.commit(Some(&self.slot)).await?)
    }

    /// Commits a last time, unless auto commit is off, and forgets the partition.
    ///
    /// # Errors
    ///
    /// As [`commit`](Self::commit).
    ///
    /// # Cancel safety
    ///
    /// A dropped close may have committed or not.
    pub async fn close(self) -> Result<(), OffsetCommitError> {
        if self.manager.auto_commit.is_some() {
            self.commit().await?;
        }
        self.manager.shared.slots().remove(&self.slot.partition);
        Ok(())
    }
}

impl fmt::Debug for OffsetManager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OffsetManager")
            .field("group", self.group())
            .field("auto_commit", &self.auto_commit)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for PartitionOffsetManager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PartitionOffsetManager")
            .field("group", self.manager.group())
            .field("partition", &self.slot.partition)
            .finish_non_exhaustive()
    }
}
