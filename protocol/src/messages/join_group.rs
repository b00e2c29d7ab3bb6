//! JoinGroup (11): enters a classic group, or a new generation of it.
//!
//! The answer is held back until all members have come or the rebalance time-out has passed.
//! Versions: 1 has the rebalance time-out, 4 refuses the first request with MEMBER_ID_REQUIRED and
//! an id to come back with (KIP-394), 5 has static members, 8 a reason, 9 can spare the leader the
//! assignment.

use crate::{Message, UnknownTaggedFields};

/// Asks a group's coordinator to let a member in.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 11, versions = 0..=9, flexible = 6..)]
pub struct JoinGroupRequest<'a> {
    /// The group.
    pub group_id: &'a str,
    /// After this time without a heartbeat the member is thrown out, in milliseconds.
    pub session_timeout_ms: i32,
    /// How long the others may take to come back, in milliseconds; -1: as the session time-out.
    #[field(versions = 1.., default = -1, ignorable)]
    pub rebalance_timeout_ms: i32,
    /// The member; empty: new.
    pub member_id: &'a str,
    /// The static member's name (KIP-345).
    #[field(versions = 5.., nullable = 5..)]
    pub group_instance_id: Option<&'a str>,
    /// What kind of group: `consumer`; Connect has its own.
    pub protocol_type: &'a str,
    /// The assignors that the member knows, best first; the group takes one that all know.
    pub protocols: Vec<JoinGroupRequestProtocol<'a>>,
    /// Why it joins, for the broker's log (KIP-800).
    #[field(versions = 8.., nullable = 8.., ignorable)]
    pub reason: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// An assignor that the member knows.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct JoinGroupRequestProtocol<'a> {
    /// Its name, such as `range`.
    pub name: &'a str,
    /// The member's subscription for it: see
    /// [`ConsumerProtocolSubscription`](crate::payload::ConsumerProtocolSubscription).
    pub metadata: &'a [u8],
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The new generation, from one member's sight.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 11, versions = 0..=9, flexible = 6..)]
pub struct JoinGroupResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    #[field(versions = 2.., ignorable)]
    pub throttle_time_ms: i32,
    /// 0, or why the member isn't in.
    pub error_code: i16,
    /// The generation's number; -1 with an error.
    #[field(default = -1)]
    pub generation_id: i32,
    /// The kind of group.
    #[field(versions = 7.., nullable = 7.., ignorable)]
    pub protocol_type: Option<&'a str>,
    /// The assignor chosen.
    #[field(nullable = 7..)]
    pub protocol_name: Option<&'a str>,
    /// The member that makes the assignment.
    pub leader: &'a str,
    /// Whether the leader shall make none, as the members stay the same (KIP-814).
    #[field(versions = 9..)]
    pub skip_assignment: bool,
    /// The member's id, also with MEMBER_ID_REQUIRED.
    pub member_id: &'a str,
    /// All members with their subscriptions; told to the leader only.
    pub members: Vec<JoinGroupResponseMember<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// One member, as told to the leader.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct JoinGroupResponseMember<'a> {
    /// The member.
    pub member_id: &'a str,
    /// The static member's name (KIP-345).
    #[field(versions = 5.., nullable = 5.., ignorable)]
    pub group_instance_id: Option<&'a str>,
    /// Its subscription for the assignor chosen.
    pub metadata: &'a [u8],
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
