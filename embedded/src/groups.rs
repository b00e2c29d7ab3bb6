//! The group coordinator: classic groups, groups of the consumer protocol (KIP-848), and committed offsets.
//!
//! ```text
//!   handlers ──▶ join_group · sync_group · heartbeat · leave_group · consumer_group_heartbeat
//!                offset_commit · txn_offset_commit · offset_fetch · offset_delete · complete_transaction
//!                list_groups · describe_groups · consumer_group_describe · delete_groups
//!   clock    ──▶ tick                     handlers ◀── take_answers      clock ◀── next_deadline
//! ```
//!
//! One machine for a whole cluster. Which broker coordinates which group, and who may do what, is its caller's business;
//! [`Groups::coordinator_moved`] tells what a move takes away. JoinGroup and SyncGroup are parked under a [`Ticket`] and
//! answered by [`Groups::take_answers`], often in the same call. A client that goes away stays a member until its
//! session ends; the caller drops the answer to its ticket. Other calls answer at once, with messages that borrow from
//! the request or from the machine.

#![deny(clippy::disallowed_methods)]

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::consumer_group_heartbeat::ConsumerGroupHeartbeatRequest;
use ottla_protocol::messages::heartbeat::{HeartbeatRequest, HeartbeatResponse};
use ottla_protocol::messages::join_group::JoinGroupRequest;
use ottla_protocol::messages::leave_group::{
    LeaveGroupRequest, LeaveGroupResponse, MemberResponse,
};
use ottla_protocol::messages::sync_group::SyncGroupRequest;

use crate::ticket::Ticket;

mod admin;
mod answer;
mod assignor;
mod classic;
mod consumer;
mod context;
mod durable;
mod migration;
mod offsets;
mod settings;
#[cfg(test)]
mod tests;
mod topics;

pub use answer::{Answer, JoinOutcome, JoinedMember, SyncOutcome};
pub use assignor::{Assignor, Target};
pub use consumer::HeartbeatOutcome;
pub use context::{Caller, Context};
pub use durable::LogRecord;
pub use offsets::Committed;
pub use settings::{GroupSettings, MigrationPolicy};
pub use topics::{TopicView, Topics};

use classic::{ClassicGroup, Joiner};
use consumer::{Beat, ConsumerGroup, Refusal, refuse};
use context::{Turn, millis};
use offsets::Offsets;

/// All groups of a cluster.
#[derive(Debug)]
pub struct Groups {
    settings: GroupSettings,
    groups: BTreeMap<String, Kind>,
    offsets: Offsets,
    answers: Vec<(Ticket, Answer)>,
    /// Groups that are not as they were last written.
    changed: BTreeSet<String>,
    next_check: Duration,
}

/// A group of either protocol.
#[derive(Clone, Debug)]
enum Kind {
    Classic(ClassicGroup),
    Consumer(ConsumerGroup),
}

impl Groups {
    /// No groups.
    #[must_use]
    pub fn new(settings: GroupSettings) -> Self {
        Self {
            next_check: settings.offsets_retention_check,
            settings,
            groups: BTreeMap::new(),
            offsets: Offsets::default(),
            answers: Vec::new(),
            changed: BTreeSet::new(),
        }
    }

    /// What it is set up with.
    #[must_use]
    pub fn settings(&self) -> &GroupSettings {
        &self.settings
    }

    /// To change settings while it runs; what waits already waits as before.
    pub fn settings_mut(&mut self) -> &mut GroupSettings {
        &mut self.settings
    }

    /// Whether there is such a group.
    #[must_use]
    pub fn contains(&self, group_id: &str) -> bool {
        self.groups.contains_key(group_id)
    }

    /// A group's committed offset, for tests and observers.
    #[must_use]
    pub fn committed(&self, group_id: &str, topic: &str, partition: i32) -> Option<&Committed> {
        self.offsets.get(group_id, topic, partition)
    }

