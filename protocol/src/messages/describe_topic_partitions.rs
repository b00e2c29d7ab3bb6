//! DescribeTopicPartitions (75): DOC
//!
//! DOC versions

use crate::types::TopicId;
use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 75, versions = 0..=0, flexible = 0..)]
pub struct DescribeTopicPartitionsRequest<'a> {
    /// DOC
    pub topics: Vec<TopicRequest<'a>>,
    /// DOC
    #[field(default = 2000)]
    pub response_partition_limit: i32,
    /// DOC
    #[field(nullable)]
    pub cursor: Option<Cursor<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct TopicRequest<'a> {
    /// DOC
    pub name: &'a str,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct Cursor<'a> {
    /// DOC
    pub topic_name: &'a str,
    /// DOC
    pub partition_index: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 75, versions = 0..=0, flexible = 0..)]
pub struct DescribeTopicPartitionsResponse<'a> {
    /// DOC
    pub throttle_time_ms: i32,
    /// DOC
    pub topics: Vec<DescribeTopicPartitionsResponseTopic<'a>>,
    /// DOC
    #[field(nullable)]
    pub next_cursor: Option<Cursor<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribeTopicPartitionsResponseTopic<'a> {
    /// DOC
    pub error_code: i16,
    /// DOC
    #[field(nullable)]
    pub name: Option<&'a str>,
    /// DOC
    pub topic_id: TopicId,
    /// DOC
    pub is_internal: bool,
    /// DOC
    pub partitions: Vec<DescribeTopicPartitionsResponsePartition>,
    /// DOC
    #[field(default = i32::MIN)]
    pub topic_authorized_operations: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribeTopicPartitionsResponsePartition {
    /// DOC
    pub error_code: i16,
    /// DOC
    pub partition_index: i32,
    /// DOC
    pub leader_id: i32,
    /// DOC
    #[field(default = -1)]
    pub leader_epoch: i32,
    /// DOC
    pub replica_nodes: Vec<i32>,
    /// DOC
    pub isr_nodes: Vec<i32>,
    /// DOC
    #[field(nullable)]
    pub eligible_leader_replicas: Option<Vec<i32>>,
    /// DOC
    #[field(nullable)]
    pub last_known_elr: Option<Vec<i32>>,
    /// DOC
    pub offline_replicas: Vec<i32>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
