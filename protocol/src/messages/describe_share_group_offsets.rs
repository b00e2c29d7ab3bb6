//! DescribeShareGroupOffsets (90): DOC
//!
//! DOC versions

use crate::types::TopicId;
use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 90, versions = 0..=1, flexible = 0..)]
pub struct DescribeShareGroupOffsetsRequest<'a> {
    /// DOC
    pub groups: Vec<DescribeShareGroupOffsetsRequestGroup<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribeShareGroupOffsetsRequestGroup<'a> {
    /// DOC
    pub group_id: &'a str,
    /// DOC
    #[field(nullable)]
    pub topics: Option<Vec<DescribeShareGroupOffsetsRequestTopic<'a>>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribeShareGroupOffsetsRequestTopic<'a> {
    /// DOC
    pub topic_name: &'a str,
    /// DOC
    pub partitions: Vec<i32>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 90, versions = 0..=1, flexible = 0..)]
pub struct DescribeShareGroupOffsetsResponse<'a> {
    /// DOC
    pub throttle_time_ms: i32,
    /// DOC
    pub groups: Vec<DescribeShareGroupOffsetsResponseGroup<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribeShareGroupOffsetsResponseGroup<'a> {
    /// DOC
    pub group_id: &'a str,
    /// DOC
    pub topics: Vec<DescribeShareGroupOffsetsResponseTopic<'a>>,
    /// DOC
    pub error_code: i16,
    /// DOC
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribeShareGroupOffsetsResponseTopic<'a> {
    /// DOC
    pub topic_name: &'a str,
    /// DOC
    pub topic_id: TopicId,
    /// DOC
    pub partitions: Vec<DescribeShareGroupOffsetsResponsePartition<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribeShareGroupOffsetsResponsePartition<'a> {
    /// DOC
    pub partition_index: i32,
    /// DOC
    pub start_offset: i64,
    /// DOC
    pub leader_epoch: i32,
    /// DOC
    #[field(versions = 1.., default = -1, ignorable)]
    pub lag: i64,
    /// DOC
    pub error_code: i16,
    /// DOC
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