    /// JoinGroup: answered under the ticket, by [`Groups::take_answers`].
    pub fn join_group(
        &mut self,
        cx: &mut Context<'_>,
        caller: Caller<'_>,
        ticket: Ticket,
        request: &JoinGroupRequest<'_>,
    ) {
        let joiner = Joiner::new(caller, ticket, request);
        if let Err(error) = self.check_join(&joiner, request) {
            let outcome = JoinOutcome::refused(error, request.member_id);
            return self.answers.push((ticket, outcome.into()));
        }
        self.touch(request.group_id);
        let hyphenated = cx.hyphenated();
        if matches!(self.groups.get(request.group_id), Some(Kind::Consumer(_))) {
            return self.join_consumer(cx, &joiner, hyphenated, request.group_id);
        }
        let now = cx.now;
        let new_id = format!("{}-{hyphenated}", joiner.id_prefix());
        self.groups
            .entry(request.group_id.to_owned())
            .or_insert_with(|| Kind::Classic(ClassicGroup::new(now)));
        if let (Some(Kind::Classic(group)), mut turn) = self.turn(cx, request.group_id) {
            group.join(&mut turn, joiner, new_id);
        }
    }

    fn check_join(
        &mut self,
        joiner: &Joiner,
        request: &JoinGroupRequest<'_>,
    ) -> Result<(), ErrorCode> {
        let id = request.group_id;
        if id.is_empty() {
            return Err(ErrorCode::INVALID_GROUP_ID);
        }
        let session = millis(request.session_timeout_ms);
        if session < self.settings.min_session_timeout
            || session > self.settings.max_session_timeout
        {
            return Err(ErrorCode::INVALID_SESSION_TIMEOUT);
        }
        // An empty group takes whatever protocol comes first.
        if matches!(self.groups.get(id), Some(Kind::Consumer(group)) if group.members.is_empty()) {
            self.groups.remove(id);
        }
        if !self.groups.contains_key(id) && !joiner.member_id.is_empty() {
            return Err(ErrorCode::UNKNOWN_MEMBER_ID);
        }
        Ok(())
    }

    fn join_consumer(&mut self, cx: &Context<'_>, joiner: &Joiner, new_id: String, group_id: &str) {
        let (Some(Kind::Consumer(group)), mut turn) = self.turn(cx, group_id) else {
            return;
        };
        let outcome = group
            .join_classic(&turn, cx.topics, joiner, new_id)
            .unwrap_or_else(|refusal| JoinOutcome::refused(refusal.error, &joiner.member_id));
        turn.answer(joiner.ticket, outcome);
    }

    /// SyncGroup: answered under the ticket, by [`Groups::take_answers`].
    pub fn sync_group(&mut self, cx: &Context<'_>, ticket: Ticket, request: &SyncGroupRequest<'_>) {
        self.touch(request.group_id);
        let unknown = if request.group_id.is_empty() {
            ErrorCode::INVALID_GROUP_ID
        } else {
            ErrorCode::UNKNOWN_MEMBER_ID
        };
        match self.turn(cx, request.group_id) {
            (None, mut turn) => turn.answer(ticket, SyncOutcome::refused(unknown)),
            (Some(Kind::Classic(group)), mut turn) => group.sync(&mut turn, ticket, request),
            (Some(Kind::Consumer(group)), mut turn) => {
                let outcome = group
                    .sync_classic(&turn, cx.topics, request)
                    .unwrap_or_else(SyncOutcome::refused);
                turn.answer(ticket, outcome);
            }
        }
    }

    /// Heartbeat, of a member of the classic protocol.
    pub fn heartbeat(
        &mut self,
        cx: &Context<'_>,
        request: &HeartbeatRequest<'_>,
    ) -> HeartbeatResponse {
        let error = match self.turn(cx, request.group_id) {
            (None, _) if request.group_id.is_empty() => ErrorCode::INVALID_GROUP_ID,
            (None, _) => ErrorCode::UNKNOWN_MEMBER_ID,
            (Some(Kind::Classic(group)), mut turn) => group.heartbeat(&mut turn, request),
            (Some(Kind::Consumer(group)), turn) => group
                .heartbeat_classic(&turn, request)
                .err()
                .unwrap_or(ErrorCode::NONE),
        };
        HeartbeatResponse {
            error_code: error.code(),
            ..HeartbeatResponse::default()
        }
    }

