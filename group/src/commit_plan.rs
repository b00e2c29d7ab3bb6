//! When a session commits: each interval, and when asked; never two at a time.
//!
//! Commits that overtake each other could put an older offset over a newer one, so whoever asks while one is in
//! flight waits for the next, which takes the values of then.

#![deny(clippy::disallowed_methods)]

use std::time::{Duration, Instant};

/// The longest pause after failures in a row.
const MAX_PAUSE: Duration = Duration::from_secs(10);
/// The pause after the first failure; it doubles.
const MIN_PAUSE: Duration = Duration::from_millis(200);

/// Decides when the next commit of a session is due.
#[derive(Debug)]
pub struct CommitPlan {
    /// Time between commits that nobody asked for; none: only when asked.
    every: Option<Duration>,
    /// When the next one is due by itself.
    due: Option<Instant>,
    asked: bool,
    in_flight: bool,
    failures: u32,
}

impl CommitPlan {
    /// The first commit that nobody asked for is due one interval from `now`.
    #[must_use]
    pub fn new(now: Instant, every: Option<Duration>) -> Self {
        Self {
            every,
            due: every.map(|every| now + every),
            asked: false,
            in_flight: false,
            failures: 0,
        }
    }

    /// Somebody wants a commit now, or as soon as the one in flight has ended.
    pub fn ask(&mut self) {
        self.asked = true;
    }

    /// Whether to commit now; if so, it counts as in flight until [`finish`](Self::finish).
    pub fn start(&mut self, now: Instant) -> bool {
        let due = self.asked || self.due.is_some_and(|due| due <= now);
        if self.in_flight || !due {
            return false;
        }
        self.in_flight = true;
        self.asked = false;
        true
    }

    /// The commit in flight has ended. After a failure the next one comes after a pause that grows with each,
    /// also where no interval is set: what was asked for is still wanted.
    pub fn finish(&mut self, now: Instant, succeeded: bool) {
        self.in_flight = false;
        if succeeded {
            self.failures = 0;
            self.due = self.every.map(|every| now + every);
        } else {
            let pause = MIN_PAUSE.saturating_mul(1 << self.failures.min(16));
            self.failures = self.failures.saturating_add(1);
            self.due = Some(now + pause.min(MAX_PAUSE));
        }
    }

    /// When [`start`](Self::start) is worth asking again; none: after the next `ask` or `finish`.
    ///
    /// Changes after `start`, `finish` and `ask`.
    #[must_use]
    pub fn poll_timeout(&self, now: Instant) -> Option<Instant> {
        match (self.in_flight, self.asked) {
            (true, _) => None,
            (false, true) => Some(now),
            (false, false) => self.due,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// An instant to count from.
    #[allow(clippy::disallowed_methods)]
    fn epoch() -> Instant {
        Instant::now()
    }

    #[test]
    fn each_interval_one_commit() {
        let start = epoch();
        let mut plan = CommitPlan::new(start, Some(5 * SECOND));
        assert!(!plan.start(start + 4 * SECOND));
        assert!(plan.start(start + 5 * SECOND));
        plan.finish(start + 6 * SECOND, true);
        assert_eq!(
            plan.poll_timeout(start + 6 * SECOND),
            Some(start + 11 * SECOND)
        );
    }

    #[test]
    fn never_two_in_flight() {
        let start = epoch();
        let mut plan = CommitPlan::new(start, None);
        plan.ask();
        assert!(plan.start(start));
        plan.ask();
        assert!(!plan.start(start + SECOND));
        assert_eq!(plan.poll_timeout(start), None);
        plan.finish(start + SECOND, true);
        assert!(plan.start(start + SECOND), "asked while one was in flight");
    }

    #[test]
    fn without_an_interval_only_when_asked() {
        let start = epoch();
        let mut plan = CommitPlan::new(start, None);
        assert!(!plan.start(start + 3600 * SECOND));
        assert_eq!(plan.poll_timeout(start), None);
    }

    #[test]
    fn failures_are_tried_again_after_growing_pauses() {
        let start = epoch();
        let mut plan = CommitPlan::new(start, None);
        plan.ask();
        let mut now = start;
        let mut pauses = Vec::new();
        for _ in 0..8 {
            assert!(plan.start(now));
            plan.finish(now, false);
            let due = plan.poll_timeout(now);
            assert!(due.is_some_and(|due| due > now && due <= now + MAX_PAUSE));
            let due = due.unwrap_or(now);
            pauses.push(due - now);
            now = due;
        }
        assert!(pauses.is_sorted());
        assert_eq!(pauses.last(), Some(&MAX_PAUSE));
    }
}
