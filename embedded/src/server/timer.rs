//! Wakes the state when something is due: one task for the whole cluster.

use tokio::time::sleep_until;

use super::Core;

/// Runs until it is dropped.
pub(crate) async fn run(core: Core) {
    loop {
        let due = {
            let mut inner = core.lock();
            inner.armed = inner.state.next_deadline();
            inner.armed.map(|at| inner.clock.instant(at))
        };
        match due {
            Some(due) => tokio::select! {
                () = sleep_until(due) => core.with(|state, now| state.tick(now)),
                () = core.earlier.notified() => {}
            },
            None => core.earlier.notified().await,
        }
    }
}
