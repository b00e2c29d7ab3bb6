//! The only two things that this crate takes out of thin air: random fences, and the time of day for
//! [`Row::updated_at`](crate::Row::updated_at), by which nothing is decided.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::model::Fence;

impl Fence {
    /// Draws a new fence. Never [`Fence::NONE`].
    #[must_use]
    pub fn random() -> Self {
        loop {
            let fence = Self(rand::random());
            if !fence.is_none() {
                return fence;
            }
        }
    }
}

/// Milliseconds since 1970; 0 on a machine whose clock stands before that.
pub(crate) fn now_ms() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| {
            i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
        })
}
