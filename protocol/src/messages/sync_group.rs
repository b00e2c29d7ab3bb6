//! SyncGroup (14): hands the leader's assignment to the members of a classic group.
//!
//! The answer is held back until the leader has sent its. Versions: 3 has static members, 5 names
//! the protocol.

use crate::{Message, UnknownTaggedFields};

/// Asks a group's coordinator for the member's assignment; the leader brings everybody's.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 14, versions = 0..=5, flexible = 4..)]
pub struct SyncGroupRequest<'a> {
    /// The group.
    pub group_id: &'a str,
    /// The member's generation.
    pub generation_id: i32,
    /// The member.
    pub member_id: &'a str,
    /// The static member's name (KIP-345).
    #[field(versions = 3.., nullable = 3..)]
    pub group_instance_id: Option<&'a str>,
    /// The kind of group, as joined; the coordinator refuses another.
    #[field(versions = 5.., nullable = 5.., ignorable)]
    pub protocol_type: Option<&'a str>,
    /// The assignor, as joined; the coordinator refuses another.
    #[field(versions = 5.., nullable = 5.., ignorable)]
    pub protocol_name: Option<&'a str>,
    /// Everybody's assignment from the leader; empty from others.
    pub assignments: Vec<SyncGroupRequestAssignment<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// One member's assignment.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct SyncGroupRequestAssignment<'a> {
    /// The member.
    pub member_id: &'a str,
    /// What it shall consume: see
    /// [`ConsumerProtocolAssignment`](crate::payload::ConsumerProtocolAssignment).
    pub assignment: &'a [u8],
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The member's assignment.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 14, versions = 0..=5, flexible = 4..)]
pub struct SyncGroupResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    #[field(versions = 1.., ignorable)]
    pub throttle_time_ms: i32,
    /// 0, or why there is none.
    pub error_code: i16,
    /// The kind of group.
    #[field(versions = 5.., nullable = 5.., ignorable)]
    pub protocol_type: Option<&'a str>,
    /// The assignor.
    #[field(versions = 5.., nullable = 5.., ignorable)]
    pub protocol_name: Option<&'a str>,
    /// What to consume: see
    /// [`ConsumerProtocolAssignment`](crate::payload::ConsumerProtocolAssignment). May be empty:
    /// nothing.
    pub assignment: &'a [u8],
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
