//! DescribeQuorum (55): DOC
//!
//! DOC versions

use crate::types::Uuid;
use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 55, versions = 0..=2, flexible = 0..)]
pub struct DescribeQuorumRequest<'a> {
    /// DOC
    pub topics: Vec<DescribeQuorumRequestTopicData<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribeQuorumRequestTopicData<'a> {
    /// DOC
    pub topic_name: &'a str,
    /// DOC
    pub partitions: Vec<DescribeQuorumRequestPartitionData>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribeQuorumRequestPartitionData {
    /// DOC
    pub partition_index: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 55, versions = 0..=2, flexible = 0..)]
pub struct DescribeQuorumResponse<'a> {
    /// DOC
    pub error_code: i16,
    /// DOC
    #[field(versions = 2.., nullable = 2.., ignorable)]
    pub error_message: Option<&'a str>,
    /// DOC
    pub topics: Vec<DescribeQuorumResponseTopicData<'a>>,
    /// DOC
    #[field(versions = 2..)]
    pub nodes: Vec<Node<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribeQuorumResponseTopicData<'a> {
    /// DOC
    pub topic_name: &'a str,
    /// DOC
    pub partitions: Vec<DescribeQuorumResponsePartitionData<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribeQuorumResponsePartitionData<'a> {
    /// DOC
    pub partition_index: i32,
    /// DOC
    pub error_code: i16,
    /// DOC
    #[field(versions = 2.., nullable = 2.., ignorable)]
    pub error_message: Option<&'a str>,
    /// DOC
    pub leader_id: i32,
    /// DOC
    pub leader_epoch: i32,
    /// DOC
    pub high_watermark: i64,
    /// DOC
    pub current_voters: Vec<ReplicaState>,
    /// DOC
    pub observers: Vec<ReplicaState>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct ReplicaState {
    /// DOC
    pub replica_id: i32,
    /// DOC
    #[field(versions = 2..)]
    pub replica_directory_id: Uuid,
    /// DOC
    pub log_end_offset: i64,
    /// DOC
    #[field(versions = 1.., default = -1, ignorable)]
    pub last_fetch_timestamp: i64,
    /// DOC
    #[field(versions = 1.., default = -1, ignorable)]
    pub last_caught_up_timestamp: i64,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct Node<'a> {
    /// DOC
    #[field(versions = 2..)]
    pub node_id: i32,
    /// DOC
    #[field(versions = 2..)]
    pub listeners: Vec<Listener<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct Listener<'a> {
    /// DOC
    #[field(versions = 2..)]
    pub name: &'a str,
    /// DOC
    #[field(versions = 2..)]
    pub host: &'a str,
    /// DOC
    #[field(versions = 2..)]
    pub port: u16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
