//! ConsumerGroupHeartbeat (68): joins, keeps up and leaves a group of the consumer protocol
//! (KIP-848).
//!
//! This one API replaces JoinGroup, SyncGroup, Heartbeat and LeaveGroup: the coordinator assigns,
//! and moves each member there in steps, without stopping the others. A full request goes out to
//! join and after any error; else fields that haven't changed are left out. Versions: 1 subscribes
//! by pattern, and members make their own id (KIP-1082). FENCED_MEMBER_EPOCH and UNKNOWN_MEMBER_ID:
//! drop all partitions and join again with epoch 0.

use crate::types::TopicId;
use crate::{Message, UnknownTaggedFields};

/// Tells a group's coordinator that a member is alive, and what it wants and has.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 68, versions = 0..=1, flexible = 0..)]
pub struct ConsumerGroupHeartbeatRequest<'a> {
    /// The group.
    pub group_id: &'a str,
    /// The member: a random id (UUID) of its own, the same for its whole life. In version 0 empty
    /// to join: then the coordinator makes one.
    pub member_id: &'a str,
    /// The epoch from the last answer; 0 joins, also again; -1 leaves; -2 leaves as a static member
    /// that comes back within the session time-out, so that its partitions stay reserved.
    pub member_epoch: i32,
    /// The static member's name (KIP-345); null: none. With -2 it must be there.
    #[field(nullable)]
    pub instance_id: Option<&'a str>,
    /// The member's rack; null: none, or as before.
    #[field(nullable)]
    pub rack_id: Option<&'a str>,
    /// How long the member may take to give partitions up, before it is thrown out, in milliseconds
    /// (`max.poll.interval.ms`); -1: as before. Needed to join.
    #[field(default = -1)]
    pub rebalance_timeout_ms: i32,
    /// The topics wanted, by name; null: as before. To join, this or the pattern must be there.
    #[field(nullable)]
    pub subscribed_topic_names: Option<Vec<&'a str>>,
    /// The topics wanted, as a regular expression (RE2 syntax) that the broker evaluates, in
    /// addition to the names; null: as before, empty: no longer. A faulty one is refused with
    /// INVALID_REGULAR_EXPRESSION.
    #[field(versions = 1.., nullable = 1..)]
    pub subscribed_topic_regex: Option<&'a str>,
    /// The coordinator's assignor wanted, such as `uniform` or `range`; null: as before, at first
    /// the coordinator's default. The group takes the one that most members want.
    #[field(nullable)]
    pub server_assignor: Option<&'a str>,
    /// What the member holds now, by topic; null: as before. To join: empty, not null. What the
    /// member is to lose goes to others only once it is missing here.
    #[field(nullable)]
    pub topic_partitions: Option<Vec<TopicPartitions>>,
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

/// What the member shall do.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 68, versions = 0..=1, flexible = 0..)]
pub struct ConsumerGroupHeartbeatResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// 0, or why the heartbeat doesn't count. UNRELEASED_INSTANCE_ID: another member has that
    /// static name and hasn't left.
    pub error_code: i16,
    /// The broker's words on that.
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// The member's id; made by the coordinator only in version 0. Null with an error.
    #[field(nullable)]
    pub member_id: Option<&'a str>,
    /// The epoch for the next heartbeat, for commits and for OffsetFetch; it grows as the member
    /// moves to a newer assignment, once it has given up what that takes away. -1 or -2 as asked,
    /// when leaving.
    pub member_epoch: i32,
    /// How long to wait until the next heartbeat, in milliseconds. A change of subscription or
    /// holdings goes out at once.
    pub heartbeat_interval_ms: i32,
    /// What the member shall hold; null: as before.
    #[field(nullable)]
    pub assignment: Option<Assignment>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What a member shall hold: give up what isn't in it, say so, and take what is new.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct Assignment {
    /// The partitions, by topic; all free to be read at once.
    pub topic_partitions: Vec<TopicPartitions>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
