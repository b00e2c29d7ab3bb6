//! What all clones of a client share.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use backon::ExponentialBackoff;
use ottla_protocol::api::{ApiKey, Request};
use rand::SeedableRng;
use rand::rngs::SmallRng;
use rand::seq::SliceRandom;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::ambient::Chance;
use crate::brokers::{Brokers, Lane, Line};
use crate::cluster::refresh::Refresh;
use crate::cluster::{Broker, Cluster};
use crate::config::ClientConfig;
use crate::connection::{Connection, Write, ready};
use crate::coordinator::Coordinators;
use crate::error::{ClientError, Peer};
use crate::options::CallOptions;
use crate::race::race;
use crate::reply::Reply;
use crate::retry::pauses;

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) config: Arc<ClientConfig>,
    pub(crate) refresh: Refresh,
    pub(crate) coordinators: Coordinators,
    pub(crate) chance: Arc<Chance>,
    bootstrap: Vec<Peer>,
    lines: AtomicU64,
    brokers: Brokers,
    cluster: watch::Sender<Arc<Cluster>>,
    /// What waits within this crate: `watch` wakes those who wait in an order of its own drawing, and no run would be like another.
    pub(crate) news: Arc<Notify>,
}

impl Shared {
    pub(crate) fn new(config: ClientConfig, stop: CancellationToken) -> Result<Self, ClientError> {
        let addresses = config.bootstrap()?.into_iter();
        let bootstrap = addresses.map(|(host, port)| Peer {
            broker: None,
            host: host.into(),
            port,
        });
        let config = Arc::new(config);
        let chance = Arc::new(config.ambient.chance());
        Ok(Self {
            bootstrap: bootstrap.collect(),
            lines: AtomicU64::new(Line::SHARED.0),
            brokers: Brokers::new(Arc::clone(&config), Arc::clone(&chance), stop),
            refresh: Refresh::new(),
            coordinators: Coordinators::default(),
            cluster: watch::Sender::default(),
            news: Arc::default(),
            chance,
            config,
        })
    }

    /// Growing pauses from `retry.backoff.ms` to `retry.backoff.max.ms`, without an end.
    pub(crate) fn pauses(&self) -> ExponentialBackoff {
        let config = &self.config;
        let (least, most) = (config.retry_backoff, config.retry_backoff_max);
        pauses(least, most, self.chance.draw())
    }

    /// A line that nobody has.
    pub(crate) fn new_line(&self) -> Line {
        Line(self.lines.fetch_add(1, Ordering::Relaxed) + 1)
    }

    pub(crate) fn hang_up(&self, line: Line) {
        self.brokers.hang_up(line);
    }

    pub(crate) fn cluster(&self) -> Arc<Cluster> {
        Arc::clone(&self.cluster.borrow())
    }

    pub(crate) fn watch(&self) -> watch::Receiver<Arc<Cluster>> {
        self.cluster.subscribe()
    }

    /// Takes in what was learnt of the cluster; `None`: nothing new.
    pub(crate) fn learn(&self, next: impl FnOnce(&Cluster) -> Option<Cluster>) {
        let changed = self.cluster.send_if_modified(|cluster| {
            let next = next(cluster).filter(|next| *next != **cluster);
            next.map(|next| *cluster = Arc::new(next)).is_some()
        });
        if changed {
            self.news.notify_waiters();
        }
        self.brokers.keep_only(&self.cluster());
    }

    /// One attempt at one broker.
    pub(crate) async fn call<R: Request>(
        &self,
        broker: i32,
        lane: Lane,
        options: CallOptions,
        write: impl Write<R>,
    ) -> Result<Reply<R>, ClientError> {
        let deadline = self.deadline(options);
        let mut result = self
            .call_once(broker, lane, deadline, options, &write)
            .await;
        if matches!(result, Err(ClientError::NotSent { .. })) {
            // The connection closed between being picked and being used, as an idle one may at any time.
            result = self
                .call_once(broker, lane, deadline, options, &write)
                .await;
        }
        self.note(result)
    }

    /// One attempt at one broker, for a request that gets no answer.
    pub(crate) async fn send<R: Request>(
        &self,
        broker: i32,
        lane: Lane,
        line: Line,
        request: &R,
    ) -> Result<(), ClientError> {
        let deadline = Instant::now() + self.config.request_timeout;
        let sent = async {
            let connection = self
                .connection(broker, (lane, line), deadline, R::API)
                .await?;
            let version = connection.version::<R>(None)?;
            connection
                .send::<R>(version, deadline, ready(request))
                .await
        };
        self.note(sent.await)
    }

