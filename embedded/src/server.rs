//! The shell around the state: what waits. One lock around the whole cluster, never held across an await; one task a broker that
//! accepts, one a connection, one that wakes the state when something is due.

mod clock;
mod connection;
mod frames;
mod listen;
mod timer;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, oneshot};

pub(crate) use self::clock::Clock;
pub(crate) use self::listen::serve;
pub use self::listen::{Listener, Network, Tcp};
pub(crate) use self::timer::run as run_timer;
use crate::state::State;
use crate::state::call::{Answer, Refused};
use crate::state::peer::Peer;
use crate::ticket::Ticket;
use crate::time::Now;

/// The cluster, shared by all tasks.
#[derive(Clone, Debug)]
pub(crate) struct Core {
    inner: Arc<Mutex<Inner>>,
    /// Told when something may be due earlier than before.
    earlier: Arc<Notify>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) state: State,
    pub(crate) clock: Clock,
    /// Connections that wait for an answer.
    waiting: BTreeMap<Ticket, oneshot::Sender<Vec<u8>>>,
}

/// What a connection does with a request.
#[derive(Debug)]
enum Reply {
    Now(Vec<u8>),
    Later(oneshot::Receiver<Vec<u8>>),
    Nothing,
    Close(Refused),
}

impl Core {
    pub(crate) fn new(state: State, clock: Clock) -> Self {
        let inner = Inner {
            state,
            clock,
            waiting: BTreeMap::new(),
        };
        Self {
            inner: Arc::new(Mutex::new(inner)),
            earlier: Arc::new(Notify::new()),
        }
    }

    /// Looks at the state or changes it, and sends what became ready by that.
    pub(crate) fn with<T>(&self, act: impl FnOnce(&mut State, Now) -> T) -> T {
        let mut inner = self.lock();
        let now = inner.clock.now();
        let done = act(&mut inner.state, now);
        self.settle(&mut inner, now);
        done
    }

    /// Changes the clock; what is due by then happens at once.
    pub(crate) fn with_clock(&self, change: impl FnOnce(&mut Clock)) {
        let mut inner = self.lock();
        change(&mut inner.clock);
        let now = inner.clock.now();
        inner.state.tick(now);
        self.settle(&mut inner, now);
    }

    fn handle(&self, peer: &mut Peer, frame: &[u8]) -> Reply {
        let mut inner = self.lock();
        let now = inner.clock.now();
        let reply = match inner.state.handle(now, peer, frame) {
            Ok(Answer::Now(frame)) => Reply::Now(frame),
            Ok(Answer::Nothing) => Reply::Nothing,
            Ok(Answer::Later(ticket)) => {
                let (sender, receiver) = oneshot::channel();
                inner.waiting.insert(ticket, sender);
                Reply::Later(receiver)
            }
            Err(refused) => Reply::Close(refused),
        };
        self.settle(&mut inner, now);
        reply
    }

    /// After each change: what waited is looked at again, answers go out, and the timer learns what is due.
    fn settle(&self, inner: &mut Inner, now: Now) {
        inner.state.settle(now);
        for (ticket, frame) in inner.state.take_ready() {
            if let Some(waiting) = inner.waiting.remove(&ticket) {
                // Who is gone wants no answer.
                let _ = waiting.send(frame);
            }
        }
        self.earlier.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
