//! Wakes the state when something is due: one task for the whole cluster.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::Core;

/// How long it waits at least.
const LEAST_WAIT: Duration = Duration::from_millis(1);

/// Runs until it is dropped.
pub(crate) async fn run(core: Core) {
    loop {
        // Whatever stays due would keep this from ever waiting.
        let soonest = Instant::now() + LEAST_WAIT;
        let due = {
            let mut inner = core.lock();
            inner.armed = inner.state.next_deadline();
            inner.armed.map(|at| inner.clock.instant(at))
        };
        match due {
            Some(due) => tokio::select! {
                biased;
                () = sleep_until(due.max(soonest)) => core.with(|state, now| state.tick(now)),
                () = core.earlier.notified() => {}
            },
            None => core.earlier.notified().await,
        }
    }
}
