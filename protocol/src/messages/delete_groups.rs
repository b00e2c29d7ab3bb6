//! DeleteGroups (42): deletes groups and their committed offsets.

use crate::{Message, UnknownTaggedFields};

/// Asks the coordinator of groups for their end; only empty ones go.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 42, versions = 0..=2, flexible = 2..)]
pub struct DeleteGroupsRequest<'a> {
    /// The groups.
    pub groups_names: Vec<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 42, versions = 0..=2, flexible = 2..)]
pub struct DeleteGroupsResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// One entry a group.
    pub results: Vec<DeletableGroupResult<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened to one group.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DeletableGroupResult<'a> {
    /// The group.
    pub group_id: &'a str,
    /// 0, or why it still is there: NON_EMPTY_GROUP, GROUP_ID_NOT_FOUND.
    pub error_code: i16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
