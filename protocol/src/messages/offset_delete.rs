//! OffsetDelete (47): deletes committed offsets of a group.

use crate::Message;

/// Asks a group's coordinator to forget committed offsets.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 47, versions = 0..=0)]
pub struct OffsetDeleteRequest<'a> {
    /// The group.
    pub group_id: &'a str,
    /// What to forget, by topic.
    pub topics: Vec<OffsetDeleteRequestTopic<'a>>,
}

/// What to forget of one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct OffsetDeleteRequestTopic<'a> {
    /// The topic's name.
    pub name: &'a str,
    /// What to forget, by partition.
    pub partitions: Vec<OffsetDeleteRequestPartition>,
}

/// One partition to forget.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct OffsetDeleteRequestPartition {
    /// The partition.
    pub partition_index: i32,
}

/// What happened.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 47, versions = 0..=0)]
pub struct OffsetDeleteResponse<'a> {
    /// 0, or why nothing is forgotten.
    pub error_code: i16,
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// What happened, by topic.
    pub topics: Vec<OffsetDeleteResponseTopic<'a>>,
}

/// What happened in one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct OffsetDeleteResponseTopic<'a> {
    /// The topic's name.
    pub name: &'a str,
    /// What happened, by partition.
    pub partitions: Vec<OffsetDeleteResponsePartition>,
}

/// What happened in one partition.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct OffsetDeleteResponsePartition {
    /// The partition.
    pub partition_index: i32,
    /// 0, or why it isn't forgotten: GROUP_SUBSCRIBED_TO_TOPIC while a member consumes the topic.
    pub error_code: i16,
}
