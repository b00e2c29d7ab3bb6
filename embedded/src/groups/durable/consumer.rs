//! Groups of the consumer protocol: a record for the group, and three for each member.

use ottla_protocol::EncodeError;
use ottla_protocol::payload::InTag;
use ottla_protocol::payload::offsets_log::consumer_group::{
    ClassicMemberMetadata, ClassicProtocol, ConsumerGroupCurrentMemberAssignmentValue,
    ConsumerGroupMemberMetadataValue,
};
use ottla_protocol::payload::offsets_log::{Key, Value};

use super::{
    ConsumerGroupMetadataValue, ConsumerGroupTargetAssignmentMemberValue,
    ConsumerGroupTargetAssignmentMetadataValue, GroupKey, Log, MemberKey, current_partitions,
    owned, target_partitions,
};
use crate::groups::Groups;
use crate::groups::assignor::Assignor;
use crate::groups::consumer::{ClassicSide, ConsumerGroup, ConsumerMember, MemberState};
use crate::groups::context::{as_millis, millis};

pub(super) fn write(
    out: &mut Log,
    group_id: &str,
    group: &ConsumerGroup,
) -> Result<(), EncodeError> {
    let key = GroupKey { group_id };
    let metadata = ConsumerGroupMetadataValue {
        epoch: group.epoch,
        metadata_hash: group.metadata_hash,
        ..ConsumerGroupMetadataValue::default()
    };
    out.push(
        Key::ConsumerGroupMetadata(key),
        &Value::ConsumerGroupMetadata(metadata),
        0,
    )?;
    let target = ConsumerGroupTargetAssignmentMetadataValue {
        assignment_epoch: group.target_epoch,
        ..ConsumerGroupTargetAssignmentMetadataValue::default()
    };
    out.push(
        Key::ConsumerGroupTargetAssignmentMetadata(key),
        &Value::ConsumerGroupTargetAssignmentMetadata(target),
        0,
    )?;
    for (member_id, target) in &group.targets {
        let key = Key::ConsumerGroupTargetAssignmentMember(MemberKey {
            group_id,
            member_id,
        });
        let value =
            Value::ConsumerGroupTargetAssignmentMember(ConsumerGroupTargetAssignmentMemberValue {
                topic_partitions: target_partitions(target),
                ..ConsumerGroupTargetAssignmentMemberValue::default()
            });
        out.push(key, &value, 0)?;
    }
    for (member_id, member) in &group.members {
        let key = MemberKey {
            group_id,
            member_id,
        };
        let value = Value::ConsumerGroupMemberMetadata(metadata_of(member));
        out.push(Key::ConsumerGroupMemberMetadata(key), &value, 0)?;
        let value = Value::ConsumerGroupCurrentMemberAssignment(current_of(member));
        out.push(Key::ConsumerGroupCurrentMemberAssignment(key), &value, 0)?;
    }
    Ok(())
}

fn metadata_of(member: &ConsumerMember) -> ConsumerGroupMemberMetadataValue<'_> {
    ConsumerGroupMemberMetadataValue {
        instance_id: member.instance_id.as_deref(),
        rack_id: member.rack_id.as_deref(),
        client_id: &member.client_id,
        client_host: &member.client_host,
        subscribed_topic_names: member.topics.iter().map(String::as_str).collect(),
        subscribed_topic_regex: member.regex.as_deref(),
        rebalance_timeout_ms: as_millis(member.rebalance_timeout),
        server_assignor: member.assignor.map(Assignor::name),
        classic_member_metadata: member.classic.as_ref().map(|side| InTag(classic_of(side))),
        ..ConsumerGroupMemberMetadataValue::default()
    }
}

fn classic_of(side: &ClassicSide) -> ClassicMemberMetadata<'_> {
    let protocols = side
        .protocols
        .iter()
        .map(|(name, metadata)| ClassicProtocol {
            name,
            metadata,
            ..ClassicProtocol::default()
        });
    ClassicMemberMetadata {
        session_timeout_ms: as_millis(side.session_timeout),
        supported_protocols: protocols.collect(),
        ..ClassicMemberMetadata::default()
    }
}

