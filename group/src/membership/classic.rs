//! The classic group protocol: the leader among the members assigns, and all partitions are given up before each
//! rebalance ("eager").

#![deny(clippy::disallowed_methods)]

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::assignor::{Assignments, PartitionCounts};
use crate::patience::Patience;

use super::confirm::Confirmations;
use super::pulse::Pulse;
use super::{
    Action, Joined, MembershipConfig, Request, RequestError, RequestId, Response, SharedError,
    State, Ticket,
};
use crate::backoff::Backoff;

mod answers;
mod leader;
mod leaving;

/// One member of a classic group.
///
/// Methods take `now`, which never goes back. After each call: [`poll_action`](Self::poll_action) until there is none,
/// then [`poll_timeout`](Self::poll_timeout).
#[derive(Debug)]
pub struct Classic {
    config: MembershipConfig,
    state: State,
    /// The broker that coordinates the group, as far as known.
    coordinator: Option<i32>,
    /// Empty until the coordinator has given one.
    member_id: Arc<str>,
    /// What the last join brought; holds the generation.
    joined: Option<Joined>,
    /// Why the next join is made, for the coordinator's log.
    reason: &'static str,
    /// Leader: what it assigned, and the counts it assigned by.
    plan: Assignments,
    counts: Option<PartitionCounts>,
    /// Leader: when to look for changed counts, and what was asked if an answer is owed.
    look_at: Option<Instant>,
    looking: Option<Vec<Arc<str>>>,
    pulse: Option<Pulse>,
    confirmations: Confirmations,
    in_flight: Option<InFlight>,
    last_request: u64,
    retry_at: Option<Instant>,
    backoff: Backoff,
    patience: Patience,
    leaving: bool,
    leave_by: Option<Instant>,
    actions: VecDeque<Action>,
}

/// The request whose answer is awaited.
#[derive(Debug)]
struct InFlight {
    id: RequestId,
    sent: Instant,
    name: &'static str,
}

impl Classic {
    /// A member that has not asked to join yet. `seed` spreads its pauses: any random number.
    #[must_use]
    pub fn new(config: MembershipConfig, seed: u64) -> Self {
        let backoff = Backoff::new(config.retry_backoff, config.retry_backoff_max, seed);
        Self {
            state: State::Unjoined,
            coordinator: None,
            member_id: Arc::default(),
            joined: None,
            reason: "a new member",
            plan: Assignments::new(),
            counts: None,
            look_at: None,
            looking: None,
            pulse: None,
            confirmations: Confirmations::default(),
            in_flight: None,
            last_request: 0,
            retry_at: None,
            backoff,
            patience: Patience::new(config.give_up),
            leaving: false,
            leave_by: None,
            actions: VecDeque::new(),
            config,
        }
    }

    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> State {
        self.state
    }

    /// Starts to join. Once.
    pub fn join(&mut self, now: Instant) {
        if self.state == State::Unjoined {
            self.enter(State::Joining);
        }
        self.advance(now);
    }

    /// Asks whether the assignment is still this member's. [`Action::Confirmed`] or [`Action::Refuted`] follows,
    /// within the session time-out.
    pub fn confirm(&mut self, now: Instant) -> Ticket {
        if self.state != State::Stable {
            let ticket = self.confirmations.number();
            self.actions.push_back(Action::Refuted(vec![ticket]));
            return ticket;
        }
        let ticket = self.confirmations.put();
        self.advance(now);
        ticket
    }

    /// A request's answer has come, or will not.
    pub fn handle_response(
        &mut self,
        now: Instant,
        id: RequestId,
        result: Result<Response, RequestError>,
    ) {
        if let Some(flight) = self.in_flight.take_if(|flight| flight.id == id) {
            match result {
                Ok(response) => self.answered(now, &flight, response),
                Err(error) => self.failed(now, &flight, error),
            }
        }
        self.advance(now);
    }

    /// The answer to [`Action::Describe`]: the counts of those topics that exist.
    pub fn handle_partition_counts(
        &mut self,
        now: Instant,
        counts: Result<PartitionCounts, SharedError>,
    ) {
        self.looked(now, counts);
        self.advance(now);
    }

    /// The shell has let go of the assignment that was revoked or lost: nothing works on it any more.
    pub fn handle_released(&mut self, now: Instant) {
        if matches!(self.state, State::Revoking | State::Losing) {
            self.in_flight = None;
            self.pulse = None;
            if self.leaving {
                self.begin_leaving(now);
            } else {
                self.enter(State::Joining);
            }
        }
        self.advance(now);
    }

