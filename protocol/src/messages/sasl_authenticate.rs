//! SaslAuthenticate (36): DOC
//!
//! DOC versions

use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 36, versions = 0..=2, flexible = 2..)]
pub struct SaslAuthenticateRequest<'a> {
    /// DOC
    pub auth_bytes: &'a [u8],
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 36, versions = 0..=2, flexible = 2..)]
pub struct SaslAuthenticateResponse<'a> {
    /// DOC
    pub error_code: i16,
    /// DOC
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// DOC
    pub auth_bytes: &'a [u8],
    /// DOC
    #[field(versions = 1.., ignorable)]
    pub session_lifetime_ms: i64,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
