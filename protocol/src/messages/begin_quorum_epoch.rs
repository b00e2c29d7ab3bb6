//! BeginQuorumEpoch (53): DOC
//!
//! DOC versions

use crate::types::Uuid;
use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 53, versions = 0..=1, flexible = 1..)]
pub struct BeginQuorumEpochRequest<'a> {
    /// DOC
    #[field(nullable)]
    pub cluster_id: Option<&'a str>,
    /// DOC
    #[field(versions = 1.., default = -1, ignorable)]
    pub voter_id: i32,
    /// DOC
    pub topics: Vec<BeginQuorumEpochRequestTopicData<'a>>,
    /// DOC
    #[field(versions = 1.., ignorable)]
    pub leader_endpoints: Vec<LeaderEndpoint<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct BeginQuorumEpochRequestTopicData<'a> {
    /// DOC
    pub topic_name: &'a str,
    /// DOC
    pub partitions: Vec<BeginQuorumEpochRequestPartitionData>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct BeginQuorumEpochRequestPartitionData {
    /// DOC
    pub partition_index: i32,
    /// DOC
    #[field(versions = 1.., ignorable)]
    pub voter_directory_id: Uuid,
    /// DOC
    pub leader_id: i32,
    /// DOC
    pub leader_epoch: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct LeaderEndpoint<'a> {
    /// DOC
    #[field(versions = 1..)]
    pub name: &'a str,
    /// DOC
    #[field(versions = 1..)]
    pub host: &'a str,
    /// DOC
    #[field(versions = 1..)]
    pub port: u16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 53, versions = 0..=1, flexible = 1..)]
pub struct BeginQuorumEpochResponse<'a> {
    /// DOC
    pub error_code: i16,
    /// DOC
    pub topics: Vec<BeginQuorumEpochResponseTopicData<'a>>,
    /// DOC
    #[field(versions = 1.., tag = 0)]
    pub node_endpoints: Vec<NodeEndpoint<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct BeginQuorumEpochResponseTopicData<'a> {
    /// DOC
    pub topic_name: &'a str,
    /// DOC
    pub partitions: Vec<BeginQuorumEpochResponsePartitionData>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct BeginQuorumEpochResponsePartitionData {
    /// DOC
    pub partition_index: i32,
    /// DOC
    pub error_code: i16,
    /// DOC
    pub leader_id: i32,
    /// DOC
    pub leader_epoch: i32,
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
