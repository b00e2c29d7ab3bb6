//! RemoveRaftVoter (81): takes a controller out of the voters of the metadata quorum (KIP-853).
//!
//! Sent by administrators (brokers forward it to the leader). A leader that removes itself resigns
//! when the change is committed. Expect VOTER_NOT_FOUND, UNSUPPORTED_VERSION while `kraft.version`
//! is 0, REQUEST_TIMED_OUT while another change is under way: try again.

use crate::types::Uuid;
use crate::{Message, UnknownTaggedFields};

/// Asks the leader of the metadata quorum to drop a voter.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 81, versions = 0..=0, flexible = 0..)]
pub struct RemoveRaftVoterRequest<'a> {
    /// The cluster that is meant; null: don't check. Another: INCONSISTENT_CLUSTER_ID.
    #[field(nullable)]
    pub cluster_id: Option<&'a str>,
    /// The voter's node id.
    pub voter_id: i32,
    /// The voter's log directory, which tells it from one with the same node id and another disk.
    pub voter_directory_id: Uuid,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Says whether the voter is out.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 81, versions = 0..=0, flexible = 0..)]
pub struct RemoveRaftVoterResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// 0, or why it isn't.
    pub error_code: i16,
    /// The broker's words on that.
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
