//! Envelope (58): DOC
//!
//! DOC versions

use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 58, versions = 0..=0, flexible = 0..)]
pub struct EnvelopeRequest<'a> {
    /// DOC
    pub request_data: &'a [u8],
    /// DOC
    #[field(nullable)]
    pub request_principal: Option<&'a [u8]>,
    /// DOC
    pub client_host_address: &'a [u8],
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 58, versions = 0..=0, flexible = 0..)]
pub struct EnvelopeResponse<'a> {
    /// DOC
    #[field(nullable)]
    pub response_data: Option<&'a [u8]>,
    /// DOC
    pub error_code: i16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
