//! RemoveRaftVoter (81): DOC
//!
//! DOC versions

use crate::types::Uuid;
use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 81, versions = 0..=0, flexible = 0..)]
pub struct RemoveRaftVoterRequest<'a> {
    /// DOC
    #[field(nullable)]
    pub cluster_id: Option<&'a str>,
    /// DOC
    pub voter_id: i32,
    /// DOC
    pub voter_directory_id: Uuid,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 81, versions = 0..=0, flexible = 0..)]
pub struct RemoveRaftVoterResponse<'a> {
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
