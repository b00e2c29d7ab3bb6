//! DescribeShareGroupOffsets (90): how far share groups are (KIP-932).
//!
//! Ask the coordinator of each group; it answers from what share coordinators have stored.
//! Versions: 1 tells the lag (KIP-1226). Expect GROUP_ID_NOT_FOUND also for a group of another
//! type. Topics that the asker may not describe fail with TOPIC_AUTHORIZATION_FAILED, or are left
//! out if it asked for all.

use crate::types::TopicId;
use crate::{Message, UnknownTaggedFields};

/// Asks the coordinator of share groups how far they are.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 90, versions = 0..=1, flexible = 0..)]
pub struct DescribeShareGroupOffsetsRequest<'a> {
    /// The groups.
    pub groups: Vec<DescribeShareGroupOffsetsRequestGroup<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What to tell of one group.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribeShareGroupOffsetsRequestGroup<'a> {
    /// The group.
    pub group_id: &'a str,
    /// The topics wanted; null: all.
    #[field(nullable)]
    pub topics: Option<Vec<DescribeShareGroupOffsetsRequestTopic<'a>>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What to tell of one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribeShareGroupOffsetsRequestTopic<'a> {
    /// The topic's name.
    pub topic_name: &'a str,
    /// The partitions.
    pub partitions: Vec<i32>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The offsets, by group.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 90, versions = 0..=1, flexible = 0..)]
pub struct DescribeShareGroupOffsetsResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// One entry a group.
    pub groups: Vec<DescribeShareGroupOffsetsResponseGroup<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The offsets of one group.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribeShareGroupOffsetsResponseGroup<'a> {
    /// The group.
    pub group_id: &'a str,
    /// The offsets, by topic.
    pub topics: Vec<DescribeShareGroupOffsetsResponseTopic<'a>>,
    /// 0, or why there is nothing to say.
    pub error_code: i16,
    /// The broker's words on that.
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The offsets of one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribeShareGroupOffsetsResponseTopic<'a> {
    /// The topic's name.
    pub topic_name: &'a str,
    /// The topic's id.
    pub topic_id: TopicId,
    /// The offsets, by partition.
    pub partitions: Vec<DescribeShareGroupOffsetsResponsePartition<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The offset of one partition.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribeShareGroupOffsetsResponsePartition<'a> {
    /// The partition.
    pub partition_index: i32,
    /// The first offset that is not done with; all before it are. -1: none yet. Records after it
    /// may be done with, too.
    pub start_offset: i64,
    /// Epoch of the last leader that read or wrote the state.
    pub leader_epoch: i32,
    /// How many offsets up to the end of the partition are not done with; -1 unknown.
    #[field(versions = 1.., default = -1, ignorable)]
    pub lag: i64,
    /// 0, or why there is nothing to say.
    pub error_code: i16,
    /// The broker's words on that.
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
