//! Classic groups: those that JoinGroup and SyncGroup make, of consumers, of Connect or of anything else.

use crate::{Message, UnknownTaggedFields};

/// A classic group, as a key.
#[derive(Clone, Copy, Debug, Eq, Hash, Message, PartialEq)]
pub struct GroupMetadataKey<'a> {
    /// The group.
    pub group: &'a str,
}

/// A generation of a classic group.
///
/// Versions: 1 has rebalance time-outs, 2 the time of the last change, 3 static members (KIP-345), 4 is flexible.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(versions = 0..=4, flexible = 4..)]
pub struct GroupMetadataValue<'a> {
    /// What kind of group: `consumer`, `connect`, or another; empty where a group only ever committed offsets.
    pub protocol_type: &'a str,
    /// The generation's number.
    pub generation: i32,
    /// The assignor that was chosen; null while the group is empty.
    #[field(nullable)]
    pub protocol: Option<&'a str>,
    /// The member that makes the assignment; null while the group is empty.
    #[field(nullable)]
    pub leader: Option<&'a str>,
    /// When the group came into its state, in milliseconds since the epoch; -1 unknown.
    #[field(versions = 2.., default = -1, ignorable)]
    pub current_state_timestamp: i64,
    /// The members.
    pub members: Vec<MemberMetadata<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// A member of a classic group.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct MemberMetadata<'a> {
    /// The member.
    pub member_id: &'a str,
    /// The static member's name (KIP-345).
    #[field(versions = 3.., nullable = 3.., ignorable)]
    pub group_instance_id: Option<&'a str>,
    /// What the member's client calls itself.
    pub client_id: &'a str,
    /// The host that the member's client connects from.
    pub client_host: &'a str,
    /// How long the member may take to come back when the group rebalances, in milliseconds; -1: as the session
    /// time-out.
    #[field(versions = 1.., default = -1, ignorable)]
    pub rebalance_timeout: i32,
    /// After this time without a heartbeat the member is thrown out, in milliseconds.
    pub session_timeout: i32,
    /// What it asked for; of consumers a
    /// [`ConsumerProtocolSubscription`](crate::payload::ConsumerProtocolSubscription).
    pub subscription: &'a [u8],
    /// What it was given; of consumers a [`ConsumerProtocolAssignment`](crate::payload::ConsumerProtocolAssignment).
    pub assignment: &'a [u8],
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
