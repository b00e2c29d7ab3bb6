//! The only two things that this crate takes out of thin air: random fences, and the time of day for
//! [`Row::updated_at`](crate::Row::updated_at), by which nothing is decided. Both can be replaced, so that a simulated world repeats itself.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::model::Fence;

/// Where a store's fences and its time of day come from. Default: the system.
///
/// ```
/// # #[cfg(feature = "memory")] {
/// use std::time::{Duration, UNIX_EPOCH};
///
/// use ottla_offset_store::Ambient;
/// use ottla_offset_store::memory::MemoryStore;
///
/// let ambient = Ambient::seeded(7).clock(|| UNIX_EPOCH + Duration::from_secs(1));
/// let store = MemoryStore::new().with_ambient(ambient);
/// # }
/// ```
#[derive(Clone, Default)]
pub struct Ambient {
    fences: Option<Arc<Mutex<StdRng>>>,
    clock: Option<Clock>,
}

type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

impl Ambient {
    /// Fences that follow from a seed. **For simulations only**: two stores over one table with the same seed hold the same fences, and then a fence keeps
    /// nobody out. Clones go on where the others are.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        let fences = Arc::new(Mutex::new(StdRng::seed_from_u64(seed)));
        Self {
            fences: Some(fences),
            clock: None,
        }
    }

    /// Who tells the time of day.
    #[must_use]
    pub fn clock(mut self, now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Some(Arc::new(now));
        self
    }

    /// Draws a new fence. Never [`Fence::NONE`].
    pub(crate) fn fence(&self) -> Fence {
        match &self.fences {
            None => Fence::random(),
            Some(fences) => {
                let mut fences = fences.lock().unwrap_or_else(PoisonError::into_inner);
                Fence::drawn(|| fences.random())
            }
        }
    }

    /// Milliseconds since 1970; 0 on a machine whose clock stands before that.
    pub(crate) fn now_ms(&self) -> i64 {
        let now = self
            .clock
            .as_ref()
            .map_or_else(SystemTime::now, |now| now());
        milliseconds(now)
    }
}

impl fmt::Debug for Ambient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ambient")
            .field("seeded", &self.fences.is_some())
            .field("clock", &self.clock.is_some())
            .finish()
    }
}

impl Fence {
    /// Draws a new fence. Never [`Fence::NONE`].
    #[must_use]
    pub fn random() -> Self {
        Self::drawn(rand::random)
    }

    fn drawn(mut draw: impl FnMut() -> [u8; 16]) -> Self {
        loop {
            let fence = Self(draw());
            if !fence.is_none() {
                return fence;
            }
        }
    }
}

/// Since 1970; 0 before that.
pub(crate) fn milliseconds(time: SystemTime) -> i64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| {
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_seed_fixes_the_fences_and_clones_go_on_where_the_others_are() {
        let (one, other) = (Ambient::seeded(7), Ambient::seeded(7));
        let fences = [one.fence(), one.clone().fence()];
        assert_ne!(fences[0], fences[1]);
        assert_eq!(fences, [other.fence(), other.fence()]);
        assert_ne!(fences[0], Ambient::seeded(8).fence());
        assert_ne!(Ambient::default().fence(), Ambient::default().fence());
    }

    #[test]
    fn the_time_of_day_is_the_one_handed_in() {
        let ambient = Ambient::default().clock(|| UNIX_EPOCH + Duration::from_millis(1234));
        assert_eq!(ambient.now_ms(), 1234);
        assert!(Ambient::default().now_ms() > 1234);
    }
}
