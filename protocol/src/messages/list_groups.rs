//! ListGroups (16): the groups that one broker coordinates.
//!
//! Ask every broker for the whole list. Versions: 4 filters by state, 5 by type.

use crate::{Message, UnknownTaggedFields};

/// Asks one broker for the groups that it coordinates.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 16, versions = 0..=5, flexible = 3..)]
pub struct ListGroupsRequest<'a> {
    /// Only groups in these states; empty: all.
    #[field(versions = 4..)]
    pub states_filter: Vec<&'a str>,
    /// Only groups of these types (`classic`, `consumer`, …); empty: all.
    #[field(versions = 5..)]
    pub types_filter: Vec<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The groups.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 16, versions = 0..=5, flexible = 3..)]
pub struct ListGroupsResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    #[field(versions = 1.., ignorable)]
    pub throttle_time_ms: i32,
    /// 0, or why the list is empty or not whole.
    pub error_code: i16,
    /// One entry a group.
    pub groups: Vec<ListedGroup<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// One group.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct ListedGroup<'a> {
    /// The group.
    pub group_id: &'a str,
    /// The kind of group; empty for one that only stores offsets.
    pub protocol_type: &'a str,
    /// Its state, such as `Stable`.
    #[field(versions = 4.., ignorable)]
    pub group_state: &'a str,
    /// Its type: `classic`, `consumer`, ….
    #[field(versions = 5.., ignorable)]
    pub group_type: &'a str,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
