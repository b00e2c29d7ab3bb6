//! How long trouble with coordinator, broker or store is put up with, and when to speak of it.
//!
//! A job that has begun outlives its surroundings: it tries again for minutes. One that never worked at all gives up
//! sooner, since then the address is more likely wrong than the cluster away. One word when trouble starts and one
//! when it ends, however often is tried between; none about a hiccup.

#![deny(clippy::disallowed_methods)]

use std::time::{Duration, Instant};

/// Trouble that is over within this is not worth a word: a fresh cluster that makes its offsets topic, a leader that
/// moves.
const HICCUP: Duration = Duration::from_secs(2);

/// How long to try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GiveUp {
    /// Once something has succeeded.
    pub after: Duration,
    /// Before anything has.
    pub before_first_success: Duration,
}

/// Counts trouble of one kind.
#[derive(Debug)]
pub struct Patience {
    give_up: GiveUp,
    succeeded: bool,
    trouble: Option<Trouble>,
}

#[derive(Clone, Copy, Debug)]
struct Trouble {
    since: Instant,
    attempts: u32,
    spoken: bool,
}

/// What a failure amounts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// This is trouble: worth a word.
    Started,
    /// Still a hiccup, or still the same trouble.
    Ongoing,
    /// Enough.
    GiveUp {
        /// Time since the first failure.
        elapsed: Duration,
        /// How often was tried.
        attempts: u32,
    },
}

/// Trouble that is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Over {
    /// How long it lasted.
    pub elapsed: Duration,
    /// How often was tried in vain.
    pub attempts: u32,
}

impl Patience {
    /// Nothing has happened yet.
    #[must_use]
    pub fn new(give_up: GiveUp) -> Self {
        Self {
            give_up,
            succeeded: false,
            trouble: None,
        }
    }

    /// As [`new`](Self::new), for something that is known to have worked before.
    #[must_use]
    pub fn proven(give_up: GiveUp) -> Self {
        Self {
            succeeded: true,
            ..Self::new(give_up)
        }
    }

    /// What was tried is known to be there, though nothing has succeeded yet.
    pub fn prove(&mut self) {
        self.succeeded = true;
    }

    /// An attempt failed in a way that trying again may cure.
    pub fn failed(&mut self, now: Instant) -> Verdict {
        let trouble = self.trouble.get_or_insert(Trouble {
            since: now,
            attempts: 0,
            spoken: false,
        });
        trouble.attempts = trouble.attempts.saturating_add(1);
        let elapsed = now.saturating_duration_since(trouble.since);
        let limit = if self.succeeded {
            self.give_up.after
        } else {
            self.give_up.before_first_success
        };
        if elapsed >= limit {
            return Verdict::GiveUp {
                elapsed,
                attempts: trouble.attempts,
            };
        }
        if elapsed < HICCUP || trouble.spoken {
            return Verdict::Ongoing;
        }
        trouble.spoken = true;
        Verdict::Started
    }

    /// An attempt succeeded; what is over by it, if it was spoken of.
    pub fn succeeded(&mut self, now: Instant) -> Option<Over> {
        self.succeeded = true;
        let trouble = self.trouble.take().filter(|trouble| trouble.spoken)?;
        Some(Over {
            elapsed: now.saturating_duration_since(trouble.since),
            attempts: trouble.attempts,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIVE_UP: GiveUp = GiveUp {
        after: Duration::from_secs(300),
        before_first_success: Duration::from_secs(30),
    };

    #[allow(clippy::disallowed_methods)]
    fn epoch() -> Instant {
        Instant::now()
    }

    #[test]
    fn it_speaks_once_at_the_start_and_once_at_the_end() {
        let start = epoch();
        let second = Duration::from_secs(1);
        let mut patience = Patience::new(GIVE_UP);
        assert_eq!(patience.failed(start), Verdict::Ongoing);
        assert_eq!(patience.failed(start + 2 * second), Verdict::Started);
        assert_eq!(patience.failed(start + 3 * second), Verdict::Ongoing);
        let over = Over {
            elapsed: 4 * second,
            attempts: 3,
        };
        assert_eq!(patience.succeeded(start + 4 * second), Some(over));
        assert_eq!(patience.succeeded(start + 5 * second), None);
    }

    #[test]
    fn a_hiccup_passes_in_silence() {
        let start = epoch();
        let second = Duration::from_secs(1);
        let mut patience = Patience::new(GIVE_UP);
        assert_eq!(patience.failed(start), Verdict::Ongoing);
        assert_eq!(patience.succeeded(start + second), None);
        assert_eq!(patience.failed(start + 3 * second), Verdict::Ongoing);
    }

    #[test]
    fn what_never_worked_is_given_up_sooner() {
        let start = epoch();
        let late = start + Duration::from_secs(31);
        let mut fresh = Patience::new(GIVE_UP);
        fresh.failed(start);
        assert!(matches!(fresh.failed(late), Verdict::GiveUp { .. }));
        let mut proven = Patience::proven(GIVE_UP);
        proven.failed(start);
        assert_eq!(proven.failed(late), Verdict::Started);
    }

    #[test]
    fn a_proof_lengthens_the_time_and_ends_no_trouble() {
        let start = epoch();
        let mut patience = Patience::new(GIVE_UP);
        patience.failed(start);
        patience.prove();
        let late = start + Duration::from_secs(31);
        assert_eq!(patience.failed(late), Verdict::Started);
        let too_late = start + GIVE_UP.after;
        assert!(matches!(patience.failed(too_late), Verdict::GiveUp { .. }));
    }
}
