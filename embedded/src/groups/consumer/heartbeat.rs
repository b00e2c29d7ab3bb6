//! ConsumerGroupHeartbeat: joins, keeps up, and leaves.

use std::time::Duration;

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::consumer_group_heartbeat::{
    Assignment, ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse, TopicPartitions,
};

use super::{ConsumerGroup, ConsumerMember, Refusal, refuse, validate, without_epochs};
use crate::groups::assignor::{Assignor, Target};
use crate::groups::context::{Caller, Turn, as_millis, millis};
use crate::groups::settings::GroupSettings;
use crate::groups::topics::TopicView;

/// What came of a ConsumerGroupHeartbeat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeartbeatOutcome {
    /// Why the heartbeat doesn't count, or [`ErrorCode::NONE`].
    pub error: ErrorCode,
    /// The broker's words on that.
    pub message: Option<String>,
    /// The member; none with an error.
    pub member_id: Option<String>,
    /// Its epoch from now on.
    pub member_epoch: i32,
    /// How long to wait until the next heartbeat.
    pub heartbeat_interval: Duration,
    /// What it shall hold; none: as before.
    pub assignment: Option<Target>,
}

impl From<Refusal> for HeartbeatOutcome {
    fn from(refusal: Refusal) -> Self {
        Self {
            error: refusal.error,
            message: Some(refusal.message),
            ..Self::left(None, 0)
        }
    }
}

impl HeartbeatOutcome {
    pub(super) fn left(member_id: Option<&str>, member_epoch: i32) -> Self {
        Self {
            error: ErrorCode::NONE,
            message: None,
            member_id: member_id.map(str::to_owned),
            member_epoch,
            heartbeat_interval: Duration::ZERO,
            assignment: None,
        }
    }

    /// As a message.
    #[must_use]
    pub fn response(&self) -> ConsumerGroupHeartbeatResponse<'_> {
        ConsumerGroupHeartbeatResponse {
            error_code: self.error.code(),
            error_message: self.message.as_deref(),
            member_id: self.member_id.as_deref(),
            member_epoch: self.member_epoch,
            heartbeat_interval_ms: as_millis(self.heartbeat_interval),
            assignment: self.assignment.as_ref().map(assignment),
            ..ConsumerGroupHeartbeatResponse::default()
        }
    }
}

fn assignment(target: &Target) -> Assignment {
    let topic_partitions = target
        .iter()
        .map(|(&topic_id, partitions)| TopicPartitions {
            topic_id,
            partitions: partitions.iter().copied().collect(),
            ..TopicPartitions::default()
        });
    Assignment {
        topic_partitions: topic_partitions.collect(),
        ..Assignment::default()
    }
}

fn target_of(partitions: &[TopicPartitions]) -> Target {
    let mut target = Target::new();
    for topic in partitions {
        target
            .entry(topic.topic_id)
            .or_default()
            .extend(&topic.partitions);
    }
    target
}

/// A heartbeat whose form is fine.
pub(in crate::groups) struct Beat<'r> {
    request: &'r ConsumerGroupHeartbeatRequest<'r>,
    caller: Caller<'r>,
    member_id: String,
    assignor: Option<Assignor>,
    held: Option<Target>,
}

impl<'r> Beat<'r> {
    pub(in crate::groups) fn new(
        request: &'r ConsumerGroupHeartbeatRequest<'r>,
        caller: Caller<'r>,
        settings: &GroupSettings,
        new_id: impl FnOnce() -> String,
    ) -> Result<Self, Refusal> {
        let assignor = validate::request(request, caller.version, settings)?;
        Ok(Self {
            request,
            caller,
            member_id: match request.member_id {
                "" => new_id(),
                id => id.to_owned(),
            },
            assignor,
            held: request.topic_partitions.as_deref().map(target_of),
        })
    }

    pub(in crate::groups) fn joins(&self) -> bool {
        self.request.member_epoch == 0
    }

    fn is_full(&self) -> bool {
        let request = self.request;
        self.joins()
            || request.rebalance_timeout_ms != -1
                && (request.subscribed_topic_names.is_some()
                    || request.subscribed_topic_regex.is_some())
                && request.topic_partitions.is_some()
    }

