//! UpdateRaftVoter (82): DOC
//!
//! DOC versions

use crate::types::Uuid;
use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 82, versions = 0..=0, flexible = 0..)]
pub struct UpdateRaftVoterRequest<'a> {
    /// DOC
    #[field(nullable)]
    pub cluster_id: Option<&'a str>,
    /// DOC
    pub current_leader_epoch: i32,
    /// DOC
    pub voter_id: i32,
    /// DOC
    pub voter_directory_id: Uuid,
    /// DOC
    pub listeners: Vec<Listener<'a>>,
    /// DOC
    pub k_raft_version_feature: KRaftVersionFeature,
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
pub struct KRaftVersionFeature {
    /// DOC
    pub min_supported_version: i16,
    /// DOC
    pub max_supported_version: i16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 82, versions = 0..=0, flexible = 0..)]
pub struct UpdateRaftVoterResponse<'a> {
    /// DOC
    pub throttle_time_ms: i32,
    /// DOC
    pub error_code: i16,
    /// DOC
    #[field(tag = 0)]
    pub current_leader: CurrentLeader<'a>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct CurrentLeader<'a> {
    /// DOC
    #[field(default = -1)]
    pub leader_id: i32,
    /// DOC
    #[field(default = -1)]
    pub leader_epoch: i32,
    /// DOC
    pub host: &'a str,
    /// DOC
    pub port: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
