//! AlterShareGroupOffsets (91): moves the start offsets of a share group (KIP-932).
//!
//! An administrator sends it to the group's coordinator. The group must be empty, else
//! NON_EMPTY_GROUP. All that was known of single records, acknowledgements and deliveries, is
//! forgotten.

use crate::types::TopicId;
use crate::{Message, UnknownTaggedFields};

/// Asks a group's coordinator for other start offsets.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 91, versions = 0..=0, flexible = 0..)]
pub struct AlterShareGroupOffsetsRequest<'a> {
    /// The group.
    pub group_id: &'a str,
    /// What to move, by topic.
    pub topics: Vec<AlterShareGroupOffsetsRequestTopic<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What to move of one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AlterShareGroupOffsetsRequestTopic<'a> {
    /// The topic's name.
    pub topic_name: &'a str,
    /// What to move, by partition.
    pub partitions: Vec<AlterShareGroupOffsetsRequestPartition>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Where one partition shall start.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AlterShareGroupOffsetsRequestPartition {
    /// The partition.
    pub partition_index: i32,
    /// The first offset to deliver.
    pub start_offset: i64,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Says per partition whether the offset is moved.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 91, versions = 0..=0, flexible = 0..)]
pub struct AlterShareGroupOffsetsResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// 0, or why nothing is moved.
    pub error_code: i16,
    /// The broker's words on that.
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// What happened, by topic.
    pub responses: Vec<AlterShareGroupOffsetsResponseTopic<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened in one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AlterShareGroupOffsetsResponseTopic<'a> {
    /// The topic's name.
    pub topic_name: &'a str,
    /// The topic's id.
    pub topic_id: TopicId,
    /// What happened, by partition.
    pub partitions: Vec<AlterShareGroupOffsetsResponsePartition<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened in one partition.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AlterShareGroupOffsetsResponsePartition<'a> {
    /// The partition.
    pub partition_index: i32,
    /// 0, or why it isn't moved.
    pub error_code: i16,
    /// The broker's words on that.
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
