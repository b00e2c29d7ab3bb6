//! AlterPartitionReassignments (45): DOC
//!
//! DOC versions

use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 45, versions = 0..=1, flexible = 0..)]
pub struct AlterPartitionReassignmentsRequest<'a> {
    /// DOC
    #[field(default = 60000)]
    pub timeout_ms: i32,
    /// DOC
    #[field(versions = 1.., default = true)]
    pub allow_replication_factor_change: bool,
    /// DOC
    pub topics: Vec<ReassignableTopic<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct ReassignableTopic<'a> {
    /// DOC
    pub name: &'a str,
    /// DOC
    pub partitions: Vec<ReassignablePartition>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct ReassignablePartition {
    /// DOC
    pub partition_index: i32,
    /// DOC
    #[field(nullable)]
    pub replicas: Option<Vec<i32>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 45, versions = 0..=1, flexible = 0..)]
pub struct AlterPartitionReassignmentsResponse<'a> {
    /// DOC
    pub throttle_time_ms: i32,
    /// DOC
    #[field(versions = 1.., default = true, ignorable)]
    pub allow_replication_factor_change: bool,
    /// DOC
    pub error_code: i16,
    /// DOC
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// DOC
    pub responses: Vec<ReassignableTopicResponse<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct ReassignableTopicResponse<'a> {
    /// DOC
    pub name: &'a str,
    /// DOC
    pub partitions: Vec<ReassignablePartitionResponse<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct ReassignablePartitionResponse<'a> {
    /// DOC
    pub partition_index: i32,
    /// DOC
    pub error_code: i16,
    /// DOC
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
