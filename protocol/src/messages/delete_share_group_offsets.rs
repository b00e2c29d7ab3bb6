//! DeleteShareGroupOffsets (92): DOC
//!
//! DOC versions

use crate::types::TopicId;
use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 92, versions = 0..=0, flexible = 0..)]
pub struct DeleteShareGroupOffsetsRequest<'a> {
    /// DOC
    pub group_id: &'a str,
    /// DOC
    pub topics: Vec<DeleteShareGroupOffsetsRequestTopic<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DeleteShareGroupOffsetsRequestTopic<'a> {
    /// DOC
    pub topic_name: &'a str,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 92, versions = 0..=0, flexible = 0..)]
pub struct DeleteShareGroupOffsetsResponse<'a> {
    /// DOC
    pub throttle_time_ms: i32,
    /// DOC
    pub error_code: i16,
    /// DOC
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// DOC
    pub responses: Vec<DeleteShareGroupOffsetsResponseTopic<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DeleteShareGroupOffsetsResponseTopic<'a> {
    /// DOC
    pub topic_name: &'a str,
    /// DOC
    pub topic_id: TopicId,
    /// DOC
    pub error_code: i16,
    /// DOC
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
