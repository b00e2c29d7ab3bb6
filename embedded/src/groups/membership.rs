//! What members ask, whatever their group's protocol: JoinGroup, SyncGroup, Heartbeat, LeaveGroup and
//! ConsumerGroupHeartbeat, each handed to the group that it is for.

#![deny(clippy::disallowed_methods)]

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::consumer_group_heartbeat::ConsumerGroupHeartbeatRequest;
use ottla_protocol::messages::heartbeat::{HeartbeatRequest, HeartbeatResponse};
use ottla_protocol::messages::join_group::JoinGroupRequest;
use ottla_protocol::messages::leave_group::{
    LeaveGroupRequest, LeaveGroupResponse, MemberResponse,
};
use ottla_protocol::messages::sync_group::SyncGroupRequest;

use super::answer::{JoinOutcome, SyncOutcome};
use super::classic::{ClassicGroup, ClassicState, Joiner};
use super::consumer::{Beat, ConsumerGroup, HeartbeatOutcome, Refusal, refuse};
use super::context::{Caller, Context, millis};
use super::{Groups, Kind, migration};
use crate::ticket::Ticket;

impl Groups {
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
        if session < self.settings_of(id).min_session_timeout
            || session > self.settings_of(id).max_session_timeout
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
            .unwrap_or_else(|refusal| JoinOutcome::refused(refusal.error, ""));
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
        let beat = Beat::new(request, caller, self.settings_of(request.group_id), || {
            cx.member_id()
        })?;
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

    /// The members of a group, for faults and observers.
    pub fn members(&self, group_id: &str) -> impl Iterator<Item = &str> {
        let (classic, consumer) = match self.groups.get(group_id) {
            Some(Kind::Classic(group)) => (Some(&group.members), None),
            Some(Kind::Consumer(group)) => (None, Some(&group.members)),
            None => (None, None),
        };
        let classic = classic.into_iter().flat_map(|members| members.keys());
        let consumer = consumer.into_iter().flat_map(|members| members.keys());
        classic.chain(consumer).map(String::as_str)
    }

    /// The member of a classic group for whose assignment the others wait, if they do.
    #[must_use]
    pub fn assigning(&self, group_id: &str) -> Option<&str> {
        match self.groups.get(group_id) {
            Some(Kind::Classic(group)) if group.state == ClassicState::CompletingRebalance => {
                group.leader.as_deref()
            }
            _ => None,
        }
    }

    /// A fault: the member's session ends now, whether it was heard of or not.
    pub fn expire_session(&mut self, cx: &Context<'_>, group_id: &str, member_id: &str) {
        self.touch(group_id);
        match self.turn(cx, group_id) {
            (Some(Kind::Classic(group)), mut turn) => {
                group.leave(&mut turn, &[(member_id, None)]);
            }
            (Some(Kind::Consumer(group)), _) if group.members.contains_key(member_id) => {
                group.fence(cx.topics, member_id);
                self.maybe_downgrade(cx, group_id);
            }
            _ => {}
        }
    }
}
