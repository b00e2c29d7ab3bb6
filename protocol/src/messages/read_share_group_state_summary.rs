//! ReadShareGroupStateSummary (87): DOC
//!
//! DOC versions

use crate::types::TopicId;
use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 87, versions = 0..=1, flexible = 0..)]
pub struct ReadShareGroupStateSummaryRequest<'a> {
    /// DOC
    pub group_id: &'a str,
    /// DOC
    pub topics: Vec<ReadStateSummaryData>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct ReadStateSummaryData {
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
    pub leader_epoch: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 87, versions = 0..=1, flexible = 0..)]
pub struct ReadShareGroupStateSummaryResponse<'a> {
    /// DOC
    pub results: Vec<ReadStateSummaryResult<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct ReadStateSummaryResult<'a> {
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
    /// DOC
    pub state_epoch: i32,
    /// DOC
    pub leader_epoch: i32,
    /// DOC
    pub start_offset: i64,
    /// DOC
    #[field(versions = 1.., default = -1, ignorable)]
    pub delivery_complete_count: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
