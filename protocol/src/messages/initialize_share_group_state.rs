//! InitializeShareGroupState (83): DOC
//!
//! DOC versions

use crate::types::TopicId;
use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 83, versions = 0..=0, flexible = 0..)]
pub struct InitializeShareGroupStateRequest<'a> {
    /// DOC
    pub group_id: &'a str,
    /// DOC
    pub topics: Vec<InitializeStateData>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct InitializeStateData {
    /// DOC
    pub topic_id: TopicId,
    /// DOC
    pub partitions: Vec<PartitionData>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct PartitionData {
    /// DOC
    pub partition: i32,
    /// DOC
    pub state_epoch: i32,
    /// DOC
    pub start_offset: i64,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 83, versions = 0..=0, flexible = 0..)]
pub struct InitializeShareGroupStateResponse<'a> {
    /// DOC
    pub results: Vec<InitializeStateResult<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct InitializeStateResult<'a> {
    /// DOC
    pub topic_id: TopicId,
    /// DOC
    pub partitions: Vec<PartitionResult<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct PartitionResult<'a> {
    /// DOC
    pub partition: i32,
    /// DOC
    pub error_code: i16,
    /// DOC
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
