//! Questions whether the assignment is still held, and which heartbeat may answer them.

#![deny(clippy::disallowed_methods)]

use super::Ticket;

/// A heartbeat under way when a question is put says nothing about it: only the next one does.
#[derive(Debug, Default)]
pub(super) struct Confirmations {
    last: u64,
    /// Put since the last heartbeat was sent.
    waiting: Vec<Ticket>,
    /// Put before it.
    asked: Vec<Ticket>,
}

impl Confirmations {
    pub(super) fn put(&mut self) -> Ticket {
        let ticket = self.number();
        self.waiting.push(ticket);
        ticket
    }

    /// A ticket that waits for nothing.
    pub(super) fn number(&mut self) -> Ticket {
        self.last += 1;
        Ticket(self.last)
    }

    pub(super) fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    pub(super) fn heartbeat_sent(&mut self) {
        self.asked.append(&mut self.waiting);
    }

    /// The heartbeat came to nothing: its questions wait for another.
    pub(super) fn heartbeat_lost(&mut self) {
        self.waiting.append(&mut self.asked);
    }

    pub(super) fn heartbeat_ok(&mut self) -> Vec<Ticket> {
        std::mem::take(&mut self.asked)
    }

    pub(super) fn refute(&mut self) -> Vec<Ticket> {
        self.heartbeat_lost();
        std::mem::take(&mut self.waiting)
    }
}
