//! AlterUserScramCredentials (51): sets and removes the passwords of SASL/SCRAM users.
//!
//! One version (KIP-554). The client hashes: the password itself never travels, the salted one
//! does, and whoever has that can log in. Each user is dealt with alone, one may fail while others
//! succeed. A user may stand in a request once, with one mechanism: else DUPLICATE_RESOURCE for
//! that user. Any broker forwards it to the controller.

use crate::wire::secret::Secret;
use crate::{Message, UnknownTaggedFields};

/// Asks to remove and to set credentials of users.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 51, versions = 0..=0, flexible = 0..)]
pub struct AlterUserScramCredentialsRequest<'a> {
    /// What to remove; what isn't there is answered with RESOURCE_NOT_FOUND.
    pub deletions: Vec<ScramCredentialDeletion<'a>>,
    /// What to set, whether the user is new or not.
    pub upsertions: Vec<ScramCredentialUpsertion<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// A credential to remove.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct ScramCredentialDeletion<'a> {
    /// The user.
    pub name: &'a str,
    /// The mechanism: 1 SCRAM-SHA-256, 2 SCRAM-SHA-512. The user's other one stays.
    pub mechanism: i8,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// A credential to set.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct ScramCredentialUpsertion<'a> {
    /// The user; not empty.
    pub name: &'a str,
    /// The mechanism: 1 SCRAM-SHA-256, 2 SCRAM-SHA-512.
    pub mechanism: i8,
    /// How many rounds `salted_password` took: 4096 to 16384, else UNACCEPTABLE_CREDENTIAL.
    pub iterations: i32,
    /// The salt that `salted_password` was made with, random and new.
    pub salt: &'a [u8],
    /// The password run through SCRAM's `Hi` (PBKDF2 with the mechanism's HMAC) with `salt` and
    /// `iterations`. Kafka keeps only keys derived from it.
    pub salted_password: Secret<&'a [u8]>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Says per user whether it is done.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 51, versions = 0..=0, flexible = 0..)]
pub struct AlterUserScramCredentialsResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// One entry a user, in no order.
    pub results: Vec<AlterUserScramCredentialsResult<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened to one user.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AlterUserScramCredentialsResult<'a> {
    /// The user.
    pub user: &'a str,
    /// 0, or why nothing has changed.
    pub error_code: i16,
    /// The broker's words on that.
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
