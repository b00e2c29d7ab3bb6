//! What the coordinator's answers and errors do to a member.

#![deny(clippy::disallowed_methods)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::patience::Verdict;

use super::{Classic, InFlight};
use crate::membership::pulse::Pulse;
use crate::membership::reading::Reading;
use crate::membership::{
    Action, Assignment, Joined, MembershipError, RequestError, Response, SharedError, State, Synced,
};

impl Classic {
    pub(super) fn answered(&mut self, now: Instant, flight: &InFlight, response: Response) {
        match (response, self.state) {
            // No sign that the trouble is over: the broker that is named may be the one that is gone.
            (Response::Coordinator(broker), _) => self.coordinator = Some(broker),
            (Response::Joined(joined), State::Joining) => self.joined(now, joined),
            (Response::Joined(joined), State::Leaving) => self.member_id = joined.member_id,
            (Response::Synced(synced), State::Syncing) => self.synced(now, synced),
            (Response::Alive, State::Stable | State::Revoking) => self.alive(now, flight.sent),
            (Response::Left, State::Leaving) => self.left(),
            _ => {}
        }
    }

    fn joined(&mut self, now: Instant, joined: Joined) {
        self.recovered(now);
        self.member_id = Arc::clone(&joined.member_id);
        let leads = joined.leader == joined.member_id;
        let assigns = leads && !joined.skip_assignment;
        self.plan.clear();
        self.counts = None;
        self.joined = Some(joined);
        if assigns {
            self.look_at = Some(now);
            self.enter(State::Assigning);
        } else {
            self.enter(State::Syncing);
        }
    }

    fn synced(&mut self, now: Instant, synced: Synced) {
        let Some(joined) = &self.joined else { return };
        let Synced {
            mut partitions,
            counts,
        } = synced;
        self.pulse = Some(Pulse::start(
            now,
            self.config.heartbeat_interval,
            self.config.session_timeout,
        ));
        partitions.sort();
        partitions.dedup();
        let leader = joined.leader == joined.member_id;
        self.actions.push_back(Action::Assign(Assignment {
            generation: joined.generation,
            member_id: Arc::clone(&self.member_id),
            partitions,
            leader,
        }));
        // Who comes back looks whether a topic grew meanwhile.
        let look_in = match joined.skip_assignment {
            true => Duration::ZERO,
            false => self.config.metadata_max_age,
        };
        self.look_at = leader.then(|| now + look_in);
        if joined.skip_assignment {
            self.counts = counts;
        }
        self.plan.clear();
        self.backoff.reset();
        self.recovered(now);
        self.enter(State::Stable);
    }

    /// A heartbeat came back: the coordinator counted this member in when it was sent.
    fn alive(&mut self, now: Instant, sent: Instant) {
        if let Some(pulse) = &mut self.pulse {
            pulse.answered(sent);
        }
        self.backoff.reset();
        self.recovered(now);
        let tickets = self.confirmations.heartbeat_ok();
        if !tickets.is_empty() {
            self.actions.push_back(Action::Confirmed(tickets));
        }
    }

    pub(super) fn failed(&mut self, now: Instant, flight: &InFlight, error: RequestError) {
        self.confirmations.heartbeat_lost();
        if self.state == State::Leaving {
            return self.failed_leaving(now, error);
        }
        match error {
            RequestError::MemberIdRequired(id) => {
                self.member_id = id;
                self.recovered(now);
            }
            RequestError::Refused(code) => match Reading::of(code, flight.name, &self.config) {
                Reading::Later => self.again(now, flight.name, Arc::new(error)),
                Reading::Moved => self.elsewhere(now, flight.name, Arc::new(error)),
                Reading::Forgotten => {
                    self.member_id = Arc::default();
                    self.out(now, "the coordinator does not know this member");
                }
                Reading::Outdated => self.out(now, "the generation is over"),
                Reading::Rebalancing => self.rebalancing(now, flight.sent),
                Reading::Fatal(error) => self.fail(error),
            },
            RequestError::Failed { retriable, error } if retriable => {
                self.elsewhere(now, flight.name, error);
            }
            RequestError::Failed { error, .. } => self.fail(MembershipError::Failed {
                request: flight.name,
                source: error,
            }),
        }
    }

    /// Another broker may coordinate the group now.
    fn elsewhere(&mut self, now: Instant, request: &'static str, error: SharedError) {
        self.coordinator = None;
        self.again(now, request, error);
    }

    /// Tries again after a pause, unless that was done for long enough.
    fn again(&mut self, now: Instant, request: &'static str, error: SharedError) {
        match self.patience.failed(now) {
            Verdict::Ongoing => {}
            Verdict::Started => self.actions.push_back(Action::Trouble { request, error }),
            Verdict::GiveUp { elapsed, attempts } => {
                return self.fail(MembershipError::GaveUp {
                    request,
                    elapsed,
                    attempts,
                    source: error,
                });
            }
        }
        if let Some(pulse) = &mut self.pulse {
            pulse.missed(now);
        }
        self.rejoin(now);
    }

    /// The coordinator no longer counts this member in, or not in this generation.
    fn out(&mut self, now: Instant, why: &'static str) {
        if self.state.has_pulse() {
            self.lose(why);
        }
        self.rejoin(now);
    }

    /// Not an error: all members are to join again.
    fn rebalancing(&mut self, now: Instant, sent: Instant) {
        match self.state {
            State::Stable => {
                self.alive(now, sent);
                self.revoke(self.config.revoke_within, "the group rebalances");
            }
            State::Revoking => self.alive(now, sent),
            // At once: whoever comes late holds up the others.
            State::Syncing => self.enter(State::Joining),
            _ => self.rejoin(now),
        }
    }

    /// After a pause, joins again if a join or a sync failed. A sync that failed is not sent again: the generation may
    /// have moved on meanwhile.
    fn rejoin(&mut self, now: Instant) {
        self.retry_at = Some(now + self.backoff.next());
        if self.state == State::Syncing {
            self.enter(State::Joining);
        }
    }

    fn recovered(&mut self, now: Instant) {
        if let Some(over) = self.patience.succeeded(now) {
            self.actions.push_back(Action::Recovered {
                elapsed: over.elapsed,
                attempts: over.attempts,
            });
        }
    }

    pub(super) fn fail(&mut self, error: MembershipError) {
        if self.state.has_pulse() {
            self.lose("the member failed");
        }
        self.look_at = None;
        self.retry_at = None;
        self.actions.push_back(Action::Fail(error));
        self.enter(State::Failed);
    }
}
