//! Which partitions one member owns, and until when: the group protocol as a machine without I/O.
//!
//! ```text
//!   shell ──▶ handle_response · handle_partition_counts · handle_released · handle_timeout · confirm · leave
//!                                        │
//!                                   ┌────▼─────┐
//!                                   │ Classic  │   state, timers, member id, generation
//!                                   └────┬─────┘
//!   shell ◀── poll_action: Send · Describe · Assign · Revoke · Lose · Confirmed · … ; poll_timeout
//! ```
//!
//! Nothing here waits, reads a clock or draws a random number: `now` and a seed are handed in, so a test drives it
//! through any order of events in no time. The shell ([`Group`](crate::Group)) does what the actions say and feeds
//! back what came of it; after each call it polls all actions, then the timeout.
//!
//! What the machine promises, and its property test holds it to:
//! - There is one assignment at a time: the next [`Action::Assign`] comes only after the shell has let go of the
//!   last ([`Classic::handle_released`]), whether that was revoked or lost.
//! - It never gets stuck: there is an action, a timeout, or something that the shell owes an answer for.
//! - [`Action::Confirmed`] follows only a heartbeat that was sent after the question and came back without error for
//!   the very assignment held when it was asked.

#![deny(clippy::disallowed_methods)]

mod action;

mod classic;
mod config;
mod confirm;
mod error;
mod pulse;
mod reading;
mod state;
#[cfg(test)]
mod tests;

pub use action::{
    Action, Assignment, Joined, Request, RequestError, RequestId, Response, SharedError, Synced,
    Ticket,
};
pub use classic::Classic;
pub use config::MembershipConfig;
pub use error::MembershipError;
pub use state::State;
