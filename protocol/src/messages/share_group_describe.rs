//! ShareGroupDescribe (77): state and members of share groups (KIP-932).
//!
//! Ask the coordinator of each group. Versions: 0 was a preview of Kafka 4.0 and is gone. Expect
//! GROUP_ID_NOT_FOUND also for a group of another type, and TOPIC_AUTHORIZATION_FAILED unless the
//! asker may describe all topics that its members want.

use crate::types::TopicId;
use crate::{Message, UnknownTaggedFields};

/// Asks the coordinator of share groups about them.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 77, versions = 1..=1, flexible = 0..)]
pub struct ShareGroupDescribeRequest<'a> {
    /// The groups.
    pub group_ids: Vec<&'a str>,
    /// Whether to tell what the asker may do with each.
    pub include_authorized_operations: bool,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The groups.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 77, versions = 1..=1, flexible = 0..)]
pub struct ShareGroupDescribeResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// One entry a group.
    pub groups: Vec<DescribedGroup<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// One group.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribedGroup<'a> {
    /// 0, or why there is nothing to say.
    pub error_code: i16,
    /// The broker's words on that.
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// The group.
    pub group_id: &'a str,
    /// `Empty`, `Stable` or `Dead`; empty with an error.
    pub group_state: &'a str,
    /// Grows with each change of members, subscriptions or partitions.
    pub group_epoch: i32,
    /// The group epoch that the target assignment was made for; below `group_epoch` while one is
    /// due.
    pub assignment_epoch: i32,
    /// The coordinator's assignor, such as `simple`.
    pub assignor_name: &'a str,
    /// Its members.
    pub members: Vec<Member<'a>>,
    /// Bits of what the asker may do with the group; the default says: not asked.
    #[field(default = i32::MIN)]
    pub authorized_operations: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// One member.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct Member<'a> {
    /// The member.
    pub member_id: &'a str,
    /// Its rack, if it has one.
    #[field(nullable)]
    pub rack_id: Option<&'a str>,
    /// The assignment epoch that the member has reached.
    pub member_epoch: i32,
    /// Its client id.
    pub client_id: &'a str,
    /// The address that it comes from.
    pub client_host: &'a str,
    /// The topics that it wants, by name.
    pub subscribed_topic_names: Vec<&'a str>,
    /// What it holds.
    pub assignment: Assignment<'a>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Partitions of a member.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct Assignment<'a> {
    /// The partitions, by topic.
    pub topic_partitions: Vec<TopicPartitions<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Partitions of one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct TopicPartitions<'a> {
    /// The topic's id.
    pub topic_id: TopicId,
    /// The topic's name.
    pub topic_name: &'a str,
    /// The partitions.
    pub partitions: Vec<i32>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
