//! What every call is handed: the time, the topics, the randomness, and who calls.

use std::time::Duration;

use ottla_protocol::types::Uuid;
use rand::RngExt;
use rand::rngs::StdRng;

use super::answer::Answer;
use super::settings::GroupSettings;
use super::topics::TopicView;
use crate::ticket::Ticket;
use crate::time::Now;

/// What the world looks like at a call.
pub struct Context<'a> {
    /// The time.
    pub now: Now,
    /// The cluster's topics.
    pub topics: &'a dyn TopicView,
    /// Draws the ids of members.
    pub rng: &'a mut StdRng,
}

impl Context<'_> {
    /// An id as the consumer protocol's coordinator makes them.
    pub(super) fn member_id(&mut self) -> String {
        Uuid(self.rng.random()).to_string()
    }

    /// The random part of a classic member's id: a version 4 UUID with hyphens.
    pub(super) fn hyphenated(&mut self) -> String {
        let bytes: [u8; 16] = self.rng.random();
        let mut bits = u128::from_be_bytes(bytes);
        bits = bits & !(0xf << 76) | 4 << 76;
        bits = bits & !(0x3 << 62) | 2 << 62;
        let hex = format!("{bits:032x}");
        [
            &hex[..8],
            &hex[8..12],
            &hex[12..16],
            &hex[16..20],
            &hex[20..],
        ]
        .join("-")
    }
}

/// Who calls, and in which version of the API.
#[derive(Clone, Copy, Debug)]
pub struct Caller<'a> {
    /// What the client calls itself.
    pub client_id: &'a str,
    /// Where it calls from, as Kafka writes it: `/127.0.0.1`.
    pub client_host: &'a str,
    /// The version of the request.
    pub version: i16,
}

/// What a group works with during one call.
pub(super) struct Turn<'a> {
    pub(super) now: Now,
    pub(super) settings: &'a GroupSettings,
    pub(super) answers: &'a mut Vec<(Ticket, Answer)>,
}

impl Turn<'_> {
    pub(super) fn after(&self, wait: Duration) -> Duration {
        self.now.at.saturating_add(wait)
    }

    pub(super) fn answer(&mut self, ticket: Ticket, answer: impl Into<Answer>) {
        self.answers.push((ticket, answer.into()));
    }
}

/// A time of the wire: below zero is none.
pub(super) fn millis(ms: i32) -> Duration {
    Duration::from_millis(u64::try_from(ms).unwrap_or(0))
}

/// A time for the wire.
pub(super) fn as_millis(wait: Duration) -> i32 {
    i32::try_from(wait.as_millis()).unwrap_or(i32::MAX)
}
