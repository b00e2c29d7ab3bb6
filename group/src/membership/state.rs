//! A member's states, and which may follow which.

#![deny(clippy::disallowed_methods)]

use std::fmt;

/// Where a member stands. [`State::may_follow`] holds the table of allowed predecessors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Not yet asked to join.
    Unjoined,
    /// Looking for the coordinator, or waiting for the other members to join.
    Joining,
    /// Leader only: waiting for the topics' partition counts, to assign by.
    Assigning,
    /// Waiting for the leader's assignment.
    Syncing,
    /// Owns an assignment.
    Stable,
    /// Owns an assignment that is to be given up in order: the group rebalances, or the member leaves.
    Revoking,
    /// The assignment is gone; the shell has not let go of it yet.
    Losing,
    /// Telling the coordinator good-bye.
    Leaving,
    /// Out, in order. Final.
    Left,
    /// Out, with an error. Final.
    Failed,
}

impl State {
    /// Whether a member may come here from `before`.
    #[must_use]
    pub fn may_follow(self, before: Self) -> bool {
        use State::{
            Assigning, Failed, Joining, Leaving, Left, Losing, Revoking, Stable, Syncing, Unjoined,
        };
        match self {
            Unjoined => false,
            Joining => matches!(before, Unjoined | Assigning | Syncing | Revoking | Losing),
            Assigning => before == Joining,
            Syncing => matches!(before, Joining | Assigning),
            Stable => before == Syncing,
            Revoking => before == Stable,
            Losing => matches!(before, Stable | Revoking),
            Leaving => matches!(
                before,
                Unjoined | Joining | Assigning | Syncing | Revoking | Losing
            ),
            Left => before == Leaving,
            Failed => !matches!(before, Left | Failed),
        }
    }

    /// Whether nothing follows.
    #[must_use]
    pub fn is_final(self) -> bool {
        matches!(self, Self::Left | Self::Failed)
    }

    /// Whether the coordinator counts this member in, so that it must hear heartbeats.
    pub(super) fn has_pulse(self) -> bool {
        matches!(self, Self::Stable | Self::Revoking)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}