fn current_of(member: &ConsumerMember) -> ConsumerGroupCurrentMemberAssignmentValue {
    ConsumerGroupCurrentMemberAssignmentValue {
        member_epoch: member.epoch,
        previous_member_epoch: member.previous_epoch,
        state: match member.state {
            MemberState::Stable => 0,
            MemberState::UnrevokedPartitions => 1,
            MemberState::UnreleasedPartitions => 2,
        },
        assigned_partitions: current_partitions(&member.assigned),
        partitions_pending_revocation: current_partitions(&member.revoking),
        ..ConsumerGroupCurrentMemberAssignmentValue::default()
    }
}

pub(super) fn replay(groups: &mut Groups, key: &Key<'_>, value: &Value<'_>) {
    match (key, value) {
        (Key::ConsumerGroupMetadata(key), Value::ConsumerGroupMetadata(value)) => {
            if let Some(group) = groups.loaded_consumer(key.group_id) {
                group.epoch = value.epoch;
                group.metadata_hash = value.metadata_hash;
            }
        }
        (
            Key::ConsumerGroupTargetAssignmentMetadata(key),
            Value::ConsumerGroupTargetAssignmentMetadata(value),
        ) => {
            if let Some(group) = groups.loaded_consumer(key.group_id) {
                group.target_epoch = value.assignment_epoch;
            }
        }
        (
            Key::ConsumerGroupTargetAssignmentMember(key),
            Value::ConsumerGroupTargetAssignmentMember(value),
        ) => {
            if let Some(group) = groups.loaded_consumer(key.group_id) {
                let topics = value.topic_partitions.iter();
                let target = topics
                    .map(|of| (of.topic_id, of.partitions.iter().copied().collect()))
                    .collect();
                group.targets.insert(key.member_id.to_owned(), target);
            }
        }
        (Key::ConsumerGroupMemberMetadata(key), Value::ConsumerGroupMemberMetadata(value)) => {
            if let Some(group) = groups.loaded_consumer(key.group_id) {
                let mut member = group.members.remove(key.member_id).unwrap_or_default();
                read_metadata(&mut member, value);
                group.store(key.member_id, member);
            }
        }
        (
            Key::ConsumerGroupCurrentMemberAssignment(key),
            Value::ConsumerGroupCurrentMemberAssignment(value),
        ) => {
            if let Some(group) = groups.loaded_consumer(key.group_id) {
                read_current(
                    group.members.entry(key.member_id.to_owned()).or_default(),
                    value,
                );
            }
        }
        _ => {}
    }
}

fn read_metadata(member: &mut ConsumerMember, value: &ConsumerGroupMemberMetadataValue<'_>) {
    member.instance_id = value.instance_id.map(str::to_owned);
    member.rack_id = value.rack_id.map(str::to_owned);
    value.client_id.clone_into(&mut member.client_id);
    value.client_host.clone_into(&mut member.client_host);
    member.topics = value
        .subscribed_topic_names
        .iter()
        .map(|&name| name.to_owned())
        .collect();
    member.regex = value.subscribed_topic_regex.map(str::to_owned);
    member.rebalance_timeout = millis(value.rebalance_timeout_ms);
    let known = [Assignor::Uniform, Assignor::Range];
    member.assignor = known
        .into_iter()
        .find(|assignor| Some(assignor.name()) == value.server_assignor);
    member.classic = value
        .classic_member_metadata
        .as_ref()
        .map(|side| ClassicSide {
            session_timeout: millis(side.session_timeout_ms),
            protocols: side
                .supported_protocols
                .iter()
                .map(|protocol| (protocol.name.to_owned(), protocol.metadata.to_vec()))
                .collect(),
            ..ClassicSide::default()
        });
}

fn read_current(member: &mut ConsumerMember, value: &ConsumerGroupCurrentMemberAssignmentValue) {
    member.epoch = value.member_epoch;
    member.previous_epoch = value.previous_member_epoch;
    member.state = match value.state {
        1 => MemberState::UnrevokedPartitions,
        2 => MemberState::UnreleasedPartitions,
        _ => MemberState::Stable,
    };
    member.assigned = owned(&value.assigned_partitions, value.member_epoch);
    member.revoking = owned(&value.partitions_pending_revocation, value.member_epoch);
}
