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

use crate::config::ClientConfig;
use crate::connect::{Connect, Tcp};

/// What replaces the system, where anything does.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ambient {
    connector: Option<Arc<dyn Connect>>,
    clock: Option<Clock>,
    seed: Option<u64>,
    process_id: Option<u32>,
    gate: Option<Gate>,
}

impl ClientConfig {
    /// How connections to brokers are opened. Default: [`Tcp`].
    #[must_use]
    pub fn connector(mut self, connector: Arc<dyn Connect>) -> Self {
        self.ambient.connector = Some(connector);
        self
    }

    /// Who tells the time of day, which timestamps records and finds offsets by age; no waiting depends on it. Default: the system.
    #[must_use]
    pub fn clock(mut self, now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.ambient.clock = Some(Clock(Arc::new(now)));
        self
    }

    /// Where all chance of the client begins: which broker is asked first, which partition a record without a key goes to, the jitter of pauses, those of its
    /// group members among them. Clients with the same seed to whom the same happens choose the same; several in one simulation need different ones.
    /// Default: drawn from the system.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.ambient.seed = Some(seed);
        self
    }

    /// The number of this process, as others are told it. Default: the system's.
    #[must_use]
    pub fn process_id(mut self, id: u32) -> Self {
        self.ambient.process_id = Some(id);
        self
    }

    /// Asked before each turn of each task that the client, its consumers, producers and group members start; while it is pending, the task does nothing,
    /// and time passes it by, as in a process that is stopped and goes on. **For simulations.** Default: none asks.
    #[must_use]
    pub fn gate(
        mut self,
        gate: impl Fn(&mut Context<'_>) -> Poll<()> + Send + Sync + 'static,
    ) -> Self {
        self.ambient.gate = Some(Gate(Arc::new(gate)));
        self
    }
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
struct Clock(Arc<dyn Fn() -> SystemTime + Send + Sync>);

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

/// Says whether a task may have its turn.
#[derive(Clone)]
struct Gate(Arc<dyn Fn(&mut Context<'_>) -> Poll<()> + Send + Sync>);

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
    use std::sync::Mutex;
    use std::sync::atomic::AtomicBool;
    use std::task::Waker;
    use std::time::Duration;

    use tokio::time::Instant;

    use super::*;

    #[test]
    fn a_seed_fixes_what_is_drawn_and_another_one_draws_otherwise() {
        let drawn = |ambient: &Ambient| {
            let chance = ambient.chance();
            [(); 4].map(|()| chance.draw())
        };
        let seeded = |seed| ClientConfig::new("h:1").seed(seed).ambient;
        assert_eq!(drawn(&seeded(7)), drawn(&seeded(7)));
        assert_ne!(drawn(&seeded(7)), drawn(&seeded(8)));
        assert_ne!(drawn(&Ambient::default()), drawn(&Ambient::default()));
    }

    /// The generator's own reference numbers, for seed 0.
    #[test]
    fn the_numbers_are_those_of_splitmix64() {
        let chance = ClientConfig::new("h:1").seed(0).ambient.chance();
        assert_eq!(chance.draw(), 0xe220_a839_7b1d_cdaf);
        assert_eq!(chance.draw(), 0x6e78_9e6a_a1b9_65f4);
    }

    #[test]
    fn the_time_of_day_is_the_one_handed_in() {
        let then = SystemTime::UNIX_EPOCH + Duration::from_millis(1234);
        let config = ClientConfig::new("h:1").clock(move || then);
        assert_eq!(config.ambient.now_ms(), 1234);
        assert_eq!(config.clone(), config);
        assert_ne!(ClientConfig::new("h:1"), config);
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_behind_a_closed_gate_stands_still_while_time_passes() {
        let open = Arc::new(AtomicBool::new(false));
        let waker = Arc::new(Mutex::new(None));
        let (is_open, waiting) = (Arc::clone(&open), Arc::clone(&waker));
        let config = ClientConfig::new("h:1").gate(move |cx| {
            *waiting.lock().unwrap() = Some(cx.waker().clone());
            match is_open.load(Ordering::Relaxed) {
                true => Poll::Ready(()),
                false => Poll::Pending,
            }
        });
        let began = tokio::time::Instant::now();
        let task = tokio::spawn(config.ambient.gated(async { Instant::now() }));
        tokio::time::sleep(Duration::from_secs(20)).await;
        assert!(!task.is_finished());
        open.store(true, Ordering::Relaxed);
        waker.lock().unwrap().take().map(Waker::wake);
        assert_eq!(task.await.unwrap() - began, Duration::from_secs(20));
    }
}
