//! AddRaftVoter (80): adds a controller to the voters of the metadata quorum (KIP-853).
//!
//! Sent by administrators (brokers forward it to the leader) or by a controller for itself
//! (KIP-1186). Versions: 1 can answer before the change is committed. The new voter has to be
//! running and have caught up. Expect UNSUPPORTED_VERSION while `kraft.version` is 0,
//! DUPLICATE_VOTER if the node id votes already, REQUEST_TIMED_OUT while another change is under
//! way or the new voter lags: try again.

use crate::types::Uuid;
use crate::{Message, UnknownTaggedFields};

/// Asks the leader of the metadata quorum for a new voter.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 80, versions = 0..=1, flexible = 0..)]
pub struct AddRaftVoterRequest<'a> {
    /// The cluster that is meant; null: don't check. Another: INCONSISTENT_CLUSTER_ID.
    #[field(nullable)]
    pub cluster_id: Option<&'a str>,
    /// How long to wait until it is added, in milliseconds.
    pub timeout_ms: i32,
    /// The voter's node id.
    pub voter_id: i32,
    /// The voter's log directory, which tells it from one with the same node id and another disk.
    pub voter_directory_id: Uuid,
    /// Where the voter listens for the other controllers; their default listener must be among
    /// these.
    pub listeners: Vec<Listener<'a>>,
    /// Whether to answer only when the new voters are committed, not already when the leader has
    /// written them. A controller that adds itself doesn't wait: the commit may need its own
    /// fetches.
    #[field(versions = 1.., default = true)]
    pub ack_when_committed: bool,
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

/// Says whether the voter is added.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 80, versions = 0..=1, flexible = 0..)]
pub struct AddRaftVoterResponse<'a> {
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
