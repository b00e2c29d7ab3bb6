//! JoinGroup: who may come in, under which id, and whether that starts a rebalance.

use std::time::Duration;

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::join_group::JoinGroupRequest;

use super::{ClassicGroup, ClassicMember, ClassicState};
use crate::groups::answer::JoinOutcome;
use crate::groups::context::{Caller, Turn, millis};
use crate::ticket::Ticket;

/// Who asks to join.
pub(in crate::groups) struct Joiner {
    pub(in crate::groups) member_id: String,
    pub(in crate::groups) instance_id: Option<String>,
    pub(in crate::groups) client_id: String,
    pub(in crate::groups) client_host: String,
    pub(in crate::groups) version: i16,
    pub(in crate::groups) session_timeout: Duration,
    pub(in crate::groups) rebalance_timeout: Duration,
    pub(in crate::groups) protocol_type: String,
    pub(in crate::groups) protocols: Vec<(String, Vec<u8>)>,
    pub(in crate::groups) ticket: Ticket,
}

impl Joiner {
    pub(in crate::groups) fn new(
        caller: Caller<'_>,
        ticket: Ticket,
        request: &JoinGroupRequest<'_>,
    ) -> Self {
        let session_timeout = millis(request.session_timeout_ms);
        Self {
            member_id: request.member_id.to_owned(),
            instance_id: request.group_instance_id.map(str::to_owned),
            client_id: caller.client_id.to_owned(),
            client_host: caller.client_host.to_owned(),
            version: caller.version,
            session_timeout,
            // Version 0 has no rebalance time-out of its own.
            rebalance_timeout: match request.rebalance_timeout_ms {
                ..0 => session_timeout,
                ms => millis(ms),
            },
            protocol_type: request.protocol_type.to_owned(),
            protocols: request
                .protocols
                .iter()
                .map(|protocol| (protocol.name.to_owned(), protocol.metadata.to_vec()))
                .collect(),
            ticket,
        }
    }

    /// What new ids begin with.
    pub(in crate::groups) fn id_prefix(&self) -> &str {
        self.instance_id.as_deref().unwrap_or(&self.client_id)
    }

    fn member(&self) -> ClassicMember {
        ClassicMember {
            instance_id: self.instance_id.clone(),
            client_id: self.client_id.clone(),
            client_host: self.client_host.clone(),
            session_timeout: self.session_timeout,
            rebalance_timeout: self.rebalance_timeout,
            protocols: self.protocols.clone(),
            assignment: Vec::new(),
            deadline: None,
            is_new: true,
            joining: None,
            syncing: None,
        }
    }
}

impl ClassicGroup {
    /// Lets a member in, refuses it, or parks it. `new_id` is for those who come without one.
    pub(in crate::groups) fn join(&mut self, turn: &mut Turn<'_>, joiner: Joiner, new_id: String) {
        if !self.has_room(turn, &joiner.member_id) {
            self.remove(&joiner.member_id);
            return turn.answer(
                joiner.ticket,
                JoinOutcome::refused(ErrorCode::GROUP_MAX_SIZE_REACHED, ""),
            );
        }
        if !self.supports(&joiner.protocol_type, &joiner.protocols) {
            let outcome =
                JoinOutcome::refused(ErrorCode::INCONSISTENT_GROUP_PROTOCOL, &joiner.member_id);
            return turn.answer(joiner.ticket, outcome);
        }
        if joiner.member_id.is_empty() {
            self.join_new(turn, joiner, new_id);
        } else if self.pending.contains_key(&joiner.member_id) && joiner.instance_id.is_none() {
            let member_id = joiner.member_id.clone();
            self.add(turn, joiner, member_id);
        } else {
            self.join_again(turn, joiner);
        }
    }

    fn has_room(&self, turn: &Turn<'_>, member_id: &str) -> bool {
        let member = self.members.get(member_id);
        let max = turn.settings.max_size;
        match self.state {
            ClassicState::Empty => true,
            ClassicState::PreparingRebalance => {
                member.is_some_and(ClassicMember::is_joining)
                    || self
                        .members
                        .values()
                        .filter(|member| member.is_joining())
                        .count()
                        < max
            }
            ClassicState::CompletingRebalance | ClassicState::Stable => {
                member.is_some() || self.members.len() < max
            }
        }
    }

    fn join_new(&mut self, turn: &mut Turn<'_>, joiner: Joiner, new_id: String) {
        let held = joiner
            .instance_id
            .as_ref()
            .and_then(|name| self.statics.get(name))
            .cloned();
        match (&joiner.instance_id, held) {
            (Some(_), Some(old_id)) => self.replace_static(turn, joiner, &old_id, new_id),
            (None, _) if joiner.version >= 4 => {
                // KIP-394: only who got an answer becomes a member, so that lost answers leave nobody behind.
                self.pending
                    .insert(new_id.clone(), turn.after(joiner.session_timeout));
                turn.answer(
                    joiner.ticket,
                    JoinOutcome::refused(ErrorCode::MEMBER_ID_REQUIRED, &new_id),
                );
            }
            _ => self.add(turn, joiner, new_id),
        }
    }

