//! AddRaftVoter (80): DOC
//!
//! DOC versions

use crate::types::Uuid;
use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 80, versions = 0..=1, flexible = 0..)]
pub struct AddRaftVoterRequest<'a> {
    /// DOC
    #[field(nullable)]
    pub cluster_id: Option<&'a str>,
    /// DOC
    pub timeout_ms: i32,
    /// DOC
    pub voter_id: i32,
    /// DOC
    pub voter_directory_id: Uuid,
    /// DOC
    pub listeners: Vec<Listener<'a>>,
    /// DOC
    #[field(versions = 1.., default = true)]
    pub ack_when_committed: bool,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct Listener<'a> {
    /// DOC
    pub name: &'a str,
    /// DOC
    pub host: &'a str,
    /// DOC
    pub port: u16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 80, versions = 0..=1, flexible = 0..)]
pub struct AddRaftVoterResponse<'a> {
    /// DOC
    pub throttle_time_ms: i32,
    /// DOC
    pub error_code: i16,
    /// DOC
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
