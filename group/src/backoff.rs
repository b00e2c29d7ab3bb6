//! Growing pauses with jitter, from a seed that is handed in.

#![deny(clippy::disallowed_methods)]

use std::time::Duration;

/// Doubles from `first` to `max`, each pause up to a fifth shorter or longer, so that members that lost
/// their coordinator together do not come back together.
#[derive(Debug)]
pub(crate) struct Backoff {
    first: Duration,
    max: Duration,
    failures: u32,
    random: u64,
}

impl Backoff {
    pub(crate) fn new(first: Duration, max: Duration, seed: u64) -> Self {
        Self {
            first,
            max,
            failures: 0,
            random: seed | 1,
        }
    }

    pub(crate) fn next(&mut self) -> Duration {
        let pause = self
            .first
            .saturating_mul(1 << self.failures.min(16))
            .min(self.max);
        self.failures = self.failures.saturating_add(1);
        pause.mul_f64(self.jitter())
    }

    pub(crate) fn reset(&mut self) {
        self.failures = 0;
    }

    /// 0.8 to 1.2, by xorshift: enough to spread members out.
    fn jitter(&mut self) -> f64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        0.8 + (self.random % 1024) as f64 / 1023.0 * 0.4
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_the_limit_and_begin_anew() {
        let first = Duration::from_millis(100);
        let mut backoff = Backoff::new(first, 10 * first, 7);
        let within = |pause: Duration, times: f64| {
            pause >= first.mul_f64(times * 0.79) && pause <= first.mul_f64(times * 1.21)
        };
        for times in [1.0, 2.0, 4.0, 8.0, 10.0, 10.0] {
            assert!(within(backoff.next(), times));
        }
        backoff.reset();
        assert!(within(backoff.next(), 1.0));
    }
}
