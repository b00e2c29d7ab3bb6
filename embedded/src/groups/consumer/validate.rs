//! What a ConsumerGroupHeartbeat has to look like, and which epochs are taken from whom.

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::consumer_group_heartbeat::ConsumerGroupHeartbeatRequest;

use super::{ConsumerGroup, ConsumerMember, Refusal, refuse};
use crate::groups::assignor::{Assignor, Target};
use crate::groups::settings::GroupSettings;
use crate::pattern;

pub(super) const LEAVE: i32 = -1;
pub(super) const LEAVE_STATIC: i32 = -2;

type Request<'a> = ConsumerGroupHeartbeatRequest<'a>;

/// Refuses what contradicts itself, before any group is looked at.
pub(super) fn request(
    request: &Request<'_>,
    version: i16,
    settings: &GroupSettings,
) -> Result<Option<Assignor>, Refusal> {
    let invalid = |message: &str| refuse(ErrorCode::INVALID_REQUEST, message);
    if request.group_id.is_empty() {
        return invalid("GroupId can't be empty.");
    }
    if request.instance_id == Some("") {
        return invalid("InstanceId can't be empty.");
    }
    if request.rack_id == Some("") {
        return invalid("RackId can't be empty.");
    }
    // KIP-1082: from version 1 on the client makes the id.
    if request.member_id.is_empty() && (version >= 1 || request.member_epoch != 0) {
        return invalid("MemberId can't be empty.");
    }
    match request.member_epoch {
        0 => joining(request)?,
        1.. | LEAVE => {}
        LEAVE_STATIC if request.instance_id.is_none() => {
            return invalid("InstanceId can't be null.");
        }
        LEAVE_STATIC => {}
        _ => return invalid("MemberEpoch is invalid."),
    }
    regex(request)?;
    assignor(request, settings)
}

fn joining(request: &Request<'_>) -> Result<(), Refusal> {
    let invalid = |message: &str| refuse(ErrorCode::INVALID_REQUEST, message);
    if request.rebalance_timeout_ms == -1 {
        return invalid("RebalanceTimeoutMs must be provided in first request.");
    }
    if request
        .topic_partitions
        .as_ref()
        .is_none_or(|held| !held.is_empty())
    {
        return invalid("TopicPartitions must be empty when (re-)joining.");
    }
    // An empty list, or an empty pattern, will do: a member may subscribe to nothing.
    if request.subscribed_topic_names.is_none() && request.subscribed_topic_regex.is_none() {
        return invalid(
            "Either SubscribedTopicNames or SubscribedTopicRegex must be non-empty when (re-)joining.",
        );
    }
    Ok(())
}

fn regex(request: &Request<'_>) -> Result<(), Refusal> {
    match request
        .subscribed_topic_regex
        .filter(|pattern| !pattern.is_empty())
        .map(pattern::whole)
    {
        Some(Err(fault)) => refuse(
            ErrorCode::INVALID_REGULAR_EXPRESSION,
            format!("SubscribedTopicRegex is not a valid regular expression: {fault}."),
        ),
        _ => Ok(()),
    }
}

fn assignor(request: &Request<'_>, settings: &GroupSettings) -> Result<Option<Assignor>, Refusal> {
    let Some(name) = request.server_assignor else {
        return Ok(None);
    };
    let known = settings.consumer_assignors.iter().copied();
    match known.clone().find(|assignor| assignor.name() == name) {
        Some(assignor) => Ok(Some(assignor)),
        None => {
            let names: Vec<&str> = known.map(Assignor::name).collect();
            refuse(
                ErrorCode::UNSUPPORTED_ASSIGNOR,
                format!(
                    "ServerAssignor {name} is not supported. Supported assignors: {}.",
                    names.join(", ")
                ),
            )
        }
    }
}

/// A member must name its epoch. The one before is taken where the answer that raised it may have been lost, which
/// shows in that the member holds nothing beyond what it was given.
pub(super) fn epoch(
    member: &ConsumerMember,
    received: i32,
    held: Option<&Target>,
) -> Result<(), Refusal> {
    let lost_answer =
        received == member.previous_epoch && held.is_some_and(|held| member.has_all_of(held));
    if received == member.epoch || received < member.epoch && lost_answer {
        return Ok(());
    }
    let word = if received > member.epoch {
        "greater"
    } else {
        "smaller"
    };
    refuse(
        ErrorCode::FENCED_MEMBER_EPOCH,
        format!(
            "The consumer group member has a {word} member epoch ({received}) than the one known by the group \
             coordinator ({}). The member must abandon all its partitions and rejoin.",
            member.epoch
        ),
    )
}

impl ConsumerGroup {
    /// The member that has this static name, if it is the one that asks.
    pub(super) fn static_member(
        &self,
        instance_id: &str,
        member_id: &str,
    ) -> Result<String, Refusal> {
        let Some(owner) = self.statics.get(instance_id) else {
            return refuse(
                ErrorCode::UNKNOWN_MEMBER_ID,
                format!("Instance id {instance_id} is unknown."),
            );
        };
        if owner != member_id {
            return refuse(
                ErrorCode::FENCED_INSTANCE_ID,
                format!(
                    "Static member {member_id} with instance id {instance_id} was fenced by member {owner}."
                ),
            );
        }
        Ok(owner.clone())
    }

    pub(super) fn known_member(
        &self,
        group_id: &str,
        member_id: &str,
    ) -> Result<&ConsumerMember, Refusal> {
        match self.members.get(member_id) {
            Some(member) => Ok(member),
            None => refuse(
                ErrorCode::UNKNOWN_MEMBER_ID,
                format!("Member {member_id} is not a member of group {group_id}."),
            ),
        }
    }

    pub(super) fn has_room(
        &self,
        settings: &GroupSettings,
        member_id: &str,
    ) -> Result<(), Refusal> {
        let max = settings.consumer_max_size;
        if self.members.len() < max || self.members.contains_key(member_id) {
            return Ok(());
        }
        refuse(
            ErrorCode::GROUP_MAX_SIZE_REACHED,
            format!("The consumer group has reached its maximum capacity of {max} members."),
        )
    }
}
