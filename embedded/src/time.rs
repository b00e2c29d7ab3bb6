//! When it is.

use std::time::Duration;

/// The time, as handed to whatever decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Now {
    /// Since the cluster's start; monotonic.
    pub at: Duration,
    /// In milliseconds since the epoch; may jump by fault.
    pub wall_ms: i64,
}
