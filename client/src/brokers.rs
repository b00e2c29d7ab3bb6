//! The connections there are: up to three a broker, opened when first needed.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use backon::ExponentialBackoff;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use tokio::sync::oneshot;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::ambient::Chance;
use crate::cluster::Cluster;
use crate::config::ClientConfig;
use crate::connection::Connection;
use crate::error::{ClientError, Peer};
use crate::retry::pauses;

/// Which of a broker's connections a request goes over. A broker answers each connection in order, so what may wait for long must not stand before
/// what may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// Fetch requests: a broker holds them while there is nothing to read.
    Fetch,
    /// What keeps a member in its group, its commits among it. (Joining waits for others, and so does syncing: nothing else of the member is due then.)
    Group,
    /// All else.
    General,
}

/// Whose connection it is, in the lanes in which requests wait: handles that stand [apart](crate::Client::apart) have lines of their own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Line(pub(crate) u64);

impl Line {
    /// The line of the handle that connected, and of all in the general lane.
    pub(crate) const SHARED: Self = Self(0);
}

/// The pool. Nothing is connected before it is asked for.
pub(crate) struct Brokers {
    config: Arc<ClientConfig>,
    chance: Arc<Chance>,
    /// In order, since letting go of several closes them one after another.
    slots: Mutex<BTreeMap<(Peer, Lane, Line), Arc<Slot>>>,
    outages: Arc<Outages>,
    stop: CancellationToken,
}

impl Brokers {
    pub(crate) fn new(
        config: Arc<ClientConfig>,
        chance: Arc<Chance>,
        stop: CancellationToken,
    ) -> Self {
        Self {
            config,
            chance,
            slots: Mutex::default(),
            outages: Arc::default(),
            stop,
        }
    }

    /// The connection to this broker in this lane: the open one, or a new one. All who ask meanwhile wait for the same attempt, which begins
    /// when the pause after the last one is over.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: the attempt goes on without those who stopped waiting.
    pub(crate) async fn connection(
        &self,
        peer: &Peer,
        lane: Lane,
        line: Line,
    ) -> Result<Arc<Connection>, ClientError> {
        let slot = self.slot(peer, lane, line);
        let attempt = {
            let mut state = slot.state();
            match &state.now {
                Now::Open(connection) if !connection.is_closed() => {
                    return Ok(Arc::clone(connection));
                }
                Now::Connecting(attempt) => attempt.clone(),
                _ => {
                    let attempt = self.attempt(peer.clone(), &slot, state.not_before);
                    state.now = Now::Connecting(attempt.clone());
                    attempt
                }
            }
        };
        attempt.await
    }

    pub(crate) fn has_open(&self, peer: &Peer, lane: Lane) -> bool {
        let slots = lock(&self.slots);
        let slot = slots.get(&(peer.clone(), lane, Line::SHARED));
        slot.is_some_and(
            |slot| matches!(&slot.state().now, Now::Open(connection) if !connection.is_closed()),
        )
    }

    /// Lets go of connections to what is not a broker of the cluster (any more): bootstrap addresses, brokers removed or moved. Calls under way
    /// over them still end.
    pub(crate) fn keep_only(&self, cluster: &Cluster) {
        lock(&self.slots).retain(|(peer, _, _), _| cluster.has(peer));
        lock(&self.outages.0).retain(|peer, _| cluster.has(peer));
    }

    /// Closes a line's connections.
    pub(crate) fn hang_up(&self, line: Line) {
        lock(&self.slots).retain(|(_, _, of), _| *of != line);
    }

    fn slot(&self, peer: &Peer, lane: Lane, line: Line) -> Arc<Slot> {
        let line = if lane == Lane::General {
            Line::SHARED
        } else {
            line
        };
        let mut slots = lock(&self.slots);
        let new = || Arc::new(Slot::new(&self.config, &self.chance));
        Arc::clone(slots.entry((peer.clone(), lane, line)).or_insert_with(new))
    }

