//! Consumer groups (KIP-848): the coordinator makes the assignment, and moves members towards it one by one.

use crate::payload::InTag;
use crate::types::TopicId;
use crate::{Message, UnknownTaggedFields};

/// A consumer group. Its key is a [`GroupKey`](super::GroupKey).
#[derive(Clone, Debug, Message, PartialEq)]
#[message(versions = 0, flexible = 0..)]
pub struct ConsumerGroupMetadataValue {
    /// The group's epoch, raised when members, subscriptions or topics change.
    pub epoch: i32,
    /// A hash of the topics subscribed to, by which the coordinator sees that they have changed; 0: none.
    #[field(tag = 0)]
    pub metadata_hash: i64,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The topics that a consumer group subscribes to. Written by Kafka 4.0 and the previews before it; 4.1 and later
/// delete it. Its key is a [`GroupKey`](super::GroupKey).
#[derive(Clone, Debug, Message, PartialEq)]
#[message(versions = 0, flexible = 0..)]
pub struct ConsumerGroupPartitionMetadataValue<'a> {
    /// The topics.
    pub topics: Vec<TopicMetadata<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// A topic that a group subscribes to.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct TopicMetadata<'a> {
    /// The topic's id.
    pub topic_id: TopicId,
    /// The topic's name.
    pub topic_name: &'a str,
    /// How many partitions the topic has.
    pub num_partitions: i32,
    /// The racks of the partitions; empty if none are known, as always after Kafka 4.0.
    pub partition_metadata: Vec<PartitionMetadata<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The racks that have a partition.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct PartitionMetadata<'a> {
    /// The partition.
    pub partition: i32,
    /// The racks of its replicas.
    pub racks: Vec<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// A consumer group's member. Its key is a [`MemberKey`](super::MemberKey).
#[derive(Clone, Debug, Message, PartialEq)]
#[message(versions = 0, flexible = 0..)]
pub struct ConsumerGroupMemberMetadataValue<'a> {
    /// The static member's name (KIP-345).
    #[field(nullable)]
    pub instance_id: Option<&'a str>,
    /// The member's rack.
    #[field(nullable)]
    pub rack_id: Option<&'a str>,
    /// What the member's client calls itself.
    pub client_id: &'a str,
    /// The host that the member's client connects from.
    pub client_host: &'a str,
    /// The topics that the member wants, by name.
    pub subscribed_topic_names: Vec<&'a str>,
    /// A regular expression of further topics that the member wants.
    #[field(nullable)]
    pub subscribed_topic_regex: Option<&'a str>,
    /// How long the member may take to give up partitions, in milliseconds; -1 unknown.
    #[field(default = -1)]
    pub rebalance_timeout_ms: i32,
    /// The assignor that the member asks the coordinator to use; null: any.
    #[field(nullable)]
    pub server_assignor: Option<&'a str>,
    /// What a member that came by JoinGroup brought along; null: it speaks the consumer protocol. The default is not
    /// null but an empty struct, as in Kafka: who writes one sets this.
    #[field(nullable, default = Default::default(), tag = 0)]
    pub classic_member_metadata: Option<InTag<ClassicMemberMetadata<'a>>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What a member brought along that came to a consumer group by JoinGroup.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct ClassicMemberMetadata<'a> {
    /// After this time without a heartbeat the member is thrown out, in milliseconds.
    pub session_timeout_ms: i32,
    /// The assignors that the member knows, best first.
    pub supported_protocols: Vec<ClassicProtocol<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// An assignor that a member of the classic protocol knows.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct ClassicProtocol<'a> {
    /// Its name, such as `range`.
    pub name: &'a str,
    /// The member's subscription for it: a
    /// [`ConsumerProtocolSubscription`](crate::payload::ConsumerProtocolSubscription).
    pub metadata: &'a [u8],
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The assignment that a consumer group is to come to. Its key is a [`GroupKey`](super::GroupKey).
#[derive(Clone, Debug, Message, PartialEq)]
#[message(versions = 0, flexible = 0..)]
pub struct ConsumerGroupTargetAssignmentMetadataValue {
    /// The group's epoch that it was made for.
    pub assignment_epoch: i32,
    /// When it was made, in milliseconds since the epoch (since Kafka 4.3); 0 unknown.
    #[field(tag = 0, ignorable)]
    pub assignment_timestamp: i64,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What a consumer group's member is to have. Its key is a [`MemberKey`](super::MemberKey).
#[derive(Clone, Debug, Message, PartialEq)]
#[message(versions = 0, flexible = 0..)]
pub struct ConsumerGroupTargetAssignmentMemberValue {
    /// The partitions, by topic.
    pub topic_partitions: Vec<TargetPartitions>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Partitions of one topic that a member is to have.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct TargetPartitions {
    /// The topic's id.
    pub topic_id: TopicId,
    /// The partitions.
    pub partitions: Vec<i32>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What a consumer group's member has. Its key is a [`MemberKey`](super::MemberKey).
#[derive(Clone, Debug, Message, PartialEq)]
#[message(versions = 0, flexible = 0..)]
pub struct ConsumerGroupCurrentMemberAssignmentValue {
    /// The member's epoch, which its heartbeats have to name.
    pub member_epoch: i32,
    /// The member's epoch before, which a heartbeat may name whose answer was lost.
    pub previous_member_epoch: i32,
    /// 0 stable, 1 has partitions to give up, 2 waits for partitions that others have to give up, 127 unknown.
    pub state: i8,
    /// The partitions that the member has.
    pub assigned_partitions: Vec<CurrentPartitions>,
    /// Those that it has to give up.
    pub partitions_pending_revocation: Vec<CurrentPartitions>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Partitions of one topic that a member has.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct CurrentPartitions {
    /// The topic's id.
    pub topic_id: TopicId,
    /// The partitions.
    pub partitions: Vec<i32>,
    /// For each partition the member's epoch when it was given to it, so that late commits of its former owner are
    /// refused; empty or null: unknown (KIP-1251, since Kafka 4.3).
    #[field(nullable, default = Default::default(), tag = 0)]
    pub assignment_epochs: Option<Vec<i32>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// A regular expression that members of a group subscribe by, as a key.
#[derive(Clone, Copy, Debug, Eq, Hash, Message, PartialEq)]
pub struct RegularExpressionKey<'a> {
    /// The group.
    pub group_id: &'a str,
    /// The regular expression.
    pub regular_expression: &'a str,
}

/// The topics that a regular expression stands for.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(versions = 0, flexible = 0..)]
pub struct ConsumerGroupRegularExpressionValue<'a> {
    /// The topics whose names fit, and that the members may read.
    pub topics: Vec<&'a str>,
    /// The offset of the cluster's metadata that it was looked up in.
    pub version: i64,
    /// When it was looked up, in milliseconds since the epoch.
    pub timestamp: i64,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
