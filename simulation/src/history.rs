//! ◇ What happened in one run, in the order in which it happened.
//!
//! The history is all that the checker goes by, beside the state in which the run ended: so whatever the wiring sees of members, tables
//! and brokers is put here, and what it merely knows is not. One event is one line ([`Entry`]'s `Display`), and two runs of one seed
//! have the same lines, byte for byte.
//!
//! | part | what |
//! | --- | --- |
//! | `name` | who and what events are about |
//! | `event` | the events |
//! | `line` | an event as a line |
//! | `ending` | the state in which a run ended |
#![deny(clippy::disallowed_methods)]

use std::fmt::{self, Display, Formatter};
use std::time::Duration;

mod ending;
mod event;
mod line;
mod name;
#[cfg(test)]
mod tests;

pub use ending::{Ending, Log, LogRecord, ResultRow};
pub use event::{CallKind, Event, Gone, Outcome, Worked, Write};
pub use name::{
    Assignment, Call, Commit, FaultId, Fence, Keeper, Key, Life, Payload, Place, Transaction, Who,
};

/// One event, when it was and whose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Virtual time since the run began.
    pub at: Duration,
    /// Who did it, or to whom it happened.
    pub who: Who,
    /// What.
    pub event: Event,
}

/// All events of one run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    entries: Vec<Entry>,
}

impl History {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes an event; its number is its place in the history, from 0.
    pub fn note(&mut self, at: Duration, who: Who, event: Event) -> usize {
        self.entries.push(Entry { at, who, event });
        self.entries.len() - 1
    }

    /// The events, oldest first.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The events, to be changed: a test of the checker spoils them.
    pub fn entries_mut(&mut self) -> &mut Vec<Entry> {
        &mut self.entries
    }

    /// The number of the first event in which another run of the same seed differs, if one does.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Option<usize> {
        if self == other {
            return None;
        }
        let pairs = self.entries.iter().zip(&other.entries);
        let same = pairs.take_while(|(ours, theirs)| ours == theirs).count();
        Some(same)
    }

    /// The lines that concern a place, its topic or everybody: what one reads first when a seed failed.
    #[must_use]
    pub fn about(&self, place: Place) -> String {
        let mut lines = String::new();
        for (number, entry) in self.entries.iter().enumerate() {
            if entry.event.concerns(place) {
                lines.push_str(&format!("{number:6} {entry}\n"));
            }
        }
        lines
    }
}

impl Display for History {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (number, entry) in self.entries.iter().enumerate() {
            writeln!(f, "{number:6} {entry}")?;
        }
        Ok(())
    }
}
