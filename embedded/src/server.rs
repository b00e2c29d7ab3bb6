//! The shell around the state: what waits. One lock around the whole cluster, never held across an await; one task a broker that
//! accepts, one a connection, one that wakes the state when something is due.

mod clock;
mod connection;
mod frames;
mod judging;
mod listen;
mod throttle;
mod timer;
mod tls;

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rand::SeedableRng;
use rand::rngs::StdRng;
use tokio::sync::{Notify, broadcast, oneshot};

pub(crate) use self::clock::Clock;
use self::judging::belied;
pub use self::listen::{Listener, Network, Tcp};
pub(crate) use self::listen::{Serving, serve};
pub(crate) use self::timer::run as run_timer;
pub(crate) use self::tls::{Tls, TlsSource};
use crate::faults::{Effect, Faults, SeenRequest, Verdict};
use crate::state::State;
use crate::state::asked::Asked;
use crate::state::call::{Answer, Frame, Refused};
use crate::state::peer::Peer;
use crate::store::Store;
use crate::ticket::Ticket;
use crate::time::Now;

/// How many requests are kept for whoever asks what was seen.
const SEEN: usize = 10_000;
/// How many requests an observer may be behind.
const OBSERVED: usize = 4096;
/// Makes another seed of the cluster's.
const FAULTS: u64 = 0x6661_756c_7473;

/// The cluster, shared by all tasks.
#[derive(Clone, Debug)]
pub(crate) struct Core {
    inner: Arc<Mutex<Inner>>,
    /// Told when something may be due earlier than before.
    earlier: Arc<Notify>,
    /// Whoever wants to see each request.
    pub(crate) observers: broadcast::Sender<Arc<SeenRequest>>,
    last_connection: Arc<AtomicU64>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) state: State,
    pub(crate) clock: Clock,
    pub(crate) faults: Faults,
    store: Option<Store>,
    /// When the timer looks next.
    armed: Option<Duration>,
    /// What rules with a probability go by; apart from the state's, so that a fault does not change what is drawn there.
    chance: StdRng,
    /// Connections that wait for an answer.
    waiting: BTreeMap<Ticket, oneshot::Sender<Frame>>,
}

/// What a connection does with a request.
#[derive(Debug)]
enum Reply {
    Now(Frame),
    Later(Waiting),
    Nothing,
    Close(Refused),
}

/// An answer that comes later. Whoever stops waiting for it is forgotten.
#[derive(Debug)]
struct Waiting {
    core: Core,
    ticket: Ticket,
    answer: oneshot::Receiver<Frame>,
    /// What a fault has told instead.
    instead: Option<Frame>,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut inner = self.core.lock();
        // An answer that came took this away.
        if inner.waiting.remove(&self.ticket).is_some() {
            inner.state.forget(self.ticket);
        }
    }
}

impl Core {
    pub(crate) fn new(state: State, clock: Clock) -> Self {
        let inner = Inner {
            chance: StdRng::seed_from_u64(state.settings.seed ^ FAULTS),
            faults: Faults::new(SEEN),
            store: None,
            armed: None,
            state,
            clock,
            waiting: BTreeMap::new(),
        };
        Self {
            inner: Arc::new(Mutex::new(inner)),
            earlier: Arc::new(Notify::new()),
            observers: broadcast::Sender::new(OBSERVED),
            last_connection: Arc::default(),
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

    /// Looks at the rules of faults, or changes them.
    pub(crate) fn with_faults<T>(&self, act: impl FnOnce(&mut Faults) -> T) -> T {
        act(&mut self.lock().faults)
    }

    /// A number for a connection, never used twice.
    fn new_connection(&self) -> u64 {
        self.last_connection.fetch_add(1, Ordering::Relaxed) + 1
    }

    fn handle(&self, peer: &mut Peer, asked: Asked<'_>, verdict: Option<&Verdict>) -> Reply {
        let mut inner = self.lock();
        let now = inner.clock.now();
        let belied = belied(&asked, verdict);
        inner.state.refusing = match verdict.map(|verdict| &verdict.effect) {
            Some(Effect::Refuse(refusal)) => Some(refusal.clone()),
            _ => None,
        };
        let mut reply = match inner.state.handle(now, peer, asked) {
            Ok(Answer::Now(frame)) => Reply::Now(frame),
            Ok(Answer::Nothing) => Reply::Nothing,
            Ok(Answer::Later(ticket)) => {
                let (sender, answer) = oneshot::channel();
                inner.waiting.insert(ticket, sender);
                let core = self.clone();
                Reply::Later(Waiting {
                    core,
                    ticket,
                    answer,
                    instead: None,
                })
            }
            Err(refused) => Reply::Close(refused),
        };
        inner.state.refusing = None;
        if let Some((asked, refusal)) = belied {
            inner.belie(&mut reply, now, peer, asked, refusal);
        }
        self.settle(&mut inner, now);
        reply
    }

    /// After each change: what waited is looked at again, answers go out, and the timer learns what is due.
    fn settle(&self, inner: &mut Inner, now: Now) {
        // What is decided is written before markers tell of it: a kill in between would end a transaction here and not there.
        inner.save(Store::save_decisions);
        inner.state.settle(now);
        inner.save(Store::save);
        for (ticket, frame) in inner.state.take_ready() {
            // Who is gone wants no answer; without one the connection closes.
            if let (Some(waiting), Ok(frame)) = (inner.waiting.remove(&ticket), frame) {
                let _ = waiting.send(frame);
            }
        }
        inner.wake_at(&self.earlier);
    }

    /// Brings back what a directory holds, and writes down what changes from now on.
    pub(crate) fn keep_in(&self, mut store: Store) -> io::Result<()> {
        let mut inner = self.lock();
        let now = inner.clock.now();
        for lost in store.restore(&mut inner.state, now)? {
            tracing::warn!(lost, "something in the directory could not be read");
        }
        inner.store = Some(store);
        self.settle(&mut inner, now);
        Ok(())
    }

    /// Looks at the store, which is there, or changes it.
    #[cfg(test)]
    pub(crate) fn with_store<T>(&self, act: impl FnOnce(&mut Store) -> T) -> T {
        act(self.lock().store.as_mut().expect("a store"))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Wakes the timer, if something is due before it would look by itself.
    fn wake_at(&mut self, earlier: &Notify) {
        let due = self.state.next_deadline();
        let sooner = match (due, self.armed) {
            (Some(due), Some(armed)) => due < armed,
            (due, None) => due.is_some(),
            (None, Some(_)) => false,
        };
        if sooner || self.clock.was_pushed() {
            self.armed = due;
            earlier.notify_one();
        }
    }

    /// Before answers go out: what they acknowledge is written.
    fn save(&mut self, save: impl FnOnce(&mut Store, &mut State) -> io::Result<()>) {
        let Some(store) = &mut self.store else {
            self.state.forget_changes();
            return;
        };
        if let Err(why) = save(store, &mut self.state) {
            tracing::error!(%why, "the cluster's data can't be written");
            self.state.change_all();
        }
    }
}

#[cfg(test)]
mod tests;
