//! What is kept: one row a partition, who asks for it, and what a commit says. Plain values without behaviour
//! of their own; what may follow what is decided in [`fence`](crate::fence).
#![deny(clippy::disallowed_methods)]

use std::fmt;
use std::sync::Arc;

use ottla_protocol::types::{TopicId, TopicPartition};

/// Names one row: a partition of a topic, as one group of one cluster reads it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// The Kafka cluster's id; empty when it is not known.
    pub cluster_id: Arc<str>,
    /// The group's id.
    pub group_id: Arc<str>,
    /// The topic's name.
    pub topic: Arc<str>,
    /// The partition's number.
    pub partition: i32,
}

impl Key {
    /// Names a row. An empty `cluster_id` stands for an unknown cluster.
    pub fn new(
        cluster_id: impl Into<Arc<str>>,
        group_id: impl Into<Arc<str>>,
        topic: impl Into<Arc<str>>,
        partition: i32,
    ) -> Self {
        Self {
            cluster_id: cluster_id.into(),
            group_id: group_id.into(),
            topic: topic.into(),
            partition,
        }
    }

    /// The partition alone.
    #[must_use]
    pub fn topic_partition(&self) -> TopicPartition {
        TopicPartition::new(Arc::clone(&self.topic), self.partition)
    }
}

/// `orders-3 of group "billing"`: the words that error messages use. The cluster is left out.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}-{} of group {:?}",
            self.topic, self.partition, self.group_id
        )
    }
}

/// The token that a writer of a row must hold: 16 random bytes, drawn anew with every write of the row.
///
/// Random and not a counter, so that a deleted row, a restored backup or a store that lost its last write can't
/// make an old claim valid again.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fence(pub [u8; 16]);

impl Fence {
    /// No fence: what [`Row::replaced`] holds when no claim replaced another.
    pub const NONE: Self = Self([0; 16]);

    /// Whether this is [`Fence::NONE`].
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::NONE
    }
}

/// 32 hexadecimal digits.
impl fmt::Display for Fence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fence({self})")
    }
}

/// A committed offset: the next offset to process after a restart, never the last one processed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Committed {
    /// The next offset to process.
    pub next: i64,
    /// The leader epoch of the last record processed, where it is known (KIP-320).
    pub leader_epoch: Option<i32>,
    /// Free text kept with the offset.
    pub metadata: String,
}

impl Committed {
    /// A committed offset without leader epoch or metadata.
    #[must_use]
    pub fn at(next: i64) -> Self {
        Self {
            next,
            leader_epoch: None,
            metadata: String::new(),
        }
    }

    /// The same with the leader epoch of the last record processed.
    #[must_use]
    pub fn with_leader_epoch(mut self, epoch: impl Into<Option<i32>>) -> Self {
        self.leader_epoch = epoch.into();
        self
    }

    /// The same with free text.
    #[must_use]
    pub fn with_metadata(mut self, metadata: impl Into<String>) -> Self {
        self.metadata = metadata.into();
        self
    }
}

/// One row as it is stored. Only `next_offset` and `owner` may be absent: null never equals null, and a guard
/// must be able to compare everything else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Which row this is.
    pub key: Key,
    /// The id of the topic that `next_offset` speaks of; all zero when unknown.
    pub topic_id: TopicId,
    /// The ids that topics of this name had before, oldest first. A row never goes back to one of them.
    pub former_topic_ids: Vec<TopicId>,
    /// The next offset to process; `None` once an operator deleted the offset.
    pub next_offset: Option<i64>,
    /// The leader epoch of the last record processed; -1 when unknown.
    pub leader_epoch: i32,
    /// Free text kept with the offset.
    pub metadata: String,
    /// The token of the row's last write.
    pub fence: Fence,
    /// The fence that the present owner's claim replaced; [`Fence::NONE`] without an owner.
    pub replaced: Fence,
    /// Who claimed the row; `None` after a reset, a deletion or a release.
    pub owner: Option<String>,
    /// How many partitions the topic had when the row was first claimed, or reset; 0 when unknown. It does not follow the topic: partitions that are
    /// added later are told by it.
    pub partitions_seen: i32,
    /// When the row was last written, in milliseconds since 1970. For people: nothing is decided by it.
    pub updated_at: i64,
}

impl Row {
    /// The committed offset, unless it was deleted.
    #[must_use]
    pub fn committed(&self) -> Option<Committed> {
        self.next_offset.map(|next| Committed {
            next,
            leader_epoch: (self.leader_epoch >= 0).then_some(self.leader_epoch),
            metadata: self.metadata.clone(),
        })
    }
}

/// Who claims: the name that a claimed row shows to people and to other owners.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// A name that no other run of any member has, such as host, process id and member id. Two owners of one name
    /// are fenced from each other, but never told apart in [`Refused::DualOwner`](crate::Refused::DualOwner).
    pub name: String,
    /// The group's view of the owner; `None` with manual assignment. The store `kafka` fences with it.
    pub member: Option<MemberIdentity>,
}

impl Owner {
    /// An owner outside any group's membership.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            member: None,
        }
    }

    /// The same as a member of its group.
    #[must_use]
    pub fn with_member(mut self, member: MemberIdentity) -> Self {
        self.member = Some(member);
        self
    }
}

/// A group member as its coordinator knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberIdentity {
    /// The member's id.
    pub member_id: String,
    /// The classic group's generation, or the member's epoch (KIP-848).
    pub generation: i32,
    /// The static member's `group.instance.id` (KIP-345).
    pub instance_id: Option<String>,
}

/// A range of offsets that was skipped by policy, written down in the same transaction as the skip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Whose offsets these are.
    pub key: Key,
    /// The first offset that was not processed.
    pub from: i64,
    /// The offset at which processing went on. Lower than `from` after a rewind.
    pub to: i64,
    /// Why, in a few words.
    pub reason: String,
    /// When, in milliseconds since 1970.
    pub at: i64,
}
