//! When the next heartbeat is due, and when the session is over without one.

#![deny(clippy::disallowed_methods)]

use std::time::{Duration, Instant};

#[derive(Debug)]
pub(super) struct Pulse {
    interval: Duration,
    session_timeout: Duration,
    /// A moment at which the coordinator counted the member in. For a heartbeat that is when it was *sent*: when it
    /// was answered says nothing about a process that was frozen between.
    alive_at: Instant,
    next_at: Instant,
}

impl Pulse {
    pub(super) fn start(now: Instant, interval: Duration, session_timeout: Duration) -> Self {
        Self {
            interval,
            session_timeout,
            alive_at: now,
            next_at: now + interval,
        }
    }

    pub(super) fn sent(&mut self, now: Instant) {
        self.next_at = now + self.interval;
    }

    pub(super) fn answered(&mut self, sent: Instant) {
        self.alive_at = self.alive_at.max(sent);
    }

    /// The last one came to nothing: another at once.
    pub(super) fn missed(&mut self, now: Instant) {
        self.next_at = now;
    }

    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.next_at <= now
    }

    pub(super) fn is_over(&self, now: Instant) -> bool {
        self.over_at() <= now
    }

    pub(super) fn next_at(&self) -> Instant {
        self.next_at
    }

    pub(super) fn over_at(&self) -> Instant {
        self.alive_at + self.session_timeout
    }
}
