//! SaslHandshake (17): names the SASL mechanism by which a client is going to log in.
//!
//! Comes first on a connection that uses SASL (after ApiVersions, if that is asked). Versions: 0 is
//! followed by the mechanism's bare tokens, each behind a length of four bytes and without any
//! header; 1 by SaslAuthenticate requests, so that a failure has an error code (KIP-152). Never
//! flexible. To log in anew on a connection in use (KIP-368), a client sends it again.

use crate::Message;

/// Chooses a mechanism.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 17, versions = 0..=1)]
pub struct SaslHandshakeRequest<'a> {
    /// The mechanism: `PLAIN`, `SCRAM-SHA-256`, `SCRAM-SHA-512`, `OAUTHBEARER` or `GSSAPI`. On
    /// logging in anew: the same as before.
    pub mechanism: &'a str,
}

/// Says whether the log-in can go on.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 17, versions = 0..=1)]
pub struct SaslHandshakeResponse<'a> {
    /// 0, UNSUPPORTED_SASL_MECHANISM, or ILLEGAL_SASL_STATE if the client is not to log in now.
    pub error_code: i16,
    /// The mechanisms that the broker offers here, to choose another one.
    pub mechanisms: Vec<&'a str>,
}
