//! DescribeGroups (15): state and members of classic groups.
//!
//! Versions: 4 tells static members, 6 says GROUP_ID_NOT_FOUND, also for groups of the consumer
//! protocol; before that unknown groups are `Dead`, without an error.

use crate::{Message, UnknownTaggedFields};

/// Asks the coordinator of groups about them.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 15, versions = 0..=6, flexible = 5..)]
pub struct DescribeGroupsRequest<'a> {
    /// The groups.
    pub groups: Vec<&'a str>,
    /// Whether to tell what the asker may do with each.
    #[field(versions = 3..)]
    pub include_authorized_operations: bool,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The groups.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 15, versions = 0..=6, flexible = 5..)]
pub struct DescribeGroupsResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    #[field(versions = 1.., ignorable)]
    pub throttle_time_ms: i32,
    /// One entry a group.
    pub groups: Vec<DescribedGroup<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// One group.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribedGroup<'a> {
    /// 0, or why there is nothing to say.
    pub error_code: i16,
    /// The broker's words on that.
    #[field(versions = 6.., nullable = 6..)]
    pub error_message: Option<&'a str>,
    /// The group.
    pub group_id: &'a str,
    /// `Empty`, `PreparingRebalance`, `CompletingRebalance`, `Stable` or `Dead`.
    pub group_state: &'a str,
    /// The kind of group; empty for one that only stores offsets.
    pub protocol_type: &'a str,
    /// The assignor, while `Stable`.
    pub protocol_data: &'a str,
    /// Its members.
    pub members: Vec<DescribedGroupMember<'a>>,
    /// Bits of what the asker may do with the group; the default says: not asked.
    #[field(versions = 3.., default = i32::MIN)]
    pub authorized_operations: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// One member.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribedGroupMember<'a> {
    /// The member.
    pub member_id: &'a str,
    /// The static member's name (KIP-345).
    #[field(versions = 4.., nullable = 4.., ignorable)]
    pub group_instance_id: Option<&'a str>,
    /// Its client id.
    pub client_id: &'a str,
    /// The address that it comes from.
    pub client_host: &'a str,
    /// Its subscription, while `Stable`: see
    /// [`ConsumerProtocolSubscription`](crate::payload::ConsumerProtocolSubscription).
    pub member_metadata: &'a [u8],
    /// What it consumes, while `Stable`: see
    /// [`ConsumerProtocolAssignment`](crate::payload::ConsumerProtocolAssignment).
    pub member_assignment: &'a [u8],
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
