//! CreatePartitions (37): DOC
//!
//! DOC versions

use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 37, versions = 0..=3, flexible = 2..)]
pub struct CreatePartitionsRequest<'a> {
    /// DOC
    pub topics: Vec<CreatePartitionsTopic<'a>>,
    /// DOC
    pub timeout_ms: i32,
    /// DOC
    pub validate_only: bool,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct CreatePartitionsTopic<'a> {
    /// DOC
    pub name: &'a str,
    /// DOC
    pub count: i32,
    /// DOC
    #[field(nullable)]
    pub assignments: Option<Vec<CreatePartitionsAssignment>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct CreatePartitionsAssignment {
    /// DOC
    pub broker_ids: Vec<i32>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 37, versions = 0..=3, flexible = 2..)]
pub struct CreatePartitionsResponse<'a> {
    /// DOC
    pub throttle_time_ms: i32,
    /// DOC
    pub results: Vec<CreatePartitionsTopicResult<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct CreatePartitionsTopicResult<'a> {
    /// DOC
    pub name: &'a str,
    /// DOC
    pub error_code: i16,
    /// DOC
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
