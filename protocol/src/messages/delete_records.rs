//! DeleteRecords (21): DOC
//!
//! DOC versions

use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 21, versions = 0..=2, flexible = 2..)]
pub struct DeleteRecordsRequest<'a> {
    /// DOC
    pub topics: Vec<DeleteRecordsTopic<'a>>,
    /// DOC
    pub timeout_ms: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DeleteRecordsTopic<'a> {
    /// DOC
    pub name: &'a str,
    /// DOC
    pub partitions: Vec<DeleteRecordsPartition>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DeleteRecordsPartition {
    /// DOC
    pub partition_index: i32,
    /// DOC
    pub offset: i64,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 21, versions = 0..=2, flexible = 2..)]
pub struct DeleteRecordsResponse<'a> {
    /// DOC
    pub throttle_time_ms: i32,
    /// DOC
    pub topics: Vec<DeleteRecordsTopicResult<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DeleteRecordsTopicResult<'a> {
    /// DOC
    pub name: &'a str,
    /// DOC
    pub partitions: Vec<DeleteRecordsPartitionResult>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DeleteRecordsPartitionResult {
    /// DOC
    pub partition_index: i32,
    /// DOC
    pub low_watermark: i64,
    /// DOC
    pub error_code: i16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
