//! One member of a consumer group: what it wants, what it holds, and how far it has come.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use ottla_protocol::types::TopicId;

use crate::groups::assignor::{Assignor, Target};

/// Partitions by topic, each with the member's epoch when it was given it (KIP-1251).
pub(in crate::groups) type Owned = BTreeMap<TopicId, BTreeMap<i32, i32>>;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::groups) enum MemberState {
    /// Has all that its target gives it.
    #[default]
    Stable,
    /// Has yet to say that it gave up what others are to have.
    UnrevokedPartitions,
    /// Waits for partitions that others have not given up.
    UnreleasedPartitions,
}

#[derive(Clone, Debug, Default)]
pub(in crate::groups) struct ConsumerMember {
    pub(in crate::groups) instance_id: Option<String>,
    pub(in crate::groups) rack_id: Option<String>,
    pub(in crate::groups) client_id: String,
    pub(in crate::groups) client_host: String,
    pub(in crate::groups) rebalance_timeout: Duration,
    pub(in crate::groups) topics: BTreeSet<String>,
    pub(in crate::groups) regex: Option<String>,
    pub(in crate::groups) assignor: Option<Assignor>,
    pub(in crate::groups) epoch: i32,
    pub(in crate::groups) previous_epoch: i32,
    pub(in crate::groups) state: MemberState,
    pub(in crate::groups) assigned: Owned,
    pub(in crate::groups) revoking: Owned,
    pub(in crate::groups) session_deadline: Option<Duration>,
    /// Until when it has to have given up `revoking`.
    pub(in crate::groups) rebalance_deadline: Option<Duration>,
    /// What only members have that came by JoinGroup.
    pub(in crate::groups) classic: Option<ClassicSide>,
}

/// The classic side of a member that came by JoinGroup.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::groups) struct ClassicSide {
    pub(in crate::groups) session_timeout: Duration,
    pub(in crate::groups) protocols: Vec<(String, Vec<u8>)>,
    /// Until when it has to join again, once it was told to.
    pub(in crate::groups) join_deadline: Option<Duration>,
    /// Until when it has to sync, once it has joined.
    pub(in crate::groups) sync_deadline: Option<Duration>,
}

impl ConsumerMember {
    pub(super) fn is_reconciled_to(&self, epoch: i32) -> bool {
        self.state == MemberState::Stable && self.epoch == epoch
    }

    pub(super) fn holds(&self, topic: TopicId, partition: i32) -> bool {
        self.given_at(topic, partition).is_some()
    }

    /// The member's epoch when it was given the partition, as long as it may be working on it.
    pub(in crate::groups) fn given_at(&self, topic: TopicId, partition: i32) -> Option<i32> {
        let of = |owned: &Owned| owned.get(&topic)?.get(&partition).copied();
        of(&self.assigned).or_else(|| of(&self.revoking))
    }

    pub(super) fn has_all_of(&self, held: &Target) -> bool {
        held.iter().all(|(topic, partitions)| {
            let assigned = self.assigned.get(topic);
            partitions
                .iter()
                .all(|partition| assigned.is_some_and(|mine| mine.contains_key(partition)))
        })
    }

    pub(super) fn next_deadline(&self) -> Option<Duration> {
        let classic = self.classic.iter();
        classic
            .flat_map(|side| [side.join_deadline, side.sync_deadline])
            .chain([self.session_deadline, self.rebalance_deadline])
            .flatten()
            .min()
    }
}

pub(in crate::groups) fn without_epochs(owned: &Owned) -> Target {
    owned
        .iter()
        .map(|(&topic, partitions)| (topic, partitions.keys().copied().collect()))
        .collect()
}