    /// The member with what the request changes; other fields stay.
    fn apply(&self, mut member: ConsumerMember) -> ConsumerMember {
        let request = self.request;
        if let Some(id) = request.instance_id {
            member.instance_id = Some(id.to_owned());
        }
        if let Some(rack) = request.rack_id {
            member.rack_id = Some(rack.to_owned());
        }
        if request.rebalance_timeout_ms != -1 {
            member.rebalance_timeout = millis(request.rebalance_timeout_ms);
        }
        if let Some(names) = &request.subscribed_topic_names {
            member.topics = names.iter().map(|&name| name.to_owned()).collect();
        }
        if let Some(pattern) = request.subscribed_topic_regex {
            member.regex = Some(pattern)
                .filter(|pattern| !pattern.is_empty())
                .map(str::to_owned);
        }
        member.assignor = self.assignor.or(member.assignor);
        self.caller.client_id.clone_into(&mut member.client_id);
        self.caller.client_host.clone_into(&mut member.client_host);
        // A member that speaks the consumer protocol has left the classic one behind.
        member.classic = None;
        member
    }
}

impl ConsumerGroup {
    pub(in crate::groups) fn heartbeat(
        &mut self,
        turn: &Turn<'_>,
        topics: &dyn TopicView,
        beat: &Beat<'_>,
    ) -> Result<HeartbeatOutcome, Refusal> {
        let request = beat.request;
        if request.member_epoch < 0 {
            return self.leave(topics, request);
        }
        self.has_room(turn.settings, &beat.member_id)?;
        let (before, is_new) = self.subscribe(beat)?;
        let after = beat.apply(before.clone());
        let changed = is_new || after.topics != before.topics || after.regex != before.regex;
        let had = without_epochs(&before.assigned);
        let id = &beat.member_id;
        self.store(id, after);
        self.keep_up(turn, topics, changed);
        self.reconcile(turn, id, beat.held.as_ref())?;
        let session_deadline = turn.after(turn.settings.consumer_session_timeout);
        let Some(member) = self.members.get_mut(id) else {
            return refuse(ErrorCode::UNKNOWN_MEMBER_ID, "");
        };
        member.session_deadline = Some(session_deadline);
        let has = without_epochs(&member.assigned);
        Ok(HeartbeatOutcome {
            member_epoch: member.epoch,
            heartbeat_interval: turn.settings.consumer_heartbeat_interval,
            assignment: (beat.is_full() || had != has).then_some(has),
            ..HeartbeatOutcome::left(Some(id), 0)
        })
    }

    /// The member as it was, and whether it wasn't.
    fn subscribe(&mut self, beat: &Beat<'_>) -> Result<(ConsumerMember, bool), Refusal> {
        let id = &beat.member_id;
        match (beat.request.instance_id, beat.joins()) {
            (None, true) => Ok(self.get_or_new(id)),
            (Some(name), true) => self.claim_static(name, id, false),
            (name, false) => {
                if let Some(name) = name {
                    self.static_member(name, id)?;
                }
                let member = self.known_member(beat.request.group_id, id)?;
                validate::epoch(member, beat.request.member_epoch, beat.held.as_ref())?;
                Ok((member.clone(), false))
            }
        }
    }

    pub(super) fn get_or_new(&self, member_id: &str) -> (ConsumerMember, bool) {
        match self.members.get(member_id) {
            Some(member) => (member.clone(), false),
            None => (ConsumerMember::default(), true),
        }
    }

    /// A static name that is free, the asker's own, or given up for a while (epoch -2), in which case its target and its
    /// partitions go to the new holder. Members that came by JoinGroup can be replaced at any time, as is their way.
    pub(super) fn claim_static(
        &mut self,
        instance_id: &str,
        member_id: &str,
        by_classic: bool,
    ) -> Result<(ConsumerMember, bool), Refusal> {
        let Some(owner) = self.statics.get(instance_id).cloned() else {
            return Ok(self.get_or_new(member_id));
        };
        let Some(existing) = self.members.get(&owner) else {
            return Ok(self.get_or_new(member_id));
        };
        let replaceable = by_classic || existing.classic.is_some();
        if existing.epoch != validate::LEAVE_STATIC && !replaceable {
            return refuse(
                ErrorCode::UNRELEASED_INSTANCE_ID,
                format!(
                    "Static member {member_id} with instance id {instance_id} cannot join the group because the \
                     instance id is owned by {owner} member."
                ),
            );
        }
        let mut heir = existing.clone();
        heir.epoch = 0;
        heir.previous_epoch = 0;
        heir.rebalance_deadline = None;
        self.members.remove(&owner);
        if let Some(target) = self.targets.remove(&owner) {
            self.targets.insert(member_id.to_owned(), target);
        }
        Ok((heir, false))
    }

    pub(in crate::groups) fn store(&mut self, member_id: &str, member: ConsumerMember) {
        if let Some(instance_id) = &member.instance_id {
            self.statics
                .insert(instance_id.clone(), member_id.to_owned());
        }
        self.members.insert(member_id.to_owned(), member);
    }
}
