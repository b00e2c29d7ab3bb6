//! SaslHandshake (17): DOC
//!
//! DOC versions

use crate::Message;

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 17, versions = 0..=1)]
pub struct SaslHandshakeRequest<'a> {
    /// DOC
    pub mechanism: &'a str,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 17, versions = 0..=1)]
pub struct SaslHandshakeResponse<'a> {
    /// DOC
    pub error_code: i16,
    /// DOC
    pub mechanisms: Vec<&'a str>,
}
