//! Members of the classic protocol in a group of the consumer protocol, while it is upgraded or downgraded: JoinGroup,
//! SyncGroup, Heartbeat and LeaveGroup are translated. The member's epoch is its generation, and every such member is
//! told to rejoin until it has caught up with the group.

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::heartbeat::HeartbeatRequest;
use ottla_protocol::messages::sync_group::SyncGroupRequest;
use ottla_protocol::payload::{
    ConsumerProtocolAssignment, ConsumerProtocolSubscription, TopicPartitions,
    version as payload_version,
};

use super::{ClassicSide, ConsumerGroup, ConsumerMember, MemberState, Refusal, refuse};
use crate::groups::answer::{JoinOutcome, SyncOutcome};
use crate::groups::assignor::Target;
use crate::groups::classic::{CONSUMER, Joiner};
use crate::groups::context::Turn;
use crate::groups::topics::TopicView;

impl ConsumerGroup {
    /// Lets a member in by JoinGroup. Never parked: nobody waits for anybody here.
    pub(in crate::groups) fn join_classic(
        &mut self,
        turn: &Turn<'_>,
        topics: &dyn TopicView,
        joiner: &Joiner,
        new_id: String,
    ) -> Result<JoinOutcome, Refusal> {
        let unknown = joiner.member_id.is_empty();
        let id = if unknown {
            new_id
        } else {
            joiner.member_id.clone()
        };
        self.has_room(turn.settings, &id)?;
        self.supports_classic(joiner)?;
        if unknown && joiner.instance_id.is_none() && joiner.version >= 4 {
            return Ok(JoinOutcome::refused(ErrorCode::MEMBER_ID_REQUIRED, &id));
        }
        let (name, metadata) = first_protocol(&joiner.protocols)?;
        let subscription = read_subscription(metadata)?;
        let (before, is_new) = self.subscribe_classic(joiner, &id, unknown)?;
        let mut after = before.clone();
        after.instance_id.clone_from(&joiner.instance_id);
        after.rack_id = subscription.rack_id.map(str::to_owned).or(after.rack_id);
        after.rebalance_timeout = joiner.rebalance_timeout;
        after.topics = subscription
            .topics
            .iter()
            .map(|&topic| topic.to_owned())
            .collect();
        after.client_id.clone_from(&joiner.client_id);
        after.client_host.clone_from(&joiner.client_host);
        after.session_deadline = Some(turn.after(joiner.session_timeout));
        after.classic = Some(ClassicSide {
            session_timeout: joiner.session_timeout,
            protocols: joiner.protocols.clone(),
            join_deadline: None,
            sync_deadline: Some(turn.after(joiner.rebalance_timeout)),
        });
        let changed = is_new || after.topics != before.topics;
        self.store(&id, after);
        self.keep_up(turn, topics, changed);
        self.reconcile(turn, &id, Some(&held_by(&subscription, topics)))?;
        Ok(JoinOutcome {
            error: ErrorCode::NONE,
            generation: self.members.get(&id).map_or(-1, |member| member.epoch),
            protocol_type: Some(CONSUMER.to_owned()),
            protocol: Some(name.to_owned()),
            // The coordinator assigns, so nobody leads.
            leader: String::new(),
            skip_assignment: false,
            member_id: id,
            members: Vec::new(),
        })
    }

    fn subscribe_classic(
        &mut self,
        joiner: &Joiner,
        id: &str,
        unknown: bool,
    ) -> Result<(ConsumerMember, bool), Refusal> {
        match joiner.instance_id.as_deref() {
            None => Ok(self.get_or_new(id)),
            Some(name) if unknown => self.claim_static(name, id, true),
            Some(name) => {
                self.static_member(name, id)?;
                Ok(self.get_or_new(id))
            }
        }
    }

