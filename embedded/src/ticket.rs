//! Who waits for an answer.
#![deny(clippy::disallowed_methods)]

/// A request that waits; handed in by the caller, and handed out again with the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);