    /// LeaveGroup.
    pub fn leave_group<'r>(
        &mut self,
        cx: &Context<'_>,
        caller: Caller<'_>,
        request: &LeaveGroupRequest<'r>,
    ) -> LeaveGroupResponse<'r> {
        let leaving: Vec<(&'r str, Option<&'r str>)> = if caller.version < 3 {
            vec![(request.member_id, None)]
        } else {
            request
                .members
                .iter()
                .map(|member| (member.member_id, member.group_instance_id))
                .collect()
        };
        if request.group_id.is_empty() {
            return LeaveGroupResponse {
                error_code: ErrorCode::INVALID_GROUP_ID.code(),
                ..LeaveGroupResponse::default()
            };
        }
        self.touch(request.group_id);
        let codes = match self.turn(cx, request.group_id) {
            (None, _) => vec![ErrorCode::UNKNOWN_MEMBER_ID; leaving.len()],
            (Some(Kind::Classic(group)), mut turn) => group.leave(&mut turn, &leaving),
            (Some(Kind::Consumer(group)), _) => group.leave_classic(cx.topics, &leaving),
        };
        if caller.version < 3 {
            return LeaveGroupResponse {
                error_code: codes.first().copied().unwrap_or(ErrorCode::NONE).code(),
                ..LeaveGroupResponse::default()
            };
        }
        let members = leaving
            .iter()
            .zip(codes)
            .map(|(&(member_id, group_instance_id), code)| MemberResponse {
                member_id,
                group_instance_id,
                error_code: code.code(),
                ..MemberResponse::default()
            });
        LeaveGroupResponse {
            members: members.collect(),
            ..LeaveGroupResponse::default()
        }
    }

    /// ConsumerGroupHeartbeat.
    pub fn consumer_group_heartbeat(
        &mut self,
        cx: &mut Context<'_>,
        caller: Caller<'_>,
        request: &ConsumerGroupHeartbeatRequest<'_>,
    ) -> HeartbeatOutcome {
        let done = self.beat(cx, caller, request);
        if done.is_ok() {
            self.touch(request.group_id);
            if request.member_epoch < 0 {
                self.maybe_downgrade(cx, request.group_id);
            }
        }
        done.unwrap_or_else(HeartbeatOutcome::from)
    }

    fn beat(
        &mut self,
        cx: &mut Context<'_>,
        caller: Caller<'_>,
        request: &ConsumerGroupHeartbeatRequest<'_>,
    ) -> Result<HeartbeatOutcome, Refusal> {
        let beat = Beat::new(request, caller, &self.settings, || cx.member_id())?;
        let id = request.group_id;
        let fresh = match self.turn(cx, id) {
            (Some(Kind::Consumer(group)), turn) => return group.heartbeat(&turn, cx.topics, &beat),
            (None, _) if beat.joins() => ConsumerGroup::default(),
            (None, _) => {
                return refuse(
                    ErrorCode::GROUP_ID_NOT_FOUND,
                    format!("Group {id} not found."),
                );
            }
            (Some(Kind::Classic(group)), _) if beat.joins() && group.is_empty() => {
                ConsumerGroup::default()
            }
            (Some(Kind::Classic(group)), turn) => {
                let upgraded = beat
                    .joins()
                    .then(|| migration::upgrade(&turn, cx.topics, group))
                    .flatten();
                match upgraded {
                    Some(upgraded) => upgraded,
                    None => {
                        return refuse(
                            ErrorCode::GROUP_ID_NOT_FOUND,
                            format!("Group {id} is not a consumer group."),
                        );
                    }
                }
            }
        };
        self.begin_consumer(cx, id, fresh, &beat)
    }

    /// The group is one of the consumer protocol from now on, if its first heartbeat is taken.
    fn begin_consumer(
        &mut self,
        cx: &Context<'_>,
        id: &str,
        mut fresh: ConsumerGroup,
        beat: &Beat<'_>,
    ) -> Result<HeartbeatOutcome, Refusal> {
        let (_, turn) = self.turn(cx, id);
        let outcome = fresh.heartbeat(&turn, cx.topics, beat)?;
        if let (Some(Kind::Classic(group)), mut turn) = self.turn(cx, id) {
            group.refuse_parked(&mut turn, ErrorCode::REBALANCE_IN_PROGRESS);
        }
        self.groups.insert(id.to_owned(), Kind::Consumer(fresh));
        Ok(outcome)
    }

    fn maybe_downgrade(&mut self, cx: &Context<'_>, id: &str) {
        let (Some(kind), mut turn) = self.turn(cx, id) else {
            return;
        };
        if let Kind::Consumer(group) = kind
            && let Some(classic) = migration::downgrade(&mut turn, cx.topics, group)
        {
            *kind = Kind::Classic(classic);
        }
    }

    /// Answers that have become due since the last call, in the order in which they did.
    pub fn take_answers(&mut self) -> Vec<(Ticket, Answer)> {
        std::mem::take(&mut self.answers)
    }

    /// When [`Groups::tick`] has something to do.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Duration> {
        let check = (!self.groups.is_empty()).then_some(self.next_check);
        self.groups
            .values()
            .filter_map(Kind::next_deadline)
            .chain(check)
            .min()
    }

    /// Does what is due: sessions and rebalances that end, offsets that expire.
    pub fn tick(&mut self, cx: &Context<'_>) {
        let is_due = |group: &Kind| group.next_deadline().is_some_and(|at| at <= cx.now.at);
        let due: Vec<String> = self
            .groups
            .iter()
            .filter(|(_, group)| is_due(group))
            .map(|(id, _)| id.clone())
            .collect();
        for id in due {
            self.touch(&id);
            match self.turn(cx, &id) {
                (Some(Kind::Classic(group)), mut turn) => group.tick(&mut turn),
                (Some(Kind::Consumer(group)), turn) => {
                    group.tick(&turn, cx.topics);
                    self.maybe_downgrade(cx, &id);
                }
                (None, _) => {}
            }
        }
        if self.next_check <= cx.now.at {
            self.next_check = cx
                .now
                .at
                .saturating_add(self.settings.offsets_retention_check);
            self.expire(cx.now);
        }
    }

    /// The group has another coordinator, which knows what the log says: parked requests are answered with
    /// NOT_COORDINATOR, ids that were handed out and not used are forgotten, a classic group that was in the middle of a
    /// rebalance is in the generation before it, and all sessions begin anew.
    pub fn coordinator_moved(&mut self, cx: &Context<'_>, group_id: &str) {
        match self.turn(cx, group_id) {
            (Some(Kind::Classic(group)), mut turn) => group.moved(&mut turn),
            (Some(Kind::Consumer(group)), turn) => group.moved(&turn),
            (None, _) => {}
        }
    }

    /// Forgets what was committed for a topic that is deleted.
    pub fn topic_deleted(&mut self, topic: &str) {
        self.offsets.remove_topic(topic);
        self.changed.extend(self.groups.keys().cloned());
    }

    /// The groups that have changed since the last call, for whoever writes them down.
    pub fn take_changed(&mut self) -> BTreeSet<String> {
        std::mem::take(&mut self.changed)
    }

    fn touch(&mut self, group_id: &str) {
        if !self.changed.contains(group_id) {
            self.changed.insert(group_id.to_owned());
        }
    }

    fn turn<'a>(
        &'a mut self,
        cx: &Context<'_>,
        group_id: &str,
    ) -> (Option<&'a mut Kind>, Turn<'a>) {
        let turn = Turn {
            now: cx.now,
            settings: &self.settings,
            answers: &mut self.answers,
        };
        (self.groups.get_mut(group_id), turn)
    }
}

impl Kind {
    fn next_deadline(&self) -> Option<Duration> {
        match self {
            Self::Classic(group) => group.next_deadline(),
            Self::Consumer(group) => group.next_deadline(),
        }
    }
}
