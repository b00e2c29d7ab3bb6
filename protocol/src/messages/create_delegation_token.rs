//! CreateDelegationToken (38): makes a token by which others log in in a user's name.
//!
//! The token logs in by SCRAM: its id is the user name, its HMAC in base64 the password (KIP-48).
//! Only over a connection that proved who asks, and not by a token: else
//! DELEGATION_TOKEN_REQUEST_NOT_ALLOWED; without the brokers' secret key:
//! DELEGATION_TOKEN_AUTH_DISABLED. Versions: 2 is flexible, 3 makes tokens for other users
//! (KIP-373).

use crate::wire::secret::Secret;
use crate::{Message, UnknownTaggedFields};

/// Asks for a new token.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 38, versions = 1..=3, flexible = 2..)]
pub struct CreateDelegationTokenRequest<'a> {
    /// Kind of the principal that the token stands for, `User`; null: whoever asks.
    #[field(versions = 3.., nullable = 3..)]
    pub owner_principal_type: Option<&'a str>,
    /// Name of the principal that the token stands for; null or empty: whoever asks. Another one
    /// needs CREATE_TOKENS on that user.
    #[field(versions = 3.., nullable = 3..)]
    pub owner_principal_name: Option<&'a str>,
    /// Who else may renew and expire it.
    pub renewers: Vec<CreatableRenewers<'a>>,
    /// How long it lives even if renewed, in milliseconds; 0 or less: as the cluster is set up,
    /// which is also the most it can be.
    pub max_lifetime_ms: i64,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Somebody who may renew the token.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct CreatableRenewers<'a> {
    /// Kind of principal; only `User` is taken.
    pub principal_type: &'a str,
    /// The principal's name.
    pub principal_name: &'a str,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The new token.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 38, versions = 1..=3, flexible = 2..)]
pub struct CreateDelegationTokenResponse<'a> {
    /// 0, or why there is no token.
    pub error_code: i16,
    /// Kind of the principal that the token stands for.
    pub principal_type: &'a str,
    /// Name of the principal that the token stands for.
    pub principal_name: &'a str,
    /// Kind of the principal that asked for it.
    #[field(versions = 3..)]
    pub token_requester_principal_type: &'a str,
    /// Name of the principal that asked for it.
    #[field(versions = 3..)]
    pub token_requester_principal_name: &'a str,
    /// When it was made, in milliseconds since the epoch.
    pub issue_timestamp_ms: i64,
    /// When it expires unless renewed, in milliseconds since the epoch.
    pub expiry_timestamp_ms: i64,
    /// When it expires even if renewed, in milliseconds since the epoch.
    pub max_timestamp_ms: i64,
    /// The token's id, a user name for SCRAM.
    pub token_id: &'a str,
    /// The token's HMAC, the secret part.
    pub hmac: Secret<&'a [u8]>,
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
