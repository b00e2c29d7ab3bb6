//! AllocateProducerIds (67): DOC
//!
//! DOC versions

use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 67, versions = 0..=0, flexible = 0.., response_owned)]
pub struct AllocateProducerIdsRequest {
    /// DOC
    pub broker_id: i32,
    /// DOC
    #[field(default = -1)]
    pub broker_epoch: i64,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 67, versions = 0..=0, flexible = 0..)]
pub struct AllocateProducerIdsResponse {
    /// DOC
    pub throttle_time_ms: i32,
    /// DOC
    pub error_code: i16,
    /// DOC
    pub producer_id_start: i64,
    /// DOC
    pub producer_id_len: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
