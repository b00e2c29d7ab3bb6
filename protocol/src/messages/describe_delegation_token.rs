//! DescribeDelegationToken (41): lists delegation tokens, their secrets included.
//!
//! Tells one's own tokens, and those that one may renew; others need DESCRIBE on the token or
//! DESCRIBE_TOKENS on its owner, and are left out without it. Not over a connection that logged in
//! by a token. Versions: 2 is flexible, 3 tells who asked for the token (KIP-373).

use crate::wire::secret::Secret;
use crate::{Message, UnknownTaggedFields};

/// Asks for tokens.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 41, versions = 1..=3, flexible = 2..)]
pub struct DescribeDelegationTokenRequest<'a> {
    /// Who owns the tokens or may renew them; null: all that the asker may see; empty: none.
    #[field(nullable)]
    pub owners: Option<Vec<DescribeDelegationTokenOwner<'a>>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// A principal that owns tokens or may renew them.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribeDelegationTokenOwner<'a> {
    /// Kind of principal, `User`.
    pub principal_type: &'a str,
    /// The principal's name.
    pub principal_name: &'a str,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The tokens.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 41, versions = 1..=3, flexible = 2..)]
pub struct DescribeDelegationTokenResponse<'a> {
    /// 0, or why there are no tokens.
    pub error_code: i16,
    /// The tokens.
    pub tokens: Vec<DescribedDelegationToken<'a>>,
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// One token.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribedDelegationToken<'a> {
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
    pub issue_timestamp: i64,
    /// When it expires unless renewed, in milliseconds since the epoch.
    pub expiry_timestamp: i64,
    /// When it expires even if renewed, in milliseconds since the epoch.
    pub max_timestamp: i64,
    /// The token's id, a user name for SCRAM.
    pub token_id: &'a str,
    /// The token's HMAC, the secret part.
    pub hmac: Secret<&'a [u8]>,
    /// Who else may renew and expire it.
    pub renewers: Vec<DescribedDelegationTokenRenewer<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Somebody who may renew the token.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribedDelegationTokenRenewer<'a> {
    /// Kind of principal.
    pub principal_type: &'a str,
    /// The principal's name.
    pub principal_name: &'a str,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
