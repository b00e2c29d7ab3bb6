//! AddOffsetsToTxn (25): DOC
//!
//! DOC versions

use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 25, versions = 0..=4, flexible = 3.., response_owned)]
pub struct AddOffsetsToTxnRequest<'a> {
    /// DOC
    pub transactional_id: &'a str,
    /// DOC
    pub producer_id: i64,
    /// DOC
    pub producer_epoch: i16,
    /// DOC
    pub group_id: &'a str,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 25, versions = 0..=4, flexible = 3..)]
pub struct AddOffsetsToTxnResponse {
    /// DOC
    pub throttle_time_ms: i32,
    /// DOC
    pub error_code: i16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
