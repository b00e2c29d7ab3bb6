//! What a request that has to wait is parked under.

/// Names a parked request. Handed in with the request, handed out with its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ticket(pub u64);
