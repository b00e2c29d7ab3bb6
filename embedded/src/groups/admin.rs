//! What administrators ask: which groups there are, what they look like, and to be rid of them.

#![deny(clippy::disallowed_methods)]

use std::collections::BTreeSet;

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::consumer_group_describe::{
    self, ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse,
};
use ottla_protocol::messages::delete_groups::{
    DeletableGroupResult, DeleteGroupsRequest, DeleteGroupsResponse,
};
use ottla_protocol::messages::describe_groups::{
    DescribeGroupsRequest, DescribeGroupsResponse, DescribedGroup, DescribedGroupMember,
};
use ottla_protocol::messages::list_groups::{ListGroupsRequest, ListGroupsResponse, ListedGroup};

use super::classic::{CONSUMER, ClassicGroup, ClassicState};
use super::topics::TopicView;
use super::{Groups, Kind};

impl Groups {
    /// ListGroups, of those groups that the asked broker coordinates.
    pub fn list_groups<'a>(
        &'a self,
        request: &ListGroupsRequest<'_>,
        mut coordinates: impl FnMut(&str) -> bool,
    ) -> ListGroupsResponse<'a> {
        let groups = self.groups.iter().map(|(id, group)| ListedGroup {
            group_id: id,
            protocol_type: group.protocol_type(),
            group_state: group.state_name(),
            group_type: group.type_name(),
            ..ListedGroup::default()
        });
        ListGroupsResponse {
            groups: groups
                .filter(|group| {
                    any_or_named(&request.states_filter, group.group_state)
                        && any_or_named(&request.types_filter, group.group_type)
                })
                .filter(|group| coordinates(group.group_id))
                .collect(),
            ..ListGroupsResponse::default()
        }
    }

    /// DescribeGroups: classic groups.
    #[must_use]
    pub fn describe_groups<'a>(
        &'a self,
        version: i16,
        request: &DescribeGroupsRequest<'a>,
    ) -> DescribeGroupsResponse<'a> {
        let groups = request.groups.iter().map(|&id| match self.groups.get(id) {
            Some(Kind::Classic(group)) => describe(id, group),
            found => not_classic(version, id, found.is_some()),
        });
        DescribeGroupsResponse {
            groups: groups.collect(),
            ..DescribeGroupsResponse::default()
        }
    }

    /// ConsumerGroupDescribe.
    #[must_use]
    pub fn consumer_group_describe<'a>(
        &'a self,
        topics: &'a dyn TopicView,
        request: &ConsumerGroupDescribeRequest<'a>,
    ) -> ConsumerGroupDescribeResponse<'a> {
        let groups = request
            .group_ids
            .iter()
            .map(|&id| match self.groups.get(id) {
                Some(Kind::Consumer(group)) => group.describe(id, self.settings_of(id), topics),
                found => consumer_group_describe::DescribedGroup {
                    error_code: match id {
                        "" => ErrorCode::INVALID_GROUP_ID.code(),
                        _ => ErrorCode::GROUP_ID_NOT_FOUND.code(),
                    },
                    error_message: match (id, found) {
                        ("", _) => None,
                        (_, Some(_)) => Some("Group is not a consumer group."),
                        (_, None) => Some("Group not found."),
                    },
                    group_id: id,
                    group_state: "",
                    ..consumer_group_describe::DescribedGroup::default()
                },
            });
        ConsumerGroupDescribeResponse {
            groups: groups.collect(),
            ..ConsumerGroupDescribeResponse::default()
        }
    }

    /// DeleteGroups.
    pub fn delete_groups<'r>(
        &mut self,
        request: &DeleteGroupsRequest<'r>,
    ) -> DeleteGroupsResponse<'r> {
        let mut seen = BTreeSet::new();
        let results = request
            .groups_names
            .iter()
            .filter(|group_id| seen.insert(**group_id))
            .map(|&group_id| DeletableGroupResult {
                group_id,
                error_code: self.delete_group(group_id).code(),
                ..DeletableGroupResult::default()
            });
        DeleteGroupsResponse {
            results: results.collect(),
            ..DeleteGroupsResponse::default()
        }
    }

    /// One group of a DeleteGroups.
    pub fn delete_group(&mut self, group_id: &str) -> ErrorCode {
        match self.groups.get(group_id) {
            None => ErrorCode::GROUP_ID_NOT_FOUND,
            Some(group) if !group.is_empty() => ErrorCode::NON_EMPTY_GROUP,
            Some(_) => {
                self.groups.remove(group_id);
                self.offsets.remove_group(group_id);
                self.touch(group_id);
                ErrorCode::NONE
            }
        }
    }
}

/// Kafka compares without regard to case.
fn any_or_named(filter: &[&str], name: &str) -> bool {
    filter.is_empty()
        || filter
            .iter()
            .any(|wanted| wanted.eq_ignore_ascii_case(name))
}

fn describe<'a>(id: &'a str, group: &'a ClassicGroup) -> DescribedGroup<'a> {
    let protocol = group
        .protocol
        .as_deref()
        .filter(|_| group.state == ClassicState::Stable);
    let members = group
        .members
        .iter()
        .map(|(id, member)| DescribedGroupMember {
            member_id: id,
            group_instance_id: member.instance_id.as_deref(),
            client_id: &member.client_id,
            client_host: &member.client_host,
            member_metadata: protocol
                .and_then(|name| member.metadata(name))
                .unwrap_or_default(),
            member_assignment: &member.assignment,
            ..DescribedGroupMember::default()
        });
    DescribedGroup {
        group_id: id,
        group_state: group.state.name(),
        protocol_type: group.protocol_type.as_deref().unwrap_or_default(),
        protocol_data: protocol.unwrap_or_default(),
        members: members.collect(),
        ..DescribedGroup::default()
    }
}

fn not_classic(version: i16, group_id: &str, exists: bool) -> DescribedGroup<'_> {
    let error = if version >= 6 {
        ErrorCode::GROUP_ID_NOT_FOUND
    } else {
        ErrorCode::NONE
    };
    DescribedGroup {
        error_code: error.code(),
        error_message: (version >= 6).then_some(if exists {
            "Group is not a classic group."
        } else {
            "Group not found."
        }),
        group_id,
        group_state: "Dead",
        ..DescribedGroup::default()
    }
}

impl Kind {
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Classic(group) => group.is_empty(),
            Self::Consumer(group) => group.members.is_empty(),
        }
    }

    pub(super) fn is_subscribed_to(&self, topic: &str) -> bool {
        match self {
            Self::Classic(group) => group.is_subscribed_to(topic),
            Self::Consumer(group) => group.is_subscribed_to(topic),
        }
    }

    fn protocol_type(&self) -> &str {
        match self {
            Self::Classic(group) => group.protocol_type.as_deref().unwrap_or_default(),
            Self::Consumer(_) => CONSUMER,
        }
    }

    fn state_name(&self) -> &'static str {
        match self {
            Self::Classic(group) => group.state.name(),
            Self::Consumer(group) => group.state_name(),
        }
    }

    fn type_name(&self) -> &'static str {
        match self {
            Self::Classic(_) => "classic",
            Self::Consumer(_) => "consumer",
        }
    }
}
