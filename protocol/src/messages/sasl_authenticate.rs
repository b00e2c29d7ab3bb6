//! SaslAuthenticate (36): carries one step of a log-in by SASL.
//!
//! Follows SaslHandshake version 1 (KIP-152); the mechanism says how many steps there are. When a
//! log-in fails, the broker closes the connection after the answer, maybe with a delay. Versions: 1
//! limits the session (KIP-368), 2 is flexible.

use crate::wire::secret::Secret;
use crate::{Message, UnknownTaggedFields};

/// The client's next token.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 36, versions = 0..=2, flexible = 2..)]
pub struct SaslAuthenticateRequest<'a> {
    /// The token, in the mechanism's own form.
    pub auth_bytes: Secret<&'a [u8]>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The broker's next token, or its refusal.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 36, versions = 0..=2, flexible = 2..)]
pub struct SaslAuthenticateResponse<'a> {
    /// 0, or why the log-in failed, such as SASL_AUTHENTICATION_FAILED.
    pub error_code: i16,
    /// The broker's words on that.
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// The broker's token, in the mechanism's own form; empty if there is none, or with an error.
    pub auth_bytes: Secret<&'a [u8]>,
    /// How long the session lasts from now on, in milliseconds; 0: without a limit, or the log-in
    /// isn't through. Who has not logged in anew on the same connection by then is disconnected at
    /// the next request.
    #[field(versions = 1.., ignorable)]
    pub session_lifetime_ms: i64,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
