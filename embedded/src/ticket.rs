//! What a request holds that has to wait: its answer comes later, under this number.

/// A request that waits for its answer. Handed out in ascending order, never twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ticket(pub u64);