    /// Starts connecting, on a task of its own.
    fn attempt(&self, peer: Peer, slot: &Arc<Slot>, not_before: Instant) -> Attempt {
        let (done, outcome) = oneshot::channel();
        let (config, stop) = (Arc::clone(&self.config), self.stop.clone());
        let chance = Arc::clone(&self.chance);
        let (slot, outages) = (Arc::downgrade(slot), Arc::clone(&self.outages));
        let ambient = self.config.ambient.clone();
        let task = async move {
            let connecting = async {
                tokio::time::sleep_until(not_before).await;
                Connection::open(peer.clone(), &config).await.map(Arc::new)
            };
            let result = stop
                .run_until_cancelled(connecting)
                .await
                .unwrap_or(Err(ClientError::Closed));
            outages.note(&peer, result.as_ref().err());
            Slot::note(&slot, &config, &chance, &result);
            let _ = done.send(result);
        };
        tokio::spawn(ambient.gated(task));
        outcome
            .map(|sent| sent.unwrap_or(Err(ClientError::Closed)))
            .boxed()
            .shared()
    }
}

impl fmt::Debug for Brokers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let slots = lock(&self.slots);
        f.debug_set().entries(slots.keys()).finish()
    }
}

type Attempt = Shared<BoxFuture<'static, Result<Arc<Connection>, ClientError>>>;

/// One lane of one broker.
struct Slot(Mutex<State>);

struct State {
    now: Now,
    /// When the next attempt may start.
    not_before: Instant,
    pauses: ExponentialBackoff,
}

enum Now {
    Idle,
    Connecting(Attempt),
    Open(Arc<Connection>),
}

impl Slot {
    fn new(config: &ClientConfig, chance: &Chance) -> Self {
        Self(Mutex::new(State {
            now: Now::Idle,
            not_before: Instant::now(),
            pauses: reconnect_pauses(config, chance),
        }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.0)
    }

    fn note(
        slot: &Weak<Self>,
        config: &ClientConfig,
        chance: &Chance,
        result: &Result<Arc<Connection>, ClientError>,
    ) {
        let Some(slot) = slot.upgrade() else { return };
        let mut state = slot.state();
        match result {
            Ok(connection) => {
                state.now = Now::Open(Arc::clone(connection));
                state.pauses = reconnect_pauses(config, chance);
                // A broker that takes each connection and drops it at once is not hammered either.
                state.not_before = Instant::now() + config.reconnect_backoff;
            }
            Err(_) => {
                state.now = Now::Idle;
                let pause = state.pauses.next().unwrap_or(config.reconnect_backoff_max);
                state.not_before = Instant::now() + pause;
            }
        }
    }
}

fn reconnect_pauses(config: &ClientConfig, chance: &Chance) -> ExponentialBackoff {
    let (least, most) = (config.reconnect_backoff, config.reconnect_backoff_max);
    pauses(least, most, chance.draw())
}

/// Since when which brokers can't be reached: said once when it starts and once when it ends. Bootstrap addresses are left to the
/// caller, who gets their errors.
#[derive(Default)]
struct Outages(Mutex<BTreeMap<Peer, Instant>>);

impl Outages {
    fn note(&self, peer: &Peer, failure: Option<&ClientError>) {
        let mut outages = lock(&self.0);
        match (failure, outages.entry(peer.clone())) {
            (Some(ClientError::Closed), _) | (None, Entry::Vacant(_)) => {}
            (Some(error), _) if peer.broker.is_none() => tracing::debug!(%error, "can't connect"),
            (Some(error), Entry::Occupied(_)) => tracing::debug!(%error, "still can't connect"),
            (Some(error), Entry::Vacant(entry)) => {
                tracing::info!(%error, "lost a broker");
                entry.insert(Instant::now());
            }
            (None, Entry::Occupied(entry)) => {
                let seconds = entry.remove().elapsed().as_secs();
                tracing::info!("{peer} is back after {seconds} s");
            }
        }
    }
}

/// No panic happens under these locks; if one did, the map would still be whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
