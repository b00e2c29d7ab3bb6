//! OffsetForLeaderEpoch (23): DOC
//!
//! DOC versions

use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 23, versions = 2..=4, flexible = 4..)]
pub struct OffsetForLeaderEpochRequest<'a> {
    /// DOC
    #[field(versions = 3.., default = -2, ignorable)]
    pub replica_id: i32,
    /// DOC
    pub topics: Vec<OffsetForLeaderTopic<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct OffsetForLeaderTopic<'a> {
    /// DOC
    pub topic: &'a str,
    /// DOC
    pub partitions: Vec<OffsetForLeaderPartition>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct OffsetForLeaderPartition {
    /// DOC
    pub partition: i32,
    /// DOC
    #[field(default = -1)]
    pub current_leader_epoch: i32,
    /// DOC
    pub leader_epoch: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 23, versions = 2..=4, flexible = 4..)]
pub struct OffsetForLeaderEpochResponse<'a> {
    /// DOC
    pub throttle_time_ms: i32,
    /// DOC
    pub topics: Vec<OffsetForLeaderTopicResult<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct OffsetForLeaderTopicResult<'a> {
    /// DOC
    pub topic: &'a str,
    /// DOC
    pub partitions: Vec<EpochEndOffset>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct EpochEndOffset {
    /// DOC
    pub error_code: i16,
    /// DOC
    pub partition: i32,
    /// DOC
    #[field(default = -1)]
    pub leader_epoch: i32,
    /// DOC
    #[field(default = -1)]
    pub end_offset: i64,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
