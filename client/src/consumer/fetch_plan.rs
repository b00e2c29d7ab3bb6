//! What to ask a broker for next, and how long it may hold the answer back. Pure.
//!
//! A broker answers one connection in order, so while it holds a fetch back for want of records (a long
//! poll), partitions that were not in that fetch have to wait for it. Three rules keep that wait short:
//!
//! 1. While a partition is left out because its queue is full, nothing is held back: the others are looked
//!    at without waiting, at most each [`LOOK_INTERVAL`] once they are at the end of their log. A queue that
//!    gets room is so never held up by partitions in which nothing happens.
//! 2. After a partition came, moved or was resumed, the first waits are short and double from fetch to fetch
//!    up to `fetch.max.wait.ms`: partitions rarely come alone.
//! 3. In the quiet state a new or resumed partition waits for the poll under way, `fetch.max.wait.ms` at most.

#![deny(clippy::disallowed_methods)]

use std::time::Duration;

use tokio::time::Instant;

/// How often partitions at the end of their log are looked at while another one's queue is full.
pub(crate) const LOOK_INTERVAL: Duration = Duration::from_millis(20);

/// The first wait after a change.
const FIRST_PATIENCE: Duration = Duration::from_millis(10);

/// What a partition wants of the next fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Want {
    /// There are, or may be, records for it on the broker right now.
    More,
    /// It has all there is; it waits for new ones.
    News,
    /// Its queue is full.
    Room,
    /// It is paused.
    Nothing,
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plan {
    /// Ask for all partitions that want [`Want::More`] or [`Want::News`]; the broker may wait so long.
    Fetch { max_wait: Duration },
    /// Ask nothing before something changes, or it is this time.
    Rest { until: Option<Instant> },
}

/// How one broker's fetch loop proceeds.
#[derive(Debug)]
pub(crate) struct FetchPlan {
    max_wait: Duration,
    patience: Duration,
    looked: Option<Instant>,
    muted_until: Option<Instant>,
}

impl FetchPlan {
    /// `max_wait` is `fetch.max.wait.ms`.
    pub(crate) fn new(max_wait: Duration) -> Self {
        Self {
            max_wait,
            patience: FIRST_PATIENCE.min(max_wait),
            looked: None,
            muted_until: None,
        }
    }

    /// Decides, given what each partition of the broker wants.
    pub(crate) fn next(&self, wants: impl IntoIterator<Item = Want>, now: Instant) -> Plan {
        let seen = Seen::of(wants);
        if let Some(until) = self.muted_until.filter(|until| now < *until) {
            return Plan::Rest { until: Some(until) };
        }
        if !seen.more && !seen.news {
            return Plan::Rest { until: None };
        }
        if !seen.room {
            return Plan::Fetch {
                max_wait: self.patience,
            };
        }
        let due = self.looked.map(|looked| looked + LOOK_INTERVAL);
        match due {
            Some(due) if !seen.more && now < due => Plan::Rest { until: Some(due) },
            _ => Plan::Fetch {
                max_wait: Duration::ZERO,
            },
        }
    }

    /// The set of partitions changed: one came, was resumed, or moved its position.
    pub(crate) fn changed(&mut self) {
        self.patience = FIRST_PATIENCE.min(self.max_wait);
    }

    /// An answer came, with or without records. `throttle` is how long a quota mutes this client (KIP-219).
    pub(crate) fn answered(&mut self, records: bool, throttle: Duration, now: Instant) {
        self.looked = Some(now);
        self.muted_until = (!throttle.is_zero()).then(|| now + throttle);
        if !records {
            self.patience = (self.patience * 2).min(self.max_wait);
        }
    }
}

/// Puts those who were served behind those who were not, both in the order they had: a broker fills its
/// answer in the order of the request and stops at `fetch.max.bytes`, so whoever is last may get nothing.
pub(crate) fn rotate<T>(order: &mut [T], served: impl Fn(&T) -> bool) {
    order.sort_by_key(served);
}

#[derive(Clone, Copy, Default)]
struct Seen {
    more: bool,
    news: bool,
    room: bool,
}

