//! ElectLeaders (43): DOC
//!
//! DOC versions

use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 43, versions = 0..=2, flexible = 2..)]
pub struct ElectLeadersRequest<'a> {
    /// DOC
    #[field(versions = 1..)]
    pub election_type: i8,
    /// DOC
    #[field(nullable)]
    pub topic_partitions: Option<Vec<TopicPartitions<'a>>>,
    /// DOC
    #[field(default = 60000)]
    pub timeout_ms: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct TopicPartitions<'a> {
    /// DOC
    pub topic: &'a str,
    /// DOC
    pub partitions: Vec<i32>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 43, versions = 0..=2, flexible = 2..)]
pub struct ElectLeadersResponse<'a> {
    /// DOC
    pub throttle_time_ms: i32,
    /// DOC
    #[field(versions = 1..)]
    pub error_code: i16,
    /// DOC
    pub replica_election_results: Vec<ReplicaElectionResult<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct ReplicaElectionResult<'a> {
    /// DOC
    pub topic: &'a str,
    /// DOC
    pub partition_result: Vec<PartitionResult<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct PartitionResult<'a> {
    /// DOC
    pub partition_id: i32,
    /// DOC
    pub error_code: i16,
    /// DOC
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
