//! What is handed in of that which a client takes from the system otherwise.

use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::SystemTime;

use super::ClientConfig;
use crate::ambient::{Clock, Gate};
use crate::connect::Connect;
#[cfg(doc)]
use crate::connect::Tcp;

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

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::task::Waker;
    use std::time::Duration;

    use tokio::time::Instant;

    use super::*;

    #[test]
    fn what_is_handed_in_is_asked_and_tells_settings_apart() {
        let then = SystemTime::UNIX_EPOCH + Duration::from_millis(1234);
        let config = ClientConfig::new("h:1").clock(move || then).seed(7);
        assert_eq!(config.ambient.now_ms(), 1234);
        assert_eq!(config.ambient.seed, Some(7));
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
        let began = Instant::now();
        let task = tokio::spawn(config.ambient.gated(async { Instant::now() }));
        tokio::time::sleep(Duration::from_secs(20)).await;
        assert!(!task.is_finished());
        open.store(true, Ordering::Relaxed);
        let waker: Waker = waker.lock().unwrap().take().unwrap();
        waker.wake();
        assert_eq!(task.await.unwrap() - began, Duration::from_secs(20));
    }
}
