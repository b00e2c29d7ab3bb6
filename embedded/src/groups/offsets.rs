//! Committed offsets: what is kept, and what waits for a transaction to end.

#![deny(clippy::disallowed_methods)]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use ottla_protocol::types::TopicId;

mod check;
mod commit;
mod delete;
mod expiry;
mod fetch;

/// A committed offset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed {
    /// The next offset to process.
    pub offset: i64,
    /// Leader epoch of the last record processed; -1 unknown.
    pub leader_epoch: i32,
    /// The text kept with it.
    pub metadata: String,
    /// When it was committed, in milliseconds since the epoch.
    pub commit_ms: i64,
    /// When it expires, if the client said so (versions 2 to 4).
    pub expire_ms: Option<i64>,
    /// The topic's id, if it was known.
    pub topic_id: TopicId,
    /// Which commit of this coordinator it was: the later one counts, also where the earlier one became valid later.
    pub(super) order: u64,
}

pub(super) type GroupOffsets = BTreeMap<String, BTreeMap<i32, Committed>>;

/// The offsets of all groups.
#[derive(Clone, Debug, Default)]
pub(super) struct Offsets {
    pub(super) committed: BTreeMap<String, GroupOffsets>,
    /// By producer id and group.
    pub(super) pending: BTreeMap<i64, BTreeMap<String, GroupOffsets>>,
    pub(super) orders: u64,
    /// Who watches what is written, if anybody does.
    pub(super) watcher: Option<CommitWatcher>,
}

/// Commits of members as the coordinator wrote them, in that order, until somebody takes them. Clones see the same.
#[derive(Clone, Debug, Default)]
pub struct CommitWatcher(Arc<Mutex<Vec<WrittenOffset>>>);

/// An offset that a member, or somebody outside the group, committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenOffset {
    /// The group.
    pub group: String,
    /// The member; empty: nobody of the group.
    pub member_id: String,
    /// The topic.
    pub topic: String,
    /// The partition.
    pub partition: i32,
    /// The next offset to process.
    pub offset: i64,
}

impl CommitWatcher {
    /// What was written since the last call.
    #[must_use]
    pub fn take(&self) -> Vec<WrittenOffset> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn note(&self, written: WrittenOffset) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() < MOST_WATCHED {
            all.push(written);
        }
    }
}

/// So many commits wait for their watcher; more are not told.
const MOST_WATCHED: usize = 100_000;

impl Offsets {
    pub(super) fn get(&self, group: &str, topic: &str, partition: i32) -> Option<&Committed> {
        self.committed.get(group)?.get(topic)?.get(&partition)
    }

    pub(super) fn put(&mut self, group: &str, topic: &str, partition: i32, committed: Committed) {
        put(
            self.committed.entry(group.to_owned()).or_default(),
            topic,
            partition,
            committed,
        );
    }

    pub(super) fn put_pending(
        &mut self,
        producer: i64,
        group: &str,
        topic: &str,
        partition: i32,
        committed: Committed,
    ) {
        let groups = self.pending.entry(producer).or_default();
        put(
            groups.entry(group.to_owned()).or_default(),
            topic,
            partition,
            committed,
        );
    }

    pub(super) fn next_order(&mut self) -> u64 {
        self.orders += 1;
        self.orders
    }

    pub(super) fn has_open_transaction(&self, group: &str) -> bool {
        self.pending
            .values()
            .any(|groups| groups.contains_key(group))
    }

    pub(super) fn is_pending(&self, group: &str, topic: &str, partition: i32) -> bool {
        self.pending
            .values()
            .filter_map(|groups| groups.get(group)?.get(topic))
            .any(|partitions| partitions.contains_key(&partition))
    }

    /// Moves a producer's offsets in, or drops them.
    pub(super) fn complete(&mut self, producer: i64, commit: bool) -> Vec<String> {
        let groups = self.pending.remove(&producer).unwrap_or_default();
        let ids = groups.keys().cloned().collect();
        if commit {
            for (group, topics) in groups {
                for (topic, partitions) in topics {
                    for (partition, committed) in partitions {
                        self.put_unless_older(&group, &topic, partition, committed);
                    }
                }
            }
        }
        ids
    }

    fn put_unless_older(&mut self, group: &str, topic: &str, partition: i32, committed: Committed) {
        let newer = self
            .get(group, topic, partition)
            .is_some_and(|present| present.order > committed.order);
        if !newer {
            self.put(group, topic, partition, committed);
        }
    }

    pub(super) fn remove(&mut self, group: &str, topic: &str, partition: i32) {
        let pending = self
            .pending
            .values_mut()
            .filter_map(|groups| groups.get_mut(group));
        for topics in self.committed.get_mut(group).into_iter().chain(pending) {
            if let Some(partitions) = topics.get_mut(topic) {
                partitions.remove(&partition);
                if partitions.is_empty() {
                    topics.remove(topic);
                }
            }
        }
    }

    pub(super) fn remove_group(&mut self, group: &str) {
        self.committed.remove(group);
        for groups in self.pending.values_mut() {
            groups.remove(group);
        }
        self.pending.retain(|_, groups| !groups.is_empty());
    }

    /// The topic is no more, and neither is what was committed for it.
    pub(super) fn remove_topic(&mut self, topic: &str) {
        let pending = self.pending.values_mut().flat_map(BTreeMap::values_mut);
        for topics in self.committed.values_mut().chain(pending) {
            topics.remove(topic);
        }
    }
}

fn put(topics: &mut GroupOffsets, topic: &str, partition: i32, committed: Committed) {
    topics
        .entry(topic.to_owned())
        .or_default()
        .insert(partition, committed);
}