    /// One attempt at whichever broker takes a connection first; the bootstrap addresses when no broker does (KIP-899).
    pub(crate) async fn call_any<R: Request>(
        &self,
        options: CallOptions,
        write: impl Write<R>,
    ) -> Result<Reply<R>, ClientError> {
        let mut result = self.call_any_once(options, &write).await;
        if matches!(result, Err(ClientError::NotSent { .. })) {
            result = self.call_any_once(options, &write).await;
        }
        result
    }

    /// Asks one broker after another until one answers; the bootstrap addresses, too. Only for what may be asked twice: a broker that is slow to answer is asked all the same.
    pub(crate) async fn ask<R: Request>(
        &self,
        write: impl Write<R>,
    ) -> Result<Reply<R>, ClientError> {
        let started = Instant::now();
        let within = self
            .config
            .request_timeout
            .min(self.config.socket_connection_setup_timeout);
        let options = CallOptions::new().timeout(within);
        let attempts = self.peers().into_iter().map(async |peer| {
            let connection = self
                .brokers
                .connection(&peer, Lane::General, Line::SHARED)
                .await?;
            over(&connection, self.deadline(options), options, &write).await
        });
        let answered = race(attempts, HEAD_START).await;
        answered.map_err(|tried| ClientError::NoBroker {
            tried,
            elapsed: started.elapsed(),
        })
    }

    async fn call_any_once<R: Request>(
        &self,
        options: CallOptions,
        write: impl Write<R>,
    ) -> Result<Reply<R>, ClientError> {
        let started = Instant::now();
        let peers = self.peers().into_iter();
        let attempts = peers.map(async |peer| {
            self.brokers
                .connection(&peer, Lane::General, Line::SHARED)
                .await
        });
        let connected = race(attempts, HEAD_START).await;
        let connection = connected.map_err(|tried| ClientError::NoBroker {
            tried,
            elapsed: started.elapsed(),
        })?;
        over(&connection, self.deadline(options), options, write).await
    }

    async fn call_once<R: Request>(
        &self,
        broker: i32,
        lane: Lane,
        deadline: Instant,
        options: CallOptions,
        write: impl Write<R>,
    ) -> Result<Reply<R>, ClientError> {
        let road = (lane, options.line);
        let connection = self.connection(broker, road, deadline, R::API).await?;
        over(&connection, deadline, options, write).await
    }

    fn deadline(&self, options: CallOptions) -> Instant {
        Instant::now() + options.timeout.unwrap_or(self.config.request_timeout)
    }

    /// The connection to a broker, while there is time.
    async fn connection(
        &self,
        broker: i32,
        (lane, line): (Lane, Line),
        deadline: Instant,
        api: ApiKey,
    ) -> Result<Arc<Connection>, ClientError> {
        let peer = self.cluster().broker(broker).map(Broker::peer);
        let peer = peer.ok_or(ClientError::UnknownBroker { broker })?;
        let started = Instant::now();
        let connecting = self.brokers.connection(&peer, lane, line);
        let connecting = tokio::time::timeout_at(deadline, connecting);
        match connecting.await {
            Ok(connected) => connected,
            Err(_) => Err(ClientError::TimedOut {
                peer,
                api,
                elapsed: started.elapsed(),
            }),
        }
    }

    /// Whom to ask when anybody will do: brokers first, those connected before the others; then the bootstrap addresses.
    fn peers(&self) -> Vec<Peer> {
        let mut peers: Vec<Peer> = self.cluster().brokers().map(Broker::peer).collect();
        peers.shuffle(&mut SmallRng::seed_from_u64(self.chance.draw()));
        peers.sort_by_key(|peer| !self.brokers.has_open(peer, Lane::General));
        peers.extend(self.bootstrap.iter().cloned());
        peers
    }

    /// A failure that speaks of a leader or broker that has moved asks for fresh metadata.
    fn note<T>(&self, result: Result<T, ClientError>) -> Result<T, ClientError> {
        if result.as_ref().is_err_and(ClientError::is_stale_metadata) {
            self.refresh.soon();
        }
        result
    }
}

async fn over<R: Request>(
    connection: &Arc<Connection>,
    deadline: Instant,
    options: CallOptions,
    write: impl Write<R>,
) -> Result<Reply<R>, ClientError> {
    let version = connection.version::<R>(options.newest_version)?;
    connection.call(version, deadline, write).await
}

/// How long a broker may take before the next one is tried as well.
const HEAD_START: Duration = Duration::from_millis(500);
