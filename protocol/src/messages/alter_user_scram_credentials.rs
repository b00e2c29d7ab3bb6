//! AlterUserScramCredentials (51): DOC
//!
//! DOC versions

use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 51, versions = 0..=0, flexible = 0..)]
pub struct AlterUserScramCredentialsRequest<'a> {
    /// DOC
    pub deletions: Vec<ScramCredentialDeletion<'a>>,
    /// DOC
    pub upsertions: Vec<ScramCredentialUpsertion<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct ScramCredentialDeletion<'a> {
    /// DOC
    pub name: &'a str,
    /// DOC
    pub mechanism: i8,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct ScramCredentialUpsertion<'a> {
    /// DOC
    pub name: &'a str,
    /// DOC
    pub mechanism: i8,
    /// DOC
    pub iterations: i32,
    /// DOC
    pub salt: &'a [u8],
    /// DOC
    pub salted_password: &'a [u8],
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 51, versions = 0..=0, flexible = 0..)]
pub struct AlterUserScramCredentialsResponse<'a> {
    /// DOC
    pub throttle_time_ms: i32,
    /// DOC
    pub results: Vec<AlterUserScramCredentialsResult<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AlterUserScramCredentialsResult<'a> {
    /// DOC
    pub user: &'a str,
    /// DOC
    pub error_code: i16,
    /// DOC
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
