//! DeleteRecords (21): drops the oldest records of partitions.
//!
//! Only moves the log's start; segments are removed when no record of theirs is left. Goes to the
//! leaders of the partitions; internal topics are refused with INVALID_TOPIC_EXCEPTION, topics that
//! are only compacted with POLICY_VIOLATION (KIP-107). Versions: 2 is flexible.

use crate::{Message, UnknownTaggedFields};

/// Asks leaders to move the start of logs.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 21, versions = 0..=2, flexible = 2..)]
pub struct DeleteRecordsRequest<'a> {
    /// What to delete, by topic.
    pub topics: Vec<DeleteRecordsTopic<'a>>,
    /// How long to wait until all live replicas have moved too, in milliseconds.
    pub timeout_ms: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What to delete of one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DeleteRecordsTopic<'a> {
    /// The topic's name.
    pub name: &'a str,
    /// What to delete, by partition.
    pub partitions: Vec<DeleteRecordsPartition>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What to delete of one partition.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DeleteRecordsPartition {
    /// The partition.
    pub partition_index: i32,
    /// The first offset to keep; -1: the high watermark, so that all that consumers can read goes.
    /// Beyond that: OFFSET_OUT_OF_RANGE.
    pub offset: i64,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Where the logs start now.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 21, versions = 0..=2, flexible = 2..)]
pub struct DeleteRecordsResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// What happened, by topic.
    pub topics: Vec<DeleteRecordsTopicResult<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened in one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DeleteRecordsTopicResult<'a> {
    /// The topic's name.
    pub name: &'a str,
    /// What happened, by partition.
    pub partitions: Vec<DeleteRecordsPartitionResult>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened in one partition.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DeleteRecordsPartitionResult {
    /// The partition.
    pub partition_index: i32,
    /// The lowest start of the log among the live replicas; -1 with an error.
    pub low_watermark: i64,
    /// 0, or why not; REQUEST_TIMED_OUT: some replica hasn't moved yet, the leader has.
    pub error_code: i16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
