//! Public calls with a limit: when each began, until when it must have ended, and how it did.

use std::time::Duration;

use super::recorder::Recorder;
use crate::history::{Call, CallKind, Outcome, Who};

/// What is tried for `default.api.timeout.ms` has ended by then: the last attempt may have begun just before.
pub(super) const API: Duration = Duration::from_millis(12_500);
/// A client that finds no broker says so by then: one attempt at each address, half a second apart.
pub(super) const CONNECT: Duration = Duration::from_secs(4);

/// A store answers at once, but where a fault says otherwise: those of an operator meet none.
pub(super) const RESET: Duration = Duration::from_secs(1);

/// A call under way: whoever made it may be dropped as well, and the call with it.
pub(super) struct Calling {
    recorder: Recorder,
    who: Who,
    call: Call,
    outcome: Outcome,
}

impl Drop for Calling {
    fn drop(&mut self) {
        self.recorder.call_ended(self.who, self.call, self.outcome);
    }
}

impl Calling {
    /// None: the call was dropped.
    pub(super) fn ends<T, E>(mut self, ended: Option<&Result<T, E>>) {
        self.outcome = match ended {
            Some(Ok(_)) => Outcome::Acknowledged,
            Some(Err(_)) => Outcome::Refused,
            None => Outcome::Unknown,
        };
    }
}

impl Recorder {
    /// A call begins that must have ended in time.
    pub(super) fn calls(&self, who: Who, (what, within): (&'static str, Duration)) -> Calling {
        Calling {
            recorder: self.clone(),
            who,
            call: self.call(who, CallKind::Any(what), within),
            outcome: Outcome::Unknown,
        }
    }
}
