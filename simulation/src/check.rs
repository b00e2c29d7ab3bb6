//! ◇ What must hold of every run: V1 to V12, one file each, as functions of the history and of the state in which it ended.
//!
//! The checker goes by facts: what tables, logs and the coordinator hold, and what was acknowledged. A member's own word (that it skipped, that its
//! log was cut off) excuses something only where the facts agree with it. It is taken for two things: where work begins (`Claimed`,
//! `Sought`), from where V8 counts, while V1 and V4 ask for all from the start; and that a claim is over (`Fenced`, `Lost`), behind which V11
//! asks for nothing.
//!
//! | | must hold | file |
//! | --- | --- | --- |
//! | V1 | no acknowledged record is lost | `acknowledged` |
//! | V2 | no effect twice | `once` |
//! | V3 | no effect of an aborted or fenced transaction | `aborted` |
//! | V4 | a committed offset covers no record that is not processed | `covered` |
//! | V5 | a committed offset goes back only by a reset | `forward` |
//! | V6 | one claim at most commits for a partition at a time | `owners` |
//! | V7 | records of a partition, or of a key, are worked on in order | `order` |
//! | V8 | within one assignment nothing is left out or comes twice | `delivery` |
//! | V9 | after the last fault the lag becomes 0 in time | `progress` |
//! | V10 | what is called ends within its deadline | `deadlines` |
//! | V11 | a close flushes or says what it did not | `closing` |
//! | V12 | no task, connection or lock is left | `leftovers` |
//! | | the history is one that can be: else the wiring forgot something | `consistency` |
#![deny(clippy::disallowed_methods)]

use std::fmt::{self, Display, Formatter};
use std::time::Duration;

use crate::history::{Ending, History, Keeper};

mod aborted;
mod acknowledged;
mod closing;
mod consistency;
mod covered;
mod deadlines;
mod delivery;
mod facts;
mod forward;
mod leftovers;
mod once;
mod order;
mod owners;
mod progress;
#[cfg(test)]
mod tests;

use facts::Facts;

/// What was promised about effects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effects {
    /// Results and offset in one transaction of a store: an effect is a row of the table of results.
    ExactlyOnce,
    /// A handler marks what is done: an effect is work that ended well. It may happen again.
    AtLeastOnce,
    /// What was delivered is committed by itself: to be delivered is all that is promised.
    AutoCommit,
}

/// In which order a handler works on records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Order {
    /// One after the other in a partition.
    Partition,
    /// One after the other with one key; keys side by side.
    Key,
}

/// What was promised in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// About effects.
    pub effects: Effects,
    /// Which offsets count. The others, if there are any, are a mirror.
    pub keeper: Keeper,
    /// About order.
    pub order: Order,
    /// Whether a group without an offset starts at the newest record; else at the oldest.
    pub starts_newest: bool,
    /// Whether aborted records must not be seen.
    pub read_committed: bool,
    /// How long after the last fault the lag is 0.
    pub settles_within: Duration,
    /// How long a record may take from the call that sends it to the word on what became of it.
    pub delivers_within: Duration,
    /// How much later than its deadline a call may end: what the deadline's own timer takes.
    pub grace: Duration,
}

/// What did not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the table above says what each means")]
pub enum Invariant {
    Consistency,
    V1,
    V2,
    V3,
    V4,
    V5,
    V6,
    V7,
    V8,
    V9,
    V10,
    V11,
    V12,
}

/// Something that did not hold, and the events that prove it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// What did not hold.
    pub invariant: Invariant,
    /// What is wrong, in a line.
    pub what: String,
    /// The numbers of the events that prove it, ascending.
    pub evidence: Vec<usize>,
}

/// All that does not hold of a run.
#[must_use]
pub fn check(history: &History, ending: &Ending, terms: &Terms) -> Vec<Violation> {
    let facts = Facts::new(history.entries(), ending, *terms);
    let mut violations = Vec::new();
    for (invariant, holds) in ALL {
        let mut found = Found {
            invariant: *invariant,
            violations: &mut violations,
        };
        holds(&facts, &mut found);
    }
    violations
}

type Holds = fn(&Facts<'_>, &mut Found<'_>);

const ALL: &[(Invariant, Holds)] = &[
    (Invariant::Consistency, consistency::holds),
    (Invariant::V1, acknowledged::holds),
    (Invariant::V2, once::holds),
    (Invariant::V3, aborted::holds),
    (Invariant::V4, covered::holds),
    (Invariant::V5, forward::holds),
    (Invariant::V6, owners::holds),
    (Invariant::V7, order::holds),
    (Invariant::V8, delivery::holds),
    (Invariant::V9, progress::holds),
    (Invariant::V10, deadlines::holds),
    (Invariant::V11, closing::holds),
    (Invariant::V12, leftovers::holds),
];

/// What one invariant finds.
struct Found<'a> {
    invariant: Invariant,
    violations: &'a mut Vec<Violation>,
}

impl Found<'_> {
    fn add(&mut self, what: String, evidence: impl IntoIterator<Item = usize>) {
        let mut evidence: Vec<usize> = evidence.into_iter().collect();
        evidence.sort_unstable();
        evidence.dedup();
        self.violations.push(Violation {
            invariant: self.invariant,
            what,
            evidence,
        });
    }
}

impl Violation {
    /// The violation with its events as lines.
    #[must_use]
    pub fn explain(&self, history: &History) -> String {
        let mut lines = format!("{self}\n");
        for number in &self.evidence {
            if let Some(entry) = history.entries().get(*number) {
                lines.push_str(&format!("{number:6} {entry}\n"));
            }
        }
        lines
    }
}

impl Display for Violation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.invariant, self.what)
    }
}
