//! The way out: a good-bye to the coordinator, so that the others need not wait for the session time-out.

#![deny(clippy::disallowed_methods)]

use std::sync::Arc;
use std::time::Instant;

use crate::membership::reading::Reading;
use crate::membership::{Action, RequestError, State};

use super::Classic;

impl Classic {
    pub(super) fn begin_leaving(&mut self, now: Instant) {
        self.enter(State::Leaving);
        self.look_at = None;
        self.retry_at = None;
        self.leave_by = Some(now + self.config.leave_within);
        // The coordinator waits for a member that it has just given an id to, so the answer that brings the id is worth
        // waiting for. Any other request is of no interest now.
        let id_is_coming = self.member_id.is_empty()
            && self
                .in_flight
                .as_ref()
                .is_some_and(|f| f.name == "JoinGroup");
        if !id_is_coming {
            self.in_flight = None;
        }
        // A static member keeps its place: it may be back within the session time-out.
        if self.config.instance_id.is_some() || self.member_id.is_empty() && !id_is_coming {
            self.left();
        }
    }

    pub(super) fn failed_leaving(&mut self, now: Instant, error: RequestError) {
        let again = match error {
            RequestError::MemberIdRequired(id) => {
                self.member_id = id;
                return;
            }
            RequestError::Refused(code) => {
                let reading = Reading::of(code, "LeaveGroup", &self.config);
                matches!(reading, Reading::Later | Reading::Moved)
            }
            RequestError::Failed { retriable, .. } => retriable,
        };
        if !again || self.member_id.is_empty() {
            return self.left();
        }
        self.coordinator = None;
        self.retry_at = Some(now + self.backoff.next());
    }

    pub(super) fn left(&mut self) {
        self.leave_by = None;
        self.retry_at = None;
        self.in_flight = None;
        self.member_id = Arc::default();
        self.actions.push_back(Action::Left);
        self.enter(State::Left);
    }
}