impl Seen {
    fn of(wants: impl IntoIterator<Item = Want>) -> Self {
        let mut seen = Self::default();
        for want in wants {
            match want {
                Want::More => seen.more = true,
                Want::News => seen.news = true,
                Want::Room => seen.room = true,
                Want::Nothing => {}
            }
        }
        seen
    }
}

#[cfg(test)]
#[allow(
    clippy::disallowed_methods,
    reason = "a test has to have a time to begin at"
)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MAX: Duration = Duration::from_millis(500);

    fn wants() -> impl Strategy<Value = Vec<Want>> {
        let want = prop_oneof![
            Just(Want::More),
            Just(Want::News),
            Just(Want::Room),
            Just(Want::Nothing)
        ];
        prop::collection::vec(want, 0..6)
    }

    proptest! {
        #[test]
        fn whoever_can_be_served_is_soon_and_a_full_queue_is_never_held_up(
            rounds in prop::collection::vec((wants(), any::<bool>(), 0..40_u64), 1..40),
        ) {
            let mut plan = FetchPlan::new(MAX);
            let mut now = Instant::now();
            for (wants, records, passed) in rounds {
                let step = plan.next(wants.iter().copied(), now);
                let asks = wants.contains(&Want::More) || wants.contains(&Want::News);
                match step {
                    Plan::Fetch { max_wait } => {
                        prop_assert!(asks);
                        prop_assert!(max_wait <= MAX);
                        if wants.contains(&Want::Room) {
                            prop_assert!(max_wait.is_zero());
                        }
                        plan.answered(records, Duration::ZERO, now);
                    }
                    Plan::Rest { until: None } => prop_assert!(!asks),
                    Plan::Rest { until: Some(until) } => {
                        prop_assert!(wants.contains(&Want::Room) && !wants.contains(&Want::More));
                        prop_assert!(until - now <= LOOK_INTERVAL);
                        // Resting until then really ends the rest.
                        let then = plan.next(wants.iter().copied(), until);
                        prop_assert_eq!(then, Plan::Fetch { max_wait: Duration::ZERO });
                    }
                }
                now += Duration::from_millis(passed);
            }
        }

        #[test]
        fn nobody_starves_behind_greedy_partitions(count in 1..12_usize, at_once in 1..4_usize) {
            // Each answer has place for `at_once` partitions, and all always have records.
            let mut order: Vec<usize> = (0..count).collect();
            let mut turns = vec![0_usize; count];
            for _ in 0..count * 10 {
                let served: Vec<usize> = order.iter().copied().take(at_once).collect();
                served.iter().for_each(|id| turns[*id] += 1);
                rotate(&mut order, |id| served.contains(id));
            }
            let (least, most) = (turns.iter().min(), turns.iter().max());
            prop_assert!(most.zip(least).is_some_and(|(most, least)| most - least <= 1), "{:?}", turns);
        }
    }

    #[test]
    fn waits_grow_while_nothing_comes_and_shrink_after_a_change() {
        let now = Instant::now();
        let mut plan = FetchPlan::new(MAX);
        let mut waits = Vec::new();
        for _ in 0..8 {
            let Plan::Fetch { max_wait } = plan.next([Want::News], now) else {
                panic!("it has to fetch");
            };
            waits.push(max_wait.as_millis());
            plan.answered(false, Duration::ZERO, now);
        }
        assert_eq!(waits, [10, 20, 40, 80, 160, 320, 500, 500]);
        plan.changed();
        let short = Plan::Fetch {
            max_wait: FIRST_PATIENCE,
        };
        assert_eq!(plan.next([Want::News], now), short);
    }

    #[test]
    fn a_quota_mutes() {
        let now = Instant::now();
        let mut plan = FetchPlan::new(MAX);
        let throttle = Duration::from_secs(1);
        plan.answered(true, throttle, now);
        let rest = Plan::Rest {
            until: Some(now + throttle),
        };
        assert_eq!(plan.next([Want::More], now), rest);
        let fetch = plan.next([Want::More], now + throttle);
        assert!(matches!(fetch, Plan::Fetch { .. }));
    }
}
