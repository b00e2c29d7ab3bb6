//! From one protocol to the other while members are there (`group.consumer.migration.policy`): the generation becomes the
//! epoch and back, and everybody keeps what it has until it is asked to move.

#![deny(clippy::disallowed_methods)]

use std::time::Duration;

use ottla_protocol::payload::ConsumerProtocolAssignment;

use super::classic::{ClassicGroup, ClassicMember, ClassicState};
use super::consumer::mixed::{by_id, read_subscription, write_assignment};
use super::consumer::{ClassicSide, ConsumerGroup, ConsumerMember, MemberState, without_epochs};
use super::context::Turn;
use super::topics::TopicView;

/// A classic group as a consumer group, or none if the policy, the size or what the members sent forbids it. Joins and
/// syncs that are parked are refused by the caller.
pub(super) fn upgrade(
    turn: &Turn<'_>,
    topics: &dyn TopicView,
    group: &ClassicGroup,
) -> Option<ConsumerGroup> {
    let settings = turn.settings;
    if !settings.migration.upgrades()
        || !group.is_consumer()
        || group.members.len() > settings.consumer_max_size
    {
        return None;
    }
    let mut upgraded = ConsumerGroup {
        epoch: group.generation,
        target_epoch: group.generation,
        ..ConsumerGroup::default()
    };
    for (id, member) in &group.members {
        let member = upgraded_member(turn, topics, group, member)?;
        upgraded
            .targets
            .insert(id.clone(), without_epochs(&member.assigned));
        if let Some(instance_id) = &member.instance_id {
            upgraded.statics.insert(instance_id.clone(), id.clone());
        }
        upgraded.members.insert(id.clone(), member);
    }
    Some(upgraded)
}

fn upgraded_member(
    turn: &Turn<'_>,
    topics: &dyn TopicView,
    group: &ClassicGroup,
    member: &ClassicMember,
) -> Option<ConsumerMember> {
    let protocol = group
        .protocol
        .as_deref()
        .or_else(|| member.protocols.first().map(|(name, _)| name.as_str()))?;
    let subscription = read_subscription(member.metadata(protocol)?).ok()?;
    let assigned = match member.assignment.as_slice() {
        [] => Vec::new(),
        // A custom assignor's words to its members would be lost.
        bytes => {
            let assignment = ConsumerProtocolAssignment::decode(bytes).ok()?;
            if assignment.user_data.is_some_and(|data| !data.is_empty()) {
                return None;
            }
            assignment.assigned_partitions
        }
    };
    let given = |partitions: std::collections::BTreeSet<i32>| {
        partitions
            .into_iter()
            .map(|at| (at, group.generation))
            .collect()
    };
    Some(ConsumerMember {
        instance_id: member.instance_id.clone(),
        rack_id: subscription.rack_id.map(str::to_owned),
        client_id: member.client_id.clone(),
        client_host: member.client_host.clone(),
        rebalance_timeout: member.rebalance_timeout,
        topics: subscription
            .topics
            .iter()
            .map(|&topic| topic.to_owned())
            .collect(),
        epoch: group.generation,
        previous_epoch: group.generation,
        state: MemberState::Stable,
        assigned: by_id(&assigned, topics)
            .into_iter()
            .map(|(topic, of)| (topic, given(of)))
            .collect(),
        session_deadline: Some(turn.after(member.session_timeout)),
        classic: Some(ClassicSide {
            session_timeout: member.session_timeout,
            protocols: member.protocols.clone(),
            ..ClassicSide::default()
        }),
        ..ConsumerMember::default()
    })
}

/// A consumer group whose last member of the consumer protocol has gone, as a classic group that rebalances; none while
/// there is such a member, or if the policy forbids it.
pub(super) fn downgrade(
    turn: &mut Turn<'_>,
    topics: &dyn TopicView,
    group: &ConsumerGroup,
) -> Option<ClassicGroup> {
    let all_classic = group
        .members
        .values()
        .all(|member| member.classic.is_some());
    if group.members.is_empty()
        || !all_classic
        || !turn.settings.migration.downgrades()
        || group.members.len() > turn.settings.max_size
    {
        return None;
    }
    let mut classic = ClassicGroup::new(turn.now);
    classic.state = ClassicState::Stable;
    classic.generation = group.epoch;
    classic.protocol_type = Some(super::classic::CONSUMER.to_owned());
    for (id, member) in &group.members {
        let side = member.classic.as_ref()?;
        if let Some(instance_id) = &member.instance_id {
            classic.statics.insert(instance_id.clone(), id.clone());
        }
        let deadline = turn.after(side.session_timeout);
        classic.members.insert(
            id.clone(),
            downgraded_member(topics, member, side, deadline),
        );
        classic.leader.get_or_insert_with(|| id.clone());
    }
    classic.settle_protocol();
    classic.persist();
    classic.prepare_rebalance(turn);
    Some(classic)
}

fn downgraded_member(
    topics: &dyn TopicView,
    member: &ConsumerMember,
    side: &ClassicSide,
    deadline: Duration,
) -> ClassicMember {
    let subscription = side
        .protocols
        .first()
        .map(|(_, metadata)| metadata.as_slice())
        .unwrap_or_default();
    ClassicMember {
        instance_id: member.instance_id.clone(),
        client_id: member.client_id.clone(),
        client_host: member.client_host.clone(),
        session_timeout: side.session_timeout,
        rebalance_timeout: member.rebalance_timeout,
        protocols: side.protocols.clone(),
        assignment: write_assignment(&without_epochs(&member.assigned), subscription, topics),
        deadline: Some(deadline),
        is_new: false,
        joining: None,
        syncing: None,
    }
}
