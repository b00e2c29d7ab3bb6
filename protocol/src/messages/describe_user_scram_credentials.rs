//! DescribeUserScramCredentials (50): tells which users can log in by SCRAM, without their secrets.
//!
//! Needs DESCRIBE on the cluster (KIP-554).

use crate::{Message, UnknownTaggedFields};

/// Asks for users' credentials.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 50, versions = 0..=0, flexible = 0..)]
pub struct DescribeUserScramCredentialsRequest<'a> {
    /// The users; null or empty: all.
    #[field(nullable)]
    pub users: Option<Vec<UserName<'a>>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// A user.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct UserName<'a> {
    /// The user's name.
    pub name: &'a str,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The users' credentials.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 50, versions = 0..=0, flexible = 0..)]
pub struct DescribeUserScramCredentialsResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// 0, or why the whole request failed.
    pub error_code: i16,
    /// The broker's words on that.
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// The credentials, one entry a user.
    pub results: Vec<DescribeUserScramCredentialsResult<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The credentials of one user.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribeUserScramCredentialsResult<'a> {
    /// The user's name.
    pub user: &'a str,
    /// 0, RESOURCE_NOT_FOUND if the user has none, or DUPLICATE_RESOURCE if asked for twice.
    pub error_code: i16,
    /// The broker's words on that.
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// The credentials, at most one a mechanism.
    pub credential_infos: Vec<CredentialInfo>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// One credential.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct CredentialInfo {
    /// 1 SCRAM-SHA-256, 2 SCRAM-SHA-512, 0 unknown.
    pub mechanism: i8,
    /// How often the password is hashed.
    pub iterations: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
