//! The cluster's two clocks: tokio's, so that paused time works, and a wall clock that starts where it is told to.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

use crate::time::Now;

/// Farther than a hundred years a clock is not pushed: deadlines behind it must still be times.
const FAR: Duration = Duration::from_secs(100 * 365 * 86_400);

/// Both clocks, and how far they were pushed by hand.
#[derive(Debug)]
pub(crate) struct Clock {
    started: Instant,
    wall_at_start: i64,
    advanced: Duration,
    jumped_ms: i64,
    pushed: bool,
}

impl Clock {
    /// Starts; the wall clock at `wall_ms`, or where the machine's is.
    pub(crate) fn start(wall_ms: Option<i64>) -> Self {
        Self {
            started: Instant::now(),
            wall_at_start: wall_ms.unwrap_or_else(wall_clock),
            advanced: Duration::ZERO,
            jumped_ms: 0,
            pushed: false,
        }
    }

    pub(crate) fn now(&self) -> Now {
        let at = self.started.elapsed() + self.advanced;
        let since = i64::try_from(at.as_millis()).unwrap_or(i64::MAX);
        let wall = self.wall_at_start.saturating_add(self.jumped_ms);
        Now {
            at,
            wall_ms: wall.saturating_add(since),
        }
    }

    /// Time passes, on both clocks.
    pub(crate) fn advance(&mut self, by: Duration) {
        self.advanced = self.advanced.saturating_add(by).min(FAR);
        self.pushed = true;
    }

    /// The wall clock alone jumps, forwards or backwards.
    pub(crate) fn jump(&mut self, by_ms: i64) {
        self.jumped_ms = self.jumped_ms.saturating_add(by_ms);
    }

    /// Whether time was let pass since the last call, so that instants mean something else.
    pub(crate) fn was_pushed(&mut self) -> bool {
        std::mem::take(&mut self.pushed)
    }

    /// When tokio's clock will say what `at` means here.
    pub(crate) fn instant(&self, at: Duration) -> Instant {
        let left = at.saturating_sub(self.advanced);
        let far = || Instant::now() + Duration::from_secs(86_400);
        self.started.checked_add(left).unwrap_or_else(far)
    }
}

fn wall_clock() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_millis() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_clock_that_is_pushed_too_far_stays_a_clock() {
        let mut clock = Clock::start(Some(i64::MAX));
        clock.advance(Duration::MAX);
        clock.advance(Duration::MAX);
        clock.jump(i64::MAX);
        assert!(clock.now().at >= FAR);
        assert_eq!(clock.now().wall_ms, i64::MAX);
    }
}
