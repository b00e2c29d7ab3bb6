//! Share groups (KIP-932): members share partitions record by record, like a queue. How far they are with the records
//! is in another topic: see [`share_state_log`](crate::payload::share_state_log).

use crate::types::TopicId;
use crate::{Message, UnknownTaggedFields};

/// A share group. Its key is a [`GroupKey`](super::GroupKey).
#[derive(Clone, Debug, Message, PartialEq)]
#[message(versions = 0, flexible = 0..)]
pub struct ShareGroupMetadataValue {
    /// The group's epoch, raised when members, subscriptions or topics change.
    pub epoch: i32,
    /// A hash of the topics subscribed to, by which the coordinator sees that they have changed; 0: none.
    pub metadata_hash: i64,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// A share group's member. Its key is a [`MemberKey`](super::MemberKey).
#[derive(Clone, Debug, Message, PartialEq)]
#[message(versions = 0, flexible = 0..)]
pub struct ShareGroupMemberMetadataValue<'a> {
    /// The member's rack.
    #[field(nullable)]
    pub rack_id: Option<&'a str>,
    /// What the member's client calls itself.
    pub client_id: &'a str,
    /// The host that the member's client connects from.
    pub client_host: &'a str,
    /// The topics that the member wants, by name.
    pub subscribed_topic_names: Vec<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The assignment that a share group is to come to. Its key is a [`GroupKey`](super::GroupKey).
#[derive(Clone, Debug, Message, PartialEq)]
#[message(versions = 0, flexible = 0..)]
pub struct ShareGroupTargetAssignmentMetadataValue {
    /// The group's epoch that it was made for.
    pub assignment_epoch: i32,
    /// When it was made, in milliseconds since the epoch (since Kafka 4.3); 0 unknown.
    #[field(tag = 0, ignorable)]
    pub assignment_timestamp: i64,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What a share group's member is to have. Its key is a [`MemberKey`](super::MemberKey).
#[derive(Clone, Debug, Message, PartialEq)]
#[message(versions = 0, flexible = 0..)]
pub struct ShareGroupTargetAssignmentMemberValue {
    /// The partitions, by topic.
    pub topic_partitions: Vec<SharedPartitions>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What a share group's member has. Its key is a [`MemberKey`](super::MemberKey).
#[derive(Clone, Debug, Message, PartialEq)]
#[message(versions = 0, flexible = 0..)]
pub struct ShareGroupCurrentMemberAssignmentValue {
    /// The member's epoch, which its heartbeats have to name.
    pub member_epoch: i32,
    /// The member's epoch before, which a heartbeat may name whose answer was lost.
    pub previous_member_epoch: i32,
    /// 0 stable, the only state of a share group's members; 127 unknown.
    pub state: i8,
    /// The partitions that the member has.
    pub assigned_partitions: Vec<SharedPartitions>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Partitions of one topic that a member has or is to have, together with others.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct SharedPartitions {
    /// The topic's id.
    pub topic_id: TopicId,
    /// The partitions.
    pub partitions: Vec<i32>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Which partitions of a share group have a state at the share coordinator. Its key is a
/// [`GroupKey`](super::GroupKey).
#[derive(Clone, Debug, Message, PartialEq)]
#[message(versions = 0, flexible = 0..)]
pub struct ShareGroupStatePartitionMetadataValue<'a> {
    /// The partitions whose state is being set up.
    pub initializing_topics: Vec<TopicPartitionsInfo<'a>>,
    /// The partitions that have a state.
    pub initialized_topics: Vec<TopicPartitionsInfo<'a>>,
    /// The topics whose state is being deleted.
    pub deleting_topics: Vec<DeletingTopic<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Partitions of one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct TopicPartitionsInfo<'a> {
    /// The topic's id.
    pub topic_id: TopicId,
    /// The topic's name.
    pub topic_name: &'a str,
    /// The partitions.
    pub partitions: Vec<i32>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// A topic whose state is being deleted.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DeletingTopic<'a> {
    /// The topic's id.
    pub topic_id: TopicId,
    /// The topic's name.
    pub topic_name: &'a str,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
