//! RenewDelegationToken (39): DOC
//!
//! DOC versions

use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 39, versions = 1..=2, flexible = 2.., response_owned)]
pub struct RenewDelegationTokenRequest<'a> {
    /// DOC
    pub hmac: &'a [u8],
    /// DOC
    pub renew_period_ms: i64,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 39, versions = 1..=2, flexible = 2..)]
pub struct RenewDelegationTokenResponse {
    /// DOC
    pub error_code: i16,
    /// DOC
    pub expiry_timestamp_ms: i64,
    /// DOC
    pub throttle_time_ms: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
