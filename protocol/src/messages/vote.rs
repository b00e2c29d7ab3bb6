//! Vote (52): DOC
//!
//! DOC versions

use crate::types::Uuid;
use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 52, versions = 0..=2, flexible = 0..)]
pub struct VoteRequest<'a> {
    /// DOC
    #[field(nullable)]
    pub cluster_id: Option<&'a str>,
    /// DOC
    #[field(versions = 1.., default = -1, ignorable)]
    pub voter_id: i32,
    /// DOC
    pub topics: Vec<VoteRequestTopicData<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct VoteRequestTopicData<'a> {
    /// DOC
    pub topic_name: &'a str,
    /// DOC
    pub partitions: Vec<VoteRequestPartitionData>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct VoteRequestPartitionData {
    /// DOC
    pub partition_index: i32,
    /// DOC
    pub replica_epoch: i32,
    /// DOC
    pub replica_id: i32,
    /// DOC
    #[field(versions = 1.., ignorable)]
    pub replica_directory_id: Uuid,
    /// DOC
    #[field(versions = 1.., ignorable)]
    pub voter_directory_id: Uuid,
    /// DOC
    pub last_offset_epoch: i32,
    /// DOC
    pub last_offset: i64,
    /// DOC
    #[field(versions = 2..)]
    pub pre_vote: bool,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 52, versions = 0..=2, flexible = 0..)]
pub struct VoteResponse<'a> {
    /// DOC
    pub error_code: i16,
    /// DOC
    pub topics: Vec<VoteResponseTopicData<'a>>,
    /// DOC
    #[field(versions = 1.., tag = 0)]
    pub node_endpoints: Vec<NodeEndpoint<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct VoteResponseTopicData<'a> {
    /// DOC
    pub topic_name: &'a str,
    /// DOC
    pub partitions: Vec<VoteResponsePartitionData>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct VoteResponsePartitionData {
    /// DOC
    pub partition_index: i32,
    /// DOC
    pub error_code: i16,
    /// DOC
    pub leader_id: i32,
    /// DOC
    pub leader_epoch: i32,
    /// DOC
    pub vote_granted: bool,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct NodeEndpoint<'a> {
    /// DOC
    #[field(versions = 1..)]
    pub node_id: i32,
    /// DOC
    #[field(versions = 1..)]
    pub host: &'a str,
    /// DOC
    #[field(versions = 1..)]
    pub port: u16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
