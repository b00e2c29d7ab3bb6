//! CreateDelegationToken (38): DOC
//!
//! DOC versions

use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 38, versions = 1..=3, flexible = 2..)]
pub struct CreateDelegationTokenRequest<'a> {
    /// DOC
    #[field(versions = 3.., nullable = 3..)]
    pub owner_principal_type: Option<&'a str>,
    /// DOC
    #[field(versions = 3.., nullable = 3..)]
    pub owner_principal_name: Option<&'a str>,
    /// DOC
    pub renewers: Vec<CreatableRenewers<'a>>,
    /// DOC
    pub max_lifetime_ms: i64,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct CreatableRenewers<'a> {
    /// DOC
    pub principal_type: &'a str,
    /// DOC
    pub principal_name: &'a str,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 38, versions = 1..=3, flexible = 2..)]
pub struct CreateDelegationTokenResponse<'a> {
    /// DOC
    pub error_code: i16,
    /// DOC
    pub principal_type: &'a str,
    /// DOC
    pub principal_name: &'a str,
    /// DOC
    #[field(versions = 3..)]
    pub token_requester_principal_type: &'a str,
    /// DOC
    #[field(versions = 3..)]
    pub token_requester_principal_name: &'a str,
    /// DOC
    pub issue_timestamp_ms: i64,
    /// DOC
    pub expiry_timestamp_ms: i64,
    /// DOC
    pub max_timestamp_ms: i64,
    /// DOC
    pub token_id: &'a str,
    /// DOC
    pub hmac: &'a [u8],
    /// DOC
    pub throttle_time_ms: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
