//! What a single call can have otherwise than the configuration says.

use std::time::Duration;

use crate::brokers::Line;

/// Options of one call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallOptions {
    pub(crate) timeout: Option<Duration>,
    pub(crate) newest_version: Option<i16>,
    pub(crate) line: Line,
}

impl CallOptions {
    /// Those of the configuration.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn over(mut self, line: Line) -> Self {
        self.line = line;
        self
    }

    /// How long the call may take. Default: `request.timeout.ms`.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// The newest version to speak. Default: the newest that the library knows.
    #[must_use]
    pub fn up_to_version(mut self, version: i16) -> Self {
        self.newest_version = Some(version);
        self
    }
}