    fn supports_classic(&self, joiner: &Joiner) -> Result<(), Refusal> {
        let sides: Vec<&ClassicSide> = self
            .members
            .values()
            .filter_map(|member| member.classic.as_ref())
            .collect();
        let shared = joiner.protocols.iter().any(|(name, _)| {
            sides
                .iter()
                .all(|side| side.protocols.iter().any(|(theirs, _)| theirs == name))
        });
        if joiner.protocol_type == CONSUMER && shared {
            return Ok(());
        }
        refuse(
            ErrorCode::INCONSISTENT_GROUP_PROTOCOL,
            format!("Member {}'s protocols are not supported.", joiner.member_id),
        )
    }

    pub(in crate::groups) fn sync_classic(
        &mut self,
        turn: &Turn<'_>,
        topics: &dyn TopicView,
        request: &SyncGroupRequest<'_>,
    ) -> Result<SyncOutcome, ErrorCode> {
        let id = request.member_id;
        let (epoch, group_epoch) = (
            self.check_classic(id, request.group_instance_id)?,
            self.epoch,
        );
        if request.generation_id != epoch {
            return Err(ErrorCode::ILLEGAL_GENERATION);
        }
        let member = self
            .members
            .get_mut(id)
            .ok_or(ErrorCode::UNKNOWN_MEMBER_ID)?;
        let Some(side) = &mut member.classic else {
            return Err(ErrorCode::UNKNOWN_MEMBER_ID);
        };
        let protocol = side.protocols.first().cloned().unwrap_or_default();
        if request.protocol_type.is_some_and(|kind| kind != CONSUMER)
            || request.protocol_name.is_some_and(|name| name != protocol.0)
        {
            return Err(ErrorCode::INCONSISTENT_GROUP_PROTOCOL);
        }
        if group_epoch > member.epoch && member.state != MemberState::UnrevokedPartitions {
            side.join_deadline
                .get_or_insert(turn.after(member.rebalance_timeout));
            return Err(ErrorCode::REBALANCE_IN_PROGRESS);
        }
        side.sync_deadline = None;
        member.session_deadline = Some(turn.after(side.session_timeout));
        Ok(SyncOutcome {
            error: ErrorCode::NONE,
            protocol_type: request.protocol_type.map(str::to_owned),
            protocol: request.protocol_name.map(str::to_owned),
            assignment: write_assignment(
                &super::without_epochs(&member.assigned),
                &protocol.1,
                topics,
            ),
        })
    }

    pub(in crate::groups) fn heartbeat_classic(
        &mut self,
        turn: &Turn<'_>,
        request: &HeartbeatRequest<'_>,
    ) -> Result<(), ErrorCode> {
        let id = request.member_id;
        if request.generation_id != self.check_classic(id, request.group_instance_id)? {
            return Err(ErrorCode::ILLEGAL_GENERATION);
        }
        let behind = self.has_to_rejoin(id);
        let member = self
            .members
            .get_mut(id)
            .ok_or(ErrorCode::UNKNOWN_MEMBER_ID)?;
        let Some(side) = &mut member.classic else {
            return Err(ErrorCode::UNKNOWN_MEMBER_ID);
        };
        member.session_deadline = Some(turn.after(side.session_timeout));
        if behind {
            side.join_deadline
                .get_or_insert(turn.after(member.rebalance_timeout));
            return Err(ErrorCode::REBALANCE_IN_PROGRESS);
        }
        Ok(())
    }

    /// Behind the group, with something to give up, or with something to take that is free by now.
    fn has_to_rejoin(&self, id: &str) -> bool {
        let Some(member) = self.members.get(id) else {
            return false;
        };
        let waits = || {
            let target = self.targets.get(id).into_iter().flatten();
            target
                .flat_map(|(&topic, partitions)| {
                    partitions.iter().map(move |&partition| (topic, partition))
                })
                .any(|(topic, partition)| {
                    !member.holds(topic, partition) && self.is_held(topic, partition)
                })
        };
        member.epoch < self.epoch
            || match member.state {
                MemberState::Stable => false,
                MemberState::UnrevokedPartitions => true,
                MemberState::UnreleasedPartitions => !waits(),
            }
    }

