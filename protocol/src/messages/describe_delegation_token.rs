//! DescribeDelegationToken (41): DOC
//!
//! DOC versions

use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 41, versions = 1..=3, flexible = 2..)]
pub struct DescribeDelegationTokenRequest<'a> {
    /// DOC
    #[field(nullable)]
    pub owners: Option<Vec<DescribeDelegationTokenOwner<'a>>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribeDelegationTokenOwner<'a> {
    /// DOC
    pub principal_type: &'a str,
    /// DOC
    pub principal_name: &'a str,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 41, versions = 1..=3, flexible = 2..)]
pub struct DescribeDelegationTokenResponse<'a> {
    /// DOC
    pub error_code: i16,
    /// DOC
    pub tokens: Vec<DescribedDelegationToken<'a>>,
    /// DOC
    pub throttle_time_ms: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribedDelegationToken<'a> {
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
    pub issue_timestamp: i64,
    /// DOC
    pub expiry_timestamp: i64,
    /// DOC
    pub max_timestamp: i64,
    /// DOC
    pub token_id: &'a str,
    /// DOC
    pub hmac: &'a [u8],
    /// DOC
    pub renewers: Vec<DescribedDelegationTokenRenewer<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribedDelegationTokenRenewer<'a> {
    /// DOC
    pub principal_type: &'a str,
    /// DOC
    pub principal_name: &'a str,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
