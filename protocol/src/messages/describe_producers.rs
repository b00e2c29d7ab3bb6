//! DescribeProducers (61): DOC
//!
//! DOC versions

use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 61, versions = 0..=0, flexible = 0..)]
pub struct DescribeProducersRequest<'a> {
    /// DOC
    pub topics: Vec<TopicRequest<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct TopicRequest<'a> {
    /// DOC
    pub name: &'a str,
    /// DOC
    pub partition_indexes: Vec<i32>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 61, versions = 0..=0, flexible = 0..)]
pub struct DescribeProducersResponse<'a> {
    /// DOC
    pub throttle_time_ms: i32,
    /// DOC
    pub topics: Vec<TopicResponse<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct TopicResponse<'a> {
    /// DOC
    pub name: &'a str,
    /// DOC
    pub partitions: Vec<PartitionResponse<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct PartitionResponse<'a> {
    /// DOC
    pub partition_index: i32,
    /// DOC
    pub error_code: i16,
    /// DOC
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// DOC
    pub active_producers: Vec<ProducerState>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct ProducerState {
    /// DOC
    pub producer_id: i64,
    /// DOC
    pub producer_epoch: i32,
    /// DOC
    #[field(default = -1)]
    pub last_sequence: i32,
    /// DOC
    #[field(default = -1)]
    pub last_timestamp: i64,
    /// DOC
    pub coordinator_epoch: i32,
    /// DOC
    #[field(default = -1)]
    pub current_txn_start_offset: i64,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