    pub(in crate::groups) fn leave_classic(
        &mut self,
        topics: &dyn TopicView,
        leaving: &[(&str, Option<&str>)],
    ) -> Vec<ErrorCode> {
        let mut codes = Vec::with_capacity(leaving.len());
        for &(member_id, instance_id) in leaving {
            let by_name = instance_id.and_then(|name| self.statics.get(name)).cloned();
            let id = by_name
                .filter(|_| member_id.is_empty())
                .unwrap_or_else(|| member_id.to_owned());
            let checked = self.check_leaving(&id, instance_id);
            if checked.is_ok() {
                self.take_out(&id);
            }
            codes.push(checked.err().unwrap_or(ErrorCode::NONE));
        }
        if codes.iter().any(|code| code.is_ok()) {
            self.look_at(topics);
            self.epoch = self.epoch.saturating_add(1);
        }
        codes
    }

    /// Members of the other protocol may be taken out as well, as administrators do it.
    fn check_leaving(&self, member_id: &str, instance_id: Option<&str>) -> Result<(), ErrorCode> {
        if let Some(name) = instance_id {
            self.static_member(name, member_id)
                .map_err(|refusal| refusal.error)?;
        }
        match self.members.contains_key(member_id) {
            true => Ok(()),
            false => Err(ErrorCode::UNKNOWN_MEMBER_ID),
        }
    }

    /// The epoch of a member that may speak the classic protocol under this identity.
    fn check_classic(&self, member_id: &str, instance_id: Option<&str>) -> Result<i32, ErrorCode> {
        if let Some(name) = instance_id {
            self.static_member(name, member_id)
                .map_err(|refusal| refusal.error)?;
        }
        match self.members.get(member_id) {
            Some(member) if member.classic.is_some() => Ok(member.epoch),
            _ => Err(ErrorCode::UNKNOWN_MEMBER_ID),
        }
    }
}

fn first_protocol(protocols: &[(String, Vec<u8>)]) -> Result<(&str, &[u8]), Refusal> {
    match protocols.first() {
        Some((name, metadata)) => Ok((name, metadata)),
        None => refuse(ErrorCode::INCONSISTENT_GROUP_PROTOCOL, "No protocols."),
    }
}

pub(in crate::groups) fn read_subscription(
    metadata: &[u8],
) -> Result<ConsumerProtocolSubscription<'_>, Refusal> {
    ConsumerProtocolSubscription::decode(metadata).or_else(|fault| {
        refuse(
            ErrorCode::INCONSISTENT_GROUP_PROTOCOL,
            format!(
                "Malformed embedded consumer protocol in subscription deserialization: {fault}."
            ),
        )
    })
}

fn held_by(subscription: &ConsumerProtocolSubscription<'_>, topics: &dyn TopicView) -> Target {
    by_id(&subscription.owned_partitions, topics)
}

pub(in crate::groups) fn by_id(named: &[TopicPartitions<'_>], topics: &dyn TopicView) -> Target {
    let mut target = Target::new();
    for of in named {
        if let Some((id, _)) = topics.topic(of.topic) {
            target.entry(id).or_default().extend(&of.partitions);
        }
    }
    target
}

/// An assignment in the version that the member's subscription has.
pub(in crate::groups) fn write_assignment(
    target: &Target,
    subscription: &[u8],
    topics: &dyn TopicView,
) -> Vec<u8> {
    let assigned = target.iter().filter_map(|(&id, partitions)| {
        Some(TopicPartitions {
            topic: topics.name_of(id)?,
            partitions: partitions.iter().copied().collect(),
        })
    });
    let assignment = ConsumerProtocolAssignment {
        assigned_partitions: assigned.collect(),
        user_data: None,
    };
    let version = payload_version(subscription).unwrap_or(0);
    let version = version.clamp(0, ConsumerProtocolAssignment::NEWEST);
    assignment.encode(version).unwrap_or_default()
}
