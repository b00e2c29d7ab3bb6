//! AlterShareGroupOffsets (91): DOC
//!
//! DOC versions

use crate::types::TopicId;
use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 91, versions = 0..=0, flexible = 0..)]
pub struct AlterShareGroupOffsetsRequest<'a> {
    /// DOC
    pub group_id: &'a str,
    /// DOC
    pub topics: Vec<AlterShareGroupOffsetsRequestTopic<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AlterShareGroupOffsetsRequestTopic<'a> {
    /// DOC
    pub topic_name: &'a str,
    /// DOC
    pub partitions: Vec<AlterShareGroupOffsetsRequestPartition>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AlterShareGroupOffsetsRequestPartition {
    /// DOC
    pub partition_index: i32,
    /// DOC
    pub start_offset: i64,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 91, versions = 0..=0, flexible = 0..)]
pub struct AlterShareGroupOffsetsResponse<'a> {
    /// DOC
    pub throttle_time_ms: i32,
    /// DOC
    pub error_code: i16,
    /// DOC
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// DOC
    pub responses: Vec<AlterShareGroupOffsetsResponseTopic<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AlterShareGroupOffsetsResponseTopic<'a> {
    /// DOC
    pub topic_name: &'a str,
    /// DOC
    pub topic_id: TopicId,
    /// DOC
    pub partitions: Vec<AlterShareGroupOffsetsResponsePartition<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AlterShareGroupOffsetsResponsePartition<'a> {
    /// DOC
    pub partition_index: i32,
    /// DOC
    pub error_code: i16,
    /// DOC
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
