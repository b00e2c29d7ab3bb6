//! What the log holds of a classic group. It is written when a generation's assignment is known or the group has
//! emptied: whoever takes over in the middle of a rebalance finds the generation before it.

use std::collections::BTreeMap;

use ottla_protocol::error_code::ErrorCode;

use super::{ClassicGroup, ClassicMember, ClassicState};
use crate::groups::answer::JoinOutcome;
use crate::groups::context::Turn;

/// A generation as written.
#[derive(Clone, Debug)]
pub(in crate::groups) struct Snapshot {
    pub(in crate::groups) since_ms: i64,
    pub(in crate::groups) protocol_type: Option<String>,
    pub(in crate::groups) generation: i32,
    pub(in crate::groups) protocol: Option<String>,
    pub(in crate::groups) leader: Option<String>,
    pub(in crate::groups) members: BTreeMap<String, ClassicMember>,
}

impl ClassicGroup {
    pub(in crate::groups) fn persist(&mut self) {
        self.persisted = Some(Box::new(Snapshot {
            since_ms: self.since_ms,
            protocol_type: self.protocol_type.clone(),
            generation: self.generation,
            protocol: self.protocol.clone(),
            leader: self.leader.clone(),
            members: self.members.clone(),
        }));
    }

    /// As a coordinator finds it that reads the log; sessions begin anew.
    pub(in crate::groups) fn load(turn: &Turn<'_>, snapshot: Snapshot) -> Self {
        let mut group = Self::new(turn.now);
        group.persisted = Some(Box::new(snapshot.clone()));
        group.since_ms = snapshot.since_ms;
        group.protocol_type = snapshot.protocol_type;
        group.generation = snapshot.generation;
        group.protocol = snapshot.protocol;
        group.leader = snapshot.leader;
        for (id, mut member) in snapshot.members {
            member.joining = None;
            member.syncing = None;
            member.is_new = false;
            member.deadline = Some(turn.after(member.session_timeout));
            // Kafka keeps the chosen assignor's metadata only.
            member
                .protocols
                .retain(|(name, _)| Some(name) == group.protocol.as_ref());
            if let Some(instance_id) = &member.instance_id {
                group.statics.insert(instance_id.clone(), id.clone());
            }
            group.members.insert(id, member);
        }
        group.state = if group.members.is_empty() {
            ClassicState::Empty
        } else {
            ClassicState::Stable
        };
        group.previous = group.state;
        group.subscribed = group.read_subscriptions();
        group
    }

    /// The coordinator is another broker: what is parked here hears so, the rest is as the log has it.
    pub(in crate::groups) fn moved(&mut self, turn: &mut Turn<'_>) {
        self.refuse_parked(turn, ErrorCode::NOT_COORDINATOR);
        *self = match self.persisted.take() {
            Some(snapshot) => Self::load(turn, *snapshot),
            None => Self::new(turn.now),
        };
    }

    /// Answers everything that is parked with this error.
    pub(in crate::groups) fn refuse_parked(&mut self, turn: &mut Turn<'_>, error: ErrorCode) {
        for (id, member) in &mut self.members {
            if let Some(ticket) = member.joining.take() {
                turn.answer(ticket, JoinOutcome::refused(error, id));
            }
            if let Some(ticket) = member.syncing.take() {
                turn.answer(ticket, super::sync::refused(error));
            }
        }
    }
}
