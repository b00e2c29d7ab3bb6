//! ◇ Which request an answer belongs to, and when a connection has been silent for too long.
//!
//! A broker answers each connection in order. So the oldest request that waits owns the next answer, and any other correlation id means
//! that the two sides are out of step, after which nothing on the connection can be trusted.
#![deny(clippy::disallowed_methods)]

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use crate::error::Broken;

/// The requests that wait for their answers, oldest first. `T` is whoever waits.
#[derive(Debug)]
pub(super) struct Pipeline<T> {
    waiting: VecDeque<Waiting<T>>,
    heard: Instant,
}

#[derive(Debug)]
struct Waiting<T> {
    id: i32,
    since: Instant,
    deadline: Instant,
    who: T,
}

impl<T> Pipeline<T> {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            waiting: VecDeque::new(),
            heard: now,
        }
    }

    /// Notes a request that is being written.
    pub(super) fn sent(&mut self, now: Instant, id: i32, deadline: Instant, who: T) {
        self.waiting.push_back(Waiting {
            id,
            since: now,
            deadline,
            who,
        });
    }

    /// Notes that bytes came in.
    pub(super) fn heard(&mut self, now: Instant) {
        self.heard = now;
    }

    /// Who waits for this answer. One that has stopped waiting (its deadline is over, its future dropped) still has its place here, so that a late answer finds
    /// it and goes nowhere.
    pub(super) fn answered(&mut self, id: i32) -> Result<T, Broken> {
        match self.waiting.pop_front() {
            Some(oldest) if oldest.id == id => Ok(oldest.who),
            Some(oldest) => {
                let want = oldest.id;
                self.waiting.push_front(oldest);
                Err(Broken::OutOfStep { got: id, want })
            }
            None => Err(Broken::OutOfStep { got: id, want: -1 }),
        }
    }

    pub(super) fn has_room(&self) -> bool {
        self.waiting.len() < MOST_IN_FLIGHT
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// How long the oldest answer has been waited for, if it will not come any more: it is overdue by [`GRACE`] and nothing at all has come since it was due
    /// (a cut cable, a frozen host, which TCP by itself notices only after a quarter of an hour), or by [`PATIENCE`] and only drops come.
    pub(super) fn hopeless(&self, now: Instant) -> Option<Duration> {
        let oldest = self.waiting.front()?;
        let silent = now >= oldest.deadline + GRACE && self.heard < oldest.deadline;
        (silent || now >= oldest.deadline + PATIENCE).then(|| now - oldest.since)
    }

    /// Everybody who waits, when the connection is over.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = T> {
        self.waiting.drain(..).map(|waiting| waiting.who)
    }
}

/// Bounds what a connection holds; a broker works on one request a connection at a time, and lets a few hundred wait in all.
const MOST_IN_FLIGHT: usize = 512;

/// Long enough for an answer that is merely late, so that those behind it are not lost with it.
const GRACE: Duration = Duration::from_secs(5);

/// For an answer that comes a byte at a time: nobody waits for it any more, and those behind it wait in vain.
const PATIENCE: Duration = Duration::from_secs(60);

#[cfg(test)]
#[allow(clippy::disallowed_methods)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Against the simplest model there is: a list of ids.
        #[test]
        fn answers_go_to_the_oldest_or_nowhere(steps in proptest::collection::vec((any::<bool>(), 0..6), 0..80)) {
            let now = Instant::now();
            let mut pipeline = Pipeline::new(now);
            let (mut model, mut next) = (Vec::new(), 0);
            for (send, offset) in steps {
                if send {
                    pipeline.sent(now, next, now, next);
                    model.push(next);
                    next += 1;
                    continue;
                }
                let id = model.first().map_or(0, |oldest| oldest + offset - 1);
                match pipeline.answered(id) {
                    Ok(who) => {
                        prop_assert_eq!(who, id);
                        prop_assert_eq!(model.remove(0), id);
                    }
                    Err(Broken::OutOfStep { got, want }) => {
                        prop_assert_eq!(got, id);
                        prop_assert_eq!(want, model.first().copied().unwrap_or(-1));
                        prop_assert_ne!(got, want);
                    }
                    Err(other) => prop_assert!(false, "{}", other),
                }
            }
            prop_assert_eq!(pipeline.drain().collect::<Vec<_>>(), model);
        }
    }

    #[test]
    fn late_is_not_yet_hopeless() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut pipeline = Pipeline::new(start);
        assert_eq!(pipeline.hopeless(at(1000)), None, "nobody waits");
        pipeline.sent(at(2), 1, at(30), ());
        pipeline.sent(at(2), 2, at(1), ());
        assert_eq!(pipeline.hopeless(at(34)), None, "merely late");
        assert_eq!(pipeline.hopeless(at(35)), Some(Duration::from_secs(33)));
        pipeline.heard(at(31));
        assert_eq!(
            pipeline.hopeless(at(36)),
            None,
            "a long answer is on its way"
        );
        pipeline.heard(at(89));
        assert_eq!(
            pipeline.hopeless(at(90)),
            Some(Duration::from_secs(88)),
            "a byte a second"
        );
    }
}
