//! UpdateRaftVoter (82): tells the metadata quorum of a voter's new endpoints or versions
//! (KIP-853).
//!
//! A voter sends it to the leader after a restart, when what the quorum has about it is old. Expect
//! INVALID_REQUEST if the voter doesn't support the quorum's `kraft.version` or lacks the default
//! listener, FENCED_LEADER_EPOCH or NOT_LEADER_OR_FOLLOWER after an election.

use crate::types::Uuid;
use crate::{Message, UnknownTaggedFields};

/// Tells the leader of the metadata quorum how a voter is reached and what it supports.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 82, versions = 0..=0, flexible = 0..)]
pub struct UpdateRaftVoterRequest<'a> {
    /// The cluster that is meant; null: don't check. Another: INCONSISTENT_CLUSTER_ID.
    #[field(nullable)]
    pub cluster_id: Option<&'a str>,
    /// The leader epoch that the voter knows, to be fenced if it is old; -1 unknown.
    pub current_leader_epoch: i32,
    /// The voter's node id.
    pub voter_id: i32,
    /// The voter's log directory, which tells it from one with the same node id and another disk.
    pub voter_directory_id: Uuid,
    /// Where the voter listens for the other controllers; their default listener must be among
    /// these.
    pub listeners: Vec<Listener<'a>>,
    /// The levels of `kraft.version` that the voter supports.
    pub k_raft_version_feature: KRaftVersionFeature,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// One listener.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct Listener<'a> {
    /// The listener's name, such as `CONTROLLER`.
    pub name: &'a str,
    /// Its host name.
    pub host: &'a str,
    /// Its port.
    pub port: u16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// A range of levels of `kraft.version`.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct KRaftVersionFeature {
    /// The lowest level that the voter supports.
    pub min_supported_version: i16,
    /// The highest.
    pub max_supported_version: i16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Says whether the quorum knows it now.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 82, versions = 0..=0, flexible = 0..)]
pub struct UpdateRaftVoterResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// 0, or why it doesn't.
    pub error_code: i16,
    /// Who leads the quorum now.
    #[field(tag = 0)]
    pub current_leader: CurrentLeader<'a>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The leader that a controller knows of.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct CurrentLeader<'a> {
    /// The leader; -1 unknown.
    #[field(default = -1)]
    pub leader_id: i32,
    /// The leader's epoch; -1 unknown.
    #[field(default = -1)]
    pub leader_epoch: i32,
    /// Its host name.
    pub host: &'a str,
    /// Its port.
    pub port: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
