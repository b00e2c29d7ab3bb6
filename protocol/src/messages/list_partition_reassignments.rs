//! ListPartitionReassignments (46): DOC
//!
//! DOC versions

use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 46, versions = 0..=0, flexible = 0..)]
pub struct ListPartitionReassignmentsRequest<'a> {
    /// DOC
    #[field(default = 60000)]
    pub timeout_ms: i32,
    /// DOC
    #[field(nullable)]
    pub topics: Option<Vec<ListPartitionReassignmentsTopics<'a>>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct ListPartitionReassignmentsTopics<'a> {
    /// DOC
    pub name: &'a str,
    /// DOC
    pub partition_indexes: Vec<i32>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 46, versions = 0..=0, flexible = 0..)]
pub struct ListPartitionReassignmentsResponse<'a> {
    /// DOC
    pub throttle_time_ms: i32,
    /// DOC
    pub error_code: i16,
    /// DOC
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// DOC
    pub topics: Vec<OngoingTopicReassignment<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct OngoingTopicReassignment<'a> {
    /// DOC
    pub name: &'a str,
    /// DOC
    pub partitions: Vec<OngoingPartitionReassignment>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct OngoingPartitionReassignment {
    /// DOC
    pub partition_index: i32,
    /// DOC
    pub replicas: Vec<i32>,
    /// DOC
    pub adding_replicas: Vec<i32>,
    /// DOC
    pub removing_replicas: Vec<i32>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
