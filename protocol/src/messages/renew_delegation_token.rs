//! RenewDelegationToken (39): lets a delegation token live longer.
//!
//! The owner and the renewers may, while it lives: else DELEGATION_TOKEN_OWNER_MISMATCH or
//! DELEGATION_TOKEN_EXPIRED (KIP-48). Not over a connection that logged in by a token. Versions: 2
//! is flexible.

use crate::wire::secret::Secret;
use crate::{Message, UnknownTaggedFields};

/// Asks for a later end of a token.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 39, versions = 1..=2, flexible = 2.., response_owned)]
pub struct RenewDelegationTokenRequest<'a> {
    /// The token's HMAC, by which it is found.
    pub hmac: Secret<&'a [u8]>,
    /// How long it shall live from now on, in milliseconds; 0 or less: as the cluster is set up,
    /// which is also the most it can be.
    pub renew_period_ms: i64,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The token's new end.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 39, versions = 1..=2, flexible = 2..)]
pub struct RenewDelegationTokenResponse {
    /// 0, or why the token isn't renewed.
    pub error_code: i16,
    /// When it expires now, in milliseconds since the epoch; never after its greatest age.
    pub expiry_timestamp_ms: i64,
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
