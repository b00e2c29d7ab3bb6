//! ShareGroupHeartbeat (76): joins a share group, stays in it and leaves it (KIP-932).
//!
//! A share consumer sends it to the group's coordinator. Unlike in a consumer group several members
//! may have the same partition, and no member hands one over: an assignment holds at once.
//! Versions: 0 was a preview of Kafka 4.0 and is gone. With UNKNOWN_MEMBER_ID or
//! FENCED_MEMBER_EPOCH the member has to join again, with epoch 0 and its own id.

use crate::types::TopicId;
use crate::{Message, UnknownTaggedFields};

/// Tells a group's coordinator that a member is alive, and what it wants.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 76, versions = 1..=1, flexible = 0..)]
pub struct ShareGroupHeartbeatRequest<'a> {
    /// The group.
    pub group_id: &'a str,
    /// The member: a random id (UUID) of its own, the same for its whole life.
    pub member_id: &'a str,
    /// The epoch from the last answer; 0 joins, also again; -1 leaves.
    pub member_epoch: i32,
    /// The member's rack; null: none, or as before.
    #[field(nullable)]
    pub rack_id: Option<&'a str>,
    /// The topics wanted, by name; null: as before. To join, at least one must be there.
    #[field(nullable)]
    pub subscribed_topic_names: Option<Vec<&'a str>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What the member shall do.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 76, versions = 1..=1, flexible = 0..)]
pub struct ShareGroupHeartbeatResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// 0, or why the member isn't in.
    pub error_code: i16,
    /// The broker's words on that.
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// The member; null with an error.
    #[field(nullable)]
    pub member_id: Option<&'a str>,
    /// The epoch for the next heartbeat.
    pub member_epoch: i32,
    /// How long to wait until the next heartbeat, in milliseconds.
    pub heartbeat_interval_ms: i32,
    /// What the member shall hold; null: as before.
    #[field(nullable)]
    pub assignment: Option<Assignment>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What a member shall hold: all of it may be read at once.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct Assignment {
    /// The partitions, by topic.
    pub topic_partitions: Vec<TopicPartitions>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Partitions of one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct TopicPartitions {
    /// The topic's id.
    pub topic_id: TopicId,
    /// The partitions.
    pub partitions: Vec<i32>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
