//! When it is: the two clocks of a cluster, read once an event and handed to whatever decides.

use std::time::Duration;

/// One reading of both clocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Now {
    /// Since the cluster's start; never goes back. Deadlines are made of this.
    pub at: Duration,
    /// Milliseconds since the epoch, for timestamps and retention. A fault may make it jump.
    pub wall_ms: i64,
}
