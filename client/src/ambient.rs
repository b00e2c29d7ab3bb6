//! All that a client takes out of thin air: connections, the time of day, chance, the number of its process, turns on the processor. Each can be replaced,
//! so that a simulated world is the only world there is; nothing else in this crate asks the system for any of them.
//!
//! Time that passes is not among them: what waits or measures does so by tokio's clock, which a paused runtime holds.

use std::fmt;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::SystemTime;

use crate::connect::{Connect, Tcp};

/// What replaces the system, where anything does.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ambient {
    pub(crate) connector: Option<Arc<dyn Connect>>,
    pub(crate) clock: Option<Clock>,
    pub(crate) seed: Option<u64>,
    pub(crate) process_id: Option<u32>,
    pub(crate) gate: Option<Gate>,
}

impl Ambient {
    pub(crate) fn connector(&self) -> &dyn Connect {
        self.connector.as_deref().unwrap_or(&Tcp)
    }

    pub(crate) fn system_time(&self) -> SystemTime {
        match &self.clock {
            Some(clock) => (clock.0)(),
            None => SystemTime::now(),
        }
    }

    /// Milliseconds since 1970; 0 on a machine whose clock stands before that.
    pub(crate) fn now_ms(&self) -> i64 {
        let since_1970 = self.system_time().duration_since(SystemTime::UNIX_EPOCH);
        i64::try_from(since_1970.unwrap_or_default().as_millis()).unwrap_or(i64::MAX)
    }

    pub(crate) fn chance(&self) -> Chance {
        Chance(AtomicU64::new(self.seed.unwrap_or_else(rand::random)))
    }

    pub(crate) fn own_process_id(&self) -> u32 {
        self.process_id.unwrap_or_else(std::process::id)
    }

    /// What every task of this crate is spawned as.
    pub(crate) fn gated<F: Future>(&self, task: F) -> impl Future<Output = F::Output> + use<F> {
        let gate = self.gate.clone();
        async move {
            let mut task = pin!(task);
            let turn = poll_fn(|cx| {
                if let Some(gate) = &gate {
                    ready!((gate.0)(cx));
                }
                task.as_mut().poll(cx)
            });
            turn.await
        }
    }
}

/// Settings are compared by tests; two ways to connect are the same if they are one and the same.
impl PartialEq for Ambient {
    fn eq(&self, other: &Self) -> bool {
        let same_connector = match (&self.connector, &other.connector) {
            (Some(one), Some(another)) => Arc::ptr_eq(one, another),
            (one, another) => one.is_none() && another.is_none(),
        };
        same_connector
            && self.clock == other.clock
            && self.seed == other.seed
            && self.process_id == other.process_id
            && self.gate == other.gate
    }
}

/// Tells the time of day.
#[derive(Clone)]
pub(crate) struct Clock(pub(crate) Arc<dyn Fn() -> SystemTime + Send + Sync>);

impl PartialEq for Clock {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Clock").finish_non_exhaustive()
    }
}

type Asked = dyn Fn(&mut Context<'_>) -> Poll<()> + Send + Sync;

/// Says whether a task may have its turn.
#[derive(Clone)]
pub(crate) struct Gate(pub(crate) Arc<Asked>);

impl PartialEq for Gate {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Gate").finish_non_exhaustive()
    }
}

/// A client's random numbers, of which nothing is asked but that they differ: SplitMix64 over a counter, so that drawing one takes no lock.
#[derive(Debug)]
pub(crate) struct Chance(AtomicU64);

impl Chance {
    pub(crate) fn draw(&self) -> u64 {
        let mut drawn = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        drawn = (drawn ^ (drawn >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        drawn = (drawn ^ (drawn >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        drawn ^ (drawn >> 31)
    }
}

/// Odd, and its bits are spread evenly (2^64 by the golden ratio), as SplitMix64 wants it.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

#[cfg(test)]
mod tests {
    use super::*;

    fn seeded(seed: u64) -> Ambient {
        Ambient {
            seed: Some(seed),
            ..Ambient::default()
        }
    }

    #[test]
    fn a_seed_fixes_what_is_drawn_and_another_one_draws_otherwise() {
        let drawn = |ambient: &Ambient| {
            let chance = ambient.chance();
            [(); 4].map(|()| chance.draw())
        };
        assert_eq!(drawn(&seeded(7)), drawn(&seeded(7)));
        assert_ne!(drawn(&seeded(7)), drawn(&seeded(8)));
        assert_ne!(drawn(&Ambient::default()), drawn(&Ambient::default()));
    }

    /// The generator's own reference numbers, for seed 0.
    #[test]
    fn the_numbers_are_those_of_splitmix64() {
        let chance = seeded(0).chance();
        assert_eq!(chance.draw(), 0xe220_a839_7b1d_cdaf);
        assert_eq!(chance.draw(), 0x6e78_9e6a_a1b9_65f4);
    }
}