    /// A time that [`poll_timeout`](Self::poll_timeout) gave has come.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.advance(now);
    }

    /// Gives the assignment up in order and leaves the group. [`Action::Left`] follows within bounds once the
    /// assignment is released, whether the coordinator can be reached or not.
    pub fn leave(&mut self, now: Instant) {
        self.leaving = true;
        match self.state {
            State::Stable => self.revoke(self.config.stop_within, "leaving"),
            State::Unjoined | State::Joining | State::Assigning | State::Syncing => {
                self.begin_leaving(now);
            }
            State::Revoking | State::Losing | State::Leaving | State::Left | State::Failed => {}
        }
        self.advance(now);
    }

    /// What to do next; none: nothing until another call.
    #[must_use]
    pub fn poll_action(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    /// When to call [`handle_timeout`](Self::handle_timeout). May change with any call.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let pulse = self.pulse.as_ref();
        let over = pulse.map(Pulse::over_at);
        let beat = pulse.map(Pulse::next_at).max(self.retry_at);
        let request = match self.state {
            _ if self.in_flight.is_some() => None,
            State::Stable | State::Revoking => beat,
            _ => self.retry_at,
        };
        let look = self.look_at.filter(|_| self.looking.is_none());
        [over, request, look, self.leave_by]
            .into_iter()
            .flatten()
            .min()
    }

    /// Does whatever is due.
    fn advance(&mut self, now: Instant) {
        if self.pulse.as_ref().is_some_and(|pulse| pulse.is_over(now)) {
            self.lose("no heartbeat came through within the session time-out");
        }
        if self.leave_by.is_some_and(|by| by <= now) {
            self.left();
        }
        self.look(now);
        if self.in_flight.is_some() || self.retry_at.is_some_and(|at| at > now) {
            return;
        }
        self.retry_at = None;
        if let Some(request) = self.next_request(now) {
            self.send(now, request);
        }
    }

    fn next_request(&self, now: Instant) -> Option<Request> {
        let member_id = Arc::clone(&self.member_id);
        let generation = self.joined.as_ref().map_or(-1, |joined| joined.generation);
        let request = match self.state {
            State::Joining => Request::Join {
                member_id,
                reason: self.reason,
            },
            State::Syncing => Request::Sync {
                member_id,
                generation,
                assignor: self.joined.as_ref()?.assignor.clone(),
                assignments: self.plan.clone(),
                counts: self.counts.clone(),
            },
            State::Stable | State::Revoking if self.heartbeat_is_due(now) => Request::Heartbeat {
                member_id,
                generation,
            },
            State::Leaving if !member_id.is_empty() => Request::Leave { member_id },
            _ => return None,
        };
        Some(match self.coordinator {
            Some(_) => request,
            None => Request::FindCoordinator,
        })
    }

    fn heartbeat_is_due(&self, now: Instant) -> bool {
        self.confirmations.is_waiting() || self.pulse.as_ref().is_some_and(|p| p.is_due(now))
    }

    fn send(&mut self, now: Instant, request: Request) {
        if let Request::Heartbeat { .. } = request {
            self.confirmations.heartbeat_sent();
            if let Some(pulse) = &mut self.pulse {
                pulse.sent(now);
            }
        }
        self.last_request += 1;
        let id = RequestId(self.last_request);
        self.in_flight = Some(InFlight {
            id,
            sent: now,
            name: request.name(),
        });
        let to = match request {
            Request::FindCoordinator => None,
            _ => self.coordinator,
        };
        self.actions.push_back(Action::Send { id, to, request });
    }

    /// Has the shell give the assignment up, and joins again (or leaves) when it has.
    fn revoke(&mut self, within: Duration, reason: &'static str) {
        self.reason = reason;
        self.look_at = None;
        self.refute();
        self.actions.push_back(Action::Revoke { within });
        self.enter(State::Revoking);
    }

    /// The assignment is gone.
    fn lose(&mut self, why: &'static str) {
        self.reason = why;
        self.look_at = None;
        self.pulse = None;
        self.in_flight = None;
        self.refute();
        self.actions.push_back(Action::Lose { why });
        self.enter(State::Losing);
    }

    fn refute(&mut self) {
        let tickets = self.confirmations.refute();
        if !tickets.is_empty() {
            self.actions.push_back(Action::Refuted(tickets));
        }
    }

    fn enter(&mut self, state: State) {
        debug_assert!(state.may_follow(self.state), "{state} after {}", self.state);
        self.state = state;
    }
}
