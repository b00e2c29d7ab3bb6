//! EndQuorumEpoch (54): DOC
//!
//! DOC versions

use crate::types::Uuid;
use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 54, versions = 0..=1, flexible = 1..)]
pub struct EndQuorumEpochRequest<'a> {
    /// DOC
    #[field(nullable)]
    pub cluster_id: Option<&'a str>,
    /// DOC
    pub topics: Vec<EndQuorumEpochRequestTopicData<'a>>,
    /// DOC
    #[field(versions = 1.., ignorable)]
    pub leader_endpoints: Vec<LeaderEndpoint<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct EndQuorumEpochRequestTopicData<'a> {
    /// DOC
    pub topic_name: &'a str,
    /// DOC
    pub partitions: Vec<EndQuorumEpochRequestPartitionData>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct EndQuorumEpochRequestPartitionData {
    /// DOC
    pub partition_index: i32,
    /// DOC
    pub leader_id: i32,
    /// DOC
    pub leader_epoch: i32,
    /// DOC
    #[field(versions = ..=0, ignorable)]
    pub preferred_successors: Vec<i32>,
    /// DOC
    #[field(versions = 1.., ignorable)]
    pub preferred_candidates: Vec<ReplicaInfo>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct ReplicaInfo {
    /// DOC
    #[field(versions = 1..)]
    pub candidate_id: i32,
    /// DOC
    #[field(versions = 1..)]
    pub candidate_directory_id: Uuid,
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
#[message(response, key = 54, versions = 0..=1, flexible = 1..)]
pub struct EndQuorumEpochResponse<'a> {
    /// DOC
    pub error_code: i16,
    /// DOC
    pub topics: Vec<EndQuorumEpochResponseTopicData<'a>>,
    /// DOC
    #[field(versions = 1.., tag = 0)]
    pub node_endpoints: Vec<NodeEndpoint<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct EndQuorumEpochResponseTopicData<'a> {
    /// DOC
    pub topic_name: &'a str,
    /// DOC
    pub partitions: Vec<EndQuorumEpochResponsePartitionData>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct EndQuorumEpochResponsePartitionData {
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
