//! LeaveGroup (13): takes members out of a classic group.
//!
//! Versions: 3 takes several out at once, 5 has a reason.

use crate::{Message, UnknownTaggedFields};

/// Asks a group's coordinator to let members go at once, not after their session time-out.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 13, versions = 0..=5, flexible = 4..)]
pub struct LeaveGroupRequest<'a> {
    /// The group.
    pub group_id: &'a str,
    /// The member, before version 3.
    #[field(versions = ..=2)]
    pub member_id: &'a str,
    /// The members.
    #[field(versions = 3..)]
    pub members: Vec<MemberIdentity<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// One member that leaves.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct MemberIdentity<'a> {
    /// The member; may be empty for a static one.
    pub member_id: &'a str,
    /// The static member's name (KIP-345).
    #[field(nullable)]
    pub group_instance_id: Option<&'a str>,
    /// Why it leaves, for the broker's log (KIP-800).
    #[field(versions = 5.., nullable = 5.., ignorable)]
    pub reason: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Says who is out.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 13, versions = 0..=5, flexible = 4..)]
pub struct LeaveGroupResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    #[field(versions = 1.., ignorable)]
    pub throttle_time_ms: i32,
    /// 0, or why nobody is; before version 3 also the one member's.
    pub error_code: i16,
    /// What happened, by member.
    #[field(versions = 3..)]
    pub members: Vec<MemberResponse<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened to one member.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct MemberResponse<'a> {
    /// The member.
    pub member_id: &'a str,
    /// The static member's name (KIP-345).
    #[field(nullable)]
    pub group_instance_id: Option<&'a str>,
    /// 0, or why it isn't out.
    pub error_code: i16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
