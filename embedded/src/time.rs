//! When it is.
#![deny(clippy::disallowed_methods)]

use std::time::Duration;

/// The time as a state machine is told it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Now {
    /// Since the cluster's start; never goes back.
    pub at: Duration,
    /// Milliseconds since the epoch; a fault may make it jump.
    pub wall_ms: i64,
}
