//! SyncGroup and Heartbeat: handing out the leader's assignment, and staying in.

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::heartbeat::HeartbeatRequest;
use ottla_protocol::messages::sync_group::SyncGroupRequest;

use super::{ClassicGroup, ClassicState};
use crate::groups::answer::SyncOutcome;
use crate::groups::context::Turn;
use crate::ticket::Ticket;

pub(super) fn refused(error: ErrorCode) -> SyncOutcome {
    SyncOutcome::refused(error)
}

impl ClassicGroup {
    pub(in crate::groups) fn sync(
        &mut self,
        turn: &mut Turn<'_>,
        ticket: Ticket,
        request: &SyncGroupRequest<'_>,
    ) {
        if let Err(error) = self.check_sync(request) {
            return turn.answer(ticket, refused(error));
        }
        let id = request.member_id;
        match self.state {
            ClassicState::Empty => turn.answer(ticket, refused(ErrorCode::UNKNOWN_MEMBER_ID)),
            ClassicState::PreparingRebalance => {
                turn.answer(ticket, refused(ErrorCode::REBALANCE_IN_PROGRESS))
            }
            ClassicState::CompletingRebalance => self.park_sync(turn, ticket, request),
            ClassicState::Stable => {
                self.unsynced.remove(id);
                if self.unsynced.is_empty() {
                    self.sync_deadline = None;
                }
                turn.answer(ticket, self.synced(id));
            }
        }
    }

    fn check_sync(&self, request: &SyncGroupRequest<'_>) -> Result<(), ErrorCode> {
        self.check_member(request.member_id, request.group_instance_id)?;
        if request.generation_id != self.generation {
            return Err(ErrorCode::ILLEGAL_GENERATION);
        }
        if differs(request.protocol_type, self.protocol_type.as_deref())
            || differs(request.protocol_name, self.protocol.as_deref())
        {
            return Err(ErrorCode::INCONSISTENT_GROUP_PROTOCOL);
        }
        Ok(())
    }

    fn park_sync(&mut self, turn: &mut Turn<'_>, ticket: Ticket, request: &SyncGroupRequest<'_>) {
        let id = request.member_id;
        if let Some(member) = self.members.get_mut(id)
            && let Some(older) = member.syncing.replace(ticket)
        {
            turn.answer(older, refused(ErrorCode::REBALANCE_IN_PROGRESS));
        }
        self.unsynced.remove(id);
        if !self.is_leader(id) {
            return;
        }
        for (id, member) in &mut self.members {
            let given = request
                .assignments
                .iter()
                .rfind(|given| given.member_id == id);
            member.assignment = given
                .map(|given| given.assignment.to_vec())
                .unwrap_or_default();
        }
        self.transition(turn.now, ClassicState::Stable);
        self.persist();
        self.answer_syncs(turn);
        if self.unsynced.is_empty() {
            self.sync_deadline = None;
        }
    }

    fn answer_syncs(&mut self, turn: &mut Turn<'_>) {
        let ids: Vec<String> = self.members.keys().cloned().collect();
        for id in ids {
            let outcome = self.synced(&id);
            if let Some(member) = self.members.get_mut(&id)
                && let Some(ticket) = member.syncing.take()
            {
                turn.answer(ticket, outcome);
                member.deadline = Some(turn.after(member.session_timeout));
            }
        }
    }

    fn synced(&self, id: &str) -> SyncOutcome {
        SyncOutcome {
            error: ErrorCode::NONE,
            protocol_type: self.protocol_type.clone(),
            protocol: self.protocol.clone(),
            assignment: self
                .members
                .get(id)
                .map(|member| member.assignment.clone())
                .unwrap_or_default(),
        }
    }

    pub(super) fn refuse_syncs(&mut self, turn: &mut Turn<'_>, error: ErrorCode) {
        for member in self.members.values_mut() {
            member.assignment.clear();
            if let Some(ticket) = member.syncing.take() {
                turn.answer(ticket, refused(error));
                member.deadline = Some(turn.after(member.session_timeout));
            }
        }
    }

    pub(in crate::groups) fn heartbeat(
        &mut self,
        turn: &mut Turn<'_>,
        request: &HeartbeatRequest<'_>,
    ) -> ErrorCode {
        if let Err(error) = self.check_member(request.member_id, request.group_instance_id) {
            return error;
        }
        if request.generation_id != self.generation {
            return ErrorCode::ILLEGAL_GENERATION;
        }
        self.heard_of(turn, request.member_id);
        match self.state {
            ClassicState::Empty => ErrorCode::UNKNOWN_MEMBER_ID,
            ClassicState::PreparingRebalance => ErrorCode::REBALANCE_IN_PROGRESS,
            ClassicState::CompletingRebalance | ClassicState::Stable => ErrorCode::NONE,
        }
    }

    pub(in crate::groups) fn heard_of(&mut self, turn: &Turn<'_>, member_id: &str) {
        if let Some(member) = self.members.get_mut(member_id) {
            member.deadline = Some(turn.after(member.session_timeout));
        }
    }
}

/// Only what both name can differ.
fn differs(asked: Option<&str>, have: Option<&str>) -> bool {
    matches!((asked, have), (Some(asked), Some(have)) if asked != have)
}
