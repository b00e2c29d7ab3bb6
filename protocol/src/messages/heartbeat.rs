//! Heartbeat (12): says that a member of a classic group is alive, and asks whether its generation
//! still is.
//!
//! Versions: 3 has static members.

use crate::{Message, UnknownTaggedFields};

/// Tells a group's coordinator that a member is alive.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 12, versions = 0..=4, flexible = 4.., response_owned)]
pub struct HeartbeatRequest<'a> {
    /// The group.
    pub group_id: &'a str,
    /// The member's generation.
    pub generation_id: i32,
    /// The member.
    pub member_id: &'a str,
    /// The static member's name (KIP-345).
    #[field(versions = 3.., nullable = 3..)]
    pub group_instance_id: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Says whether the generation goes on.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 12, versions = 0..=4, flexible = 4..)]
pub struct HeartbeatResponse {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    #[field(versions = 1.., ignorable)]
    pub throttle_time_ms: i32,
    /// 0: go on. REBALANCE_IN_PROGRESS: join again, the assignment still holds until then.
    pub error_code: i16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
