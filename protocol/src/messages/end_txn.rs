//! EndTxn (26): DOC
//!
//! DOC versions

use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 26, versions = 0..=5, flexible = 3.., response_owned)]
pub struct EndTxnRequest<'a> {
    /// DOC
    pub transactional_id: &'a str,
    /// DOC
    pub producer_id: i64,
    /// DOC
    pub producer_epoch: i16,
    /// DOC
    pub committed: bool,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 26, versions = 0..=5, flexible = 3..)]
pub struct EndTxnResponse {
    /// DOC
    pub throttle_time_ms: i32,
    /// DOC
    pub error_code: i16,
    /// DOC
    #[field(versions = 5.., default = -1, ignorable)]
    pub producer_id: i64,
    /// DOC
    #[field(versions = 5.., default = -1, ignorable)]
    pub producer_epoch: i16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
