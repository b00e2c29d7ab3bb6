//! The join phase: when it begins, when it ends, and what time does to a classic group.

use std::time::Duration;

use ottla_protocol::error_code::ErrorCode;

use super::{ClassicGroup, ClassicState, JoinTimer};
use crate::groups::answer::JoinOutcome;
use crate::groups::context::Turn;

impl ClassicGroup {
    pub(super) fn rebalance_or_complete(&mut self, turn: &mut Turn<'_>) {
        match self.state {
            ClassicState::PreparingRebalance => self.complete_if_all_joined(turn),
            _ => self.prepare_rebalance(turn),
        }
    }

    pub(in crate::groups) fn prepare_rebalance(&mut self, turn: &mut Turn<'_>) {
        if self.state == ClassicState::CompletingRebalance {
            self.refuse_syncs(turn, ErrorCode::REBALANCE_IN_PROGRESS);
        }
        self.unsynced.clear();
        self.sync_deadline = None;
        let initial = self.state == ClassicState::Empty;
        self.transition(turn.now, ClassicState::PreparingRebalance);
        if initial {
            let delay = turn.settings.initial_rebalance_delay;
            let remaining = self.rebalance_timeout().saturating_sub(delay);
            self.join_timer = Some(JoinTimer {
                deadline: turn.after(delay),
                initial: Some((delay, remaining)),
            });
        } else if self.all_joined() {
            self.complete_join(turn);
        } else {
            self.wait_for_joins(turn);
        }
    }

    fn wait_for_joins(&mut self, turn: &Turn<'_>) {
        self.join_timer = Some(JoinTimer {
            // Never at once, or it would be due again and again.
            deadline: turn.after(self.rebalance_timeout().max(Duration::from_millis(1))),
            initial: None,
        });
    }

    /// A new group waits out its delay, whoever is there already.
    pub(super) fn complete_if_all_joined(&mut self, turn: &mut Turn<'_>) {
        if self.state == ClassicState::PreparingRebalance
            && self.previous != ClassicState::Empty
            && self.all_joined()
        {
            self.complete_join(turn);
        }
    }

    fn complete_join(&mut self, turn: &mut Turn<'_>) {
        self.join_timer = None;
        self.drop_absent_dynamic_members();
        if !self.elect_present_leader() && !self.members.is_empty() {
            // Only static members, and none is here: they keep their places until their sessions end.
            return self.wait_for_joins(turn);
        }
        self.generation = self.generation.saturating_add(1);
        self.unsynced.clear();
        if self.members.is_empty() {
            self.protocol = None;
            self.subscribed = self.read_subscriptions();
            self.transition(turn.now, ClassicState::Empty);
            self.persist();
        } else {
            self.settle_protocol();
            self.transition(turn.now, ClassicState::CompletingRebalance);
            self.answer_joins(turn);
            self.sync_deadline = Some(turn.after(self.rebalance_timeout()));
        }
    }

    /// Chooses the assignor for members that are there already.
    pub(in crate::groups) fn settle_protocol(&mut self) {
        self.protocol = self.elect_protocol();
        self.subscribed = self.read_subscriptions();
    }

    fn drop_absent_dynamic_members(&mut self) {
        let absent: Vec<String> = self
            .members
            .iter()
            .filter(|(_, member)| !member.is_joining() && member.instance_id.is_none())
            .map(|(id, _)| id.clone())
            .collect();
        for id in absent {
            self.remove(&id);
        }
    }

    fn elect_present_leader(&mut self) -> bool {
        let leader = self.leader.as_ref().and_then(|id| self.members.get(id));
        if leader.is_some_and(super::ClassicMember::is_joining) {
            return true;
        }
        let present = self.members.iter().find(|(_, member)| member.is_joining());
        match present.map(|(id, _)| id.clone()) {
            Some(id) => {
                self.leader = Some(id);
                true
            }
            None => false,
        }
    }

