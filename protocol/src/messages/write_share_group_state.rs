//! WriteShareGroupState (85): DOC
//!
//! DOC versions

use crate::types::TopicId;
use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 85, versions = 0..=1, flexible = 0..)]
pub struct WriteShareGroupStateRequest<'a> {
    /// DOC
    pub group_id: &'a str,
    /// DOC
    pub topics: Vec<WriteStateData>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct WriteStateData {
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
    pub leader_epoch: i32,
    /// DOC
    pub start_offset: i64,
    /// DOC
    #[field(versions = 1.., default = -1, ignorable)]
    pub delivery_complete_count: i32,
    /// DOC
    pub state_batches: Vec<StateBatch>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct StateBatch {
    /// DOC
    pub first_offset: i64,
    /// DOC
    pub last_offset: i64,
    /// DOC
    pub delivery_state: i8,
    /// DOC
    pub delivery_count: i16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 85, versions = 0..=1, flexible = 0..)]
pub struct WriteShareGroupStateResponse<'a> {
    /// DOC
    pub results: Vec<WriteStateResult<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct WriteStateResult<'a> {
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