    fn add(&mut self, turn: &mut Turn<'_>, joiner: Joiner, member_id: String) {
        if self.state == ClassicState::PreparingRebalance && self.previous == ClassicState::Empty {
            self.new_member_added = true;
        }
        if self.members.is_empty() {
            self.protocol_type = Some(joiner.protocol_type.clone());
        }
        let mut member = joiner.member();
        member.joining = Some(joiner.ticket);
        member.deadline = Some(turn.after(turn.settings.new_member_join_timeout));
        if let Some(instance_id) = &member.instance_id {
            self.statics.insert(instance_id.clone(), member_id.clone());
        }
        self.pending.remove(&member_id);
        self.leader.get_or_insert_with(|| member_id.clone());
        self.members.insert(member_id, member);
        self.rebalance_or_complete(turn);
    }

    fn join_again(&mut self, turn: &mut Turn<'_>, joiner: Joiner) {
        let id = joiner.member_id.clone();
        if let Err(error) = self.check_member(&id, joiner.instance_id.as_deref()) {
            return turn.answer(joiner.ticket, JoinOutcome::refused(error, &id));
        }
        let same = self
            .members
            .get(&id)
            .is_some_and(|member| member.protocols == joiner.protocols);
        match self.state {
            // The last join's answer was lost: the member gets it again.
            ClassicState::CompletingRebalance if same => {
                turn.answer(joiner.ticket, self.joined(&id))
            }
            // A follower that has nothing new stays where it is; the leader may have seen new partitions.
            ClassicState::Stable if same && !self.is_leader(&id) => {
                turn.answer(joiner.ticket, self.joined(&id))
            }
            ClassicState::Empty => {
                turn.answer(
                    joiner.ticket,
                    JoinOutcome::refused(ErrorCode::UNKNOWN_MEMBER_ID, &id),
                );
            }
            _ => {
                self.update(turn, &id, &joiner);
                self.rebalance_or_complete(turn);
            }
        }
    }

    fn update(&mut self, turn: &mut Turn<'_>, member_id: &str, joiner: &Joiner) {
        let Some(member) = self.members.get_mut(member_id) else {
            return;
        };
        member.protocols.clone_from(&joiner.protocols);
        member.session_timeout = joiner.session_timeout;
        member.rebalance_timeout = joiner.rebalance_timeout;
        // Kafka never answers the older of two parked joins: its connection is gone. Here each ticket is answered.
        if let Some(older) = member.joining.replace(joiner.ticket) {
            turn.answer(
                older,
                JoinOutcome::refused(ErrorCode::REBALANCE_IN_PROGRESS, member_id),
            );
        }
    }

    /// A static member is back under its name: it takes over what the name's last holder had (KIP-345).
    fn replace_static(
        &mut self,
        turn: &mut Turn<'_>,
        joiner: Joiner,
        old_id: &str,
        new_id: String,
    ) {
        let was_leader = self.leader.clone().unwrap_or_default();
        self.rename(turn, old_id, &new_id);
        self.update(turn, &new_id, &joiner);
        match self.state {
            ClassicState::Stable if self.elect_protocol() == self.protocol => {
                self.persist();
                let mut outcome = self.joined(&new_id);
                if joiner.version >= 9 {
                    // KIP-814: a leader that came back is told so, and who the members are.
                    outcome.skip_assignment = self.is_leader(&new_id);
                } else {
                    // Without that it must not think that it leads: it would assign from an old list.
                    outcome.leader = was_leader;
                    outcome.members.clear();
                }
                if let Some(member) = self.members.get_mut(&new_id) {
                    member.joining = None;
                }
                turn.answer(joiner.ticket, outcome);
            }
            ClassicState::Stable => self.rebalance_or_complete(turn),
            ClassicState::CompletingRebalance => self.prepare_rebalance(turn),
            ClassicState::Empty | ClassicState::PreparingRebalance => {
                self.complete_if_all_joined(turn)
            }
        }
    }

    fn rename(&mut self, turn: &mut Turn<'_>, old_id: &str, new_id: &str) {
        let Some(mut member) = self.members.remove(old_id) else {
            return;
        };
        if let Some(ticket) = member.joining.take() {
            turn.answer(
                ticket,
                JoinOutcome::refused(ErrorCode::FENCED_INSTANCE_ID, old_id),
            );
        }
        if let Some(ticket) = member.syncing.take() {
            turn.answer(ticket, super::sync::refused(ErrorCode::FENCED_INSTANCE_ID));
        }
        member.deadline = Some(turn.after(member.session_timeout));
        if self.unsynced.remove(old_id) {
            self.unsynced.insert(new_id.to_owned());
        }
        if let Some(instance_id) = &member.instance_id {
            self.statics.insert(instance_id.clone(), new_id.to_owned());
        }
        if self.is_leader(old_id) {
            self.leader = Some(new_id.to_owned());
        }
        self.members.insert(new_id.to_owned(), member);
    }

    /// What a member of the present generation is told.
    pub(super) fn joined(&self, member_id: &str) -> JoinOutcome {
        JoinOutcome {
            error: ErrorCode::NONE,
            generation: self.generation,
            protocol_type: self.protocol_type.clone(),
            protocol: self.protocol.clone(),
            leader: self.leader.clone().unwrap_or_default(),
            skip_assignment: false,
            member_id: member_id.to_owned(),
            members: if self.is_leader(member_id) {
                self.members_for_leader()
            } else {
                Vec::new()
            },
        }
    }
}