    fn answer_joins(&mut self, turn: &mut Turn<'_>) {
        let ids: Vec<String> = self.members.keys().cloned().collect();
        for id in ids {
            let outcome = self.joined(&id);
            if let Some(member) = self.members.get_mut(&id) {
                if let Some(ticket) = member.joining.take() {
                    turn.answer(ticket, outcome);
                }
                member.deadline = Some(turn.after(member.session_timeout));
                member.is_new = false;
            }
            self.unsynced.insert(id);
        }
    }

    /// Does everything that is due.
    pub(in crate::groups) fn tick(&mut self, turn: &mut Turn<'_>) {
        // Each step takes a deadline away or moves it into the future, except a wait of no length at all: hence the
        // bound.
        for _ in 0..10_000 {
            match self.next_deadline() {
                Some(due) if due <= turn.now.at => self.tick_once(turn, due),
                _ => return,
            }
        }
    }

    fn tick_once(&mut self, turn: &mut Turn<'_>, due: Duration) {
        if let Some(id) = first_due(self.pending.iter().map(|(id, at)| (id, Some(*at))), due) {
            self.pending.remove(&id);
            if self.all_joined() {
                self.complete_if_preparing(turn);
            }
        } else if let Some(id) = first_due(
            self.members
                .iter()
                .map(|(id, member)| (id, member.deadline)),
            due,
        ) {
            self.expire_session(turn, &id);
        } else if self.sync_deadline == Some(due) {
            self.expire_sync(turn);
        } else {
            self.expire_join(turn);
        }
    }

    fn complete_if_preparing(&mut self, turn: &mut Turn<'_>) {
        if self.state == ClassicState::PreparingRebalance {
            self.complete_join(turn);
        }
    }

    fn expire_session(&mut self, turn: &mut Turn<'_>, id: &str) {
        if let Some(member) = self.members.get_mut(id) {
            member.deadline = None;
            if member.is_excused() {
                return;
            }
        }
        self.throw_out(turn, id);
        match self.state {
            ClassicState::Stable | ClassicState::CompletingRebalance => {
                self.prepare_rebalance(turn)
            }
            ClassicState::PreparingRebalance if self.all_joined() => self.complete_join(turn),
            _ => {}
        }
    }

    /// Takes a member out and tells its parked requests.
    pub(super) fn throw_out(&mut self, turn: &mut Turn<'_>, id: &str) {
        let Some(member) = self.remove(id) else {
            return;
        };
        if let Some(ticket) = member.joining {
            turn.answer(
                ticket,
                JoinOutcome::refused(ErrorCode::UNKNOWN_MEMBER_ID, ""),
            );
        }
        if let Some(ticket) = member.syncing {
            turn.answer(ticket, super::sync::refused(ErrorCode::UNKNOWN_MEMBER_ID));
        }
    }

    /// Who joined and never synced holds up the others: out with it.
    fn expire_sync(&mut self, turn: &mut Turn<'_>) {
        self.sync_deadline = None;
        if self.unsynced.is_empty() {
            return;
        }
        for id in std::mem::take(&mut self.unsynced) {
            self.throw_out(turn, &id);
        }
        self.prepare_rebalance(turn);
    }

    fn expire_join(&mut self, turn: &mut Turn<'_>) {
        match self.join_timer.take().and_then(|timer| timer.initial) {
            Some((delay, remaining)) if self.new_member_added && !remaining.is_zero() => {
                self.new_member_added = false;
                let again = turn.settings.initial_rebalance_delay.min(remaining);
                self.join_timer = Some(JoinTimer {
                    deadline: turn.after(again),
                    initial: Some((again, remaining.saturating_sub(delay))),
                });
            }
            _ => {
                self.new_member_added = false;
                self.complete_if_preparing(turn);
            }
        }
    }
}

fn first_due<'a>(
    mut of: impl Iterator<Item = (&'a String, Option<Duration>)>,
    due: Duration,
) -> Option<String> {
    of.find(|&(_, at)| at == Some(due))
        .map(|(id, _)| id.clone())
}
