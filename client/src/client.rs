//! The client: one handle for the whole cluster.

use std::sync::{Arc, Weak};
use std::time::{Duration, SystemTime};

use backon::ExponentialBackoff;
use ottla_protocol::api::Request;
use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::types::TopicPartition;
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::ambient::Chance;
use crate::brokers::{Lane, Line};
use crate::cluster::{Cluster, Leader, Topic, refresh};
use crate::config::ClientConfig;
use crate::connection::{made_for, ready};
use crate::coordinator;
use crate::error::ClientError;
use crate::options::CallOptions;
use crate::reply::Reply;
use crate::retry::Backoff;
use crate::shared::Shared;

/// A handle for a cluster. Clones are cheap and share connections and metadata; when the last one is dropped, the connections close.
#[derive(Clone, Debug)]
pub struct Client {
    shared: Arc<Shared>,
    line: Arc<OpenLine>,
    _alive: Arc<DropGuard>,
}

impl Client {
    /// Connects to the cluster: returns once a broker has told who belongs to it.
    ///
    /// # Errors
    ///
    /// [`ClientError::Config`]; [`ClientError::NoBroker`] with each bootstrap address and why it failed, after
    /// `socket.connection.setup.timeout.ms` at the latest (plus half a second for each address but the first). Nothing is tried again.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: what was begun is closed.
    pub async fn connect(config: ClientConfig) -> Result<Self, ClientError> {
        let stop = CancellationToken::new();
        let shared = Arc::new(Shared::new(config, stop.clone())?);
        let alive = Arc::new(stop.clone().drop_guard());
        refresh::fetch(&shared, Some(&[])).await?;
        let refreshing = refresh::run(Arc::clone(&shared));
        let refreshing = async move { stop.run_until_cancelled(refreshing).await };
        tokio::spawn(shared.config.ambient.gated(refreshing));
        Ok(Self {
            line: Arc::new(OpenLine {
                line: Line::SHARED,
                shared: Arc::downgrade(&shared),
            }),
            shared,
            _alive: alive,
        })
    }

    /// A handle with connections of its own for what waits at the broker: fetching and being a member of a group. All else is shared.
    ///
    /// A broker answers each connection in order, so two consumers or two members on one connection would wait for each other's turns. Each
    /// [`Consumer`](crate::Consumer) fetches apart by itself. The connections close with the handle's last clone.
    #[must_use]
    pub fn apart(&self) -> Self {
        let line = OpenLine {
            line: self.shared.new_line(),
            shared: Arc::downgrade(&self.shared),
        };
        Self {
            line: Arc::new(line),
            ..self.clone()
        }
    }

    /// The settings.
    #[must_use]
    pub fn config(&self) -> &ClientConfig {
        &self.shared.config
    }

    /// What is known of the cluster: all brokers, and the topics that were asked for.
    #[must_use]
    pub fn cluster(&self) -> Arc<Cluster> {
        self.shared.cluster()
    }

    /// The cluster as it changes. Only topics that are asked for ([`leader`](Self::leader), [`partitions`](Self::partitions)) are kept fresh.
    /// Several who wait for the same change are woken in an order that tokio draws.
    #[must_use]
    pub fn watch_cluster(&self) -> watch::Receiver<Arc<Cluster>> {
        self.shared.watch()
    }

    /// Notified after each change of the cluster, in the order in which they began to wait.
    pub(crate) fn cluster_news(&self) -> Arc<Notify> {
        Arc::clone(&self.shared.news)
    }

    /// Topics as they are now, by name; `None`: all topics. Never creates one.
    ///
    /// # Errors
    ///
    /// [`ClientError::UnknownTopic`] for the first name that the cluster does not have, after a second look.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn topics(&self, names: Option<&[&str]>) -> Result<Vec<Arc<Topic>>, ClientError> {
        let Some(names) = names else {
            let all = refresh::fetch(&self.shared, None).await?;
            let mut topics: Vec<_> = all.topics().cloned().collect();
            topics.sort_by(|one, other| one.name.cmp(&other.name));
            return Ok(topics);
        };
        let wanted: Vec<Arc<str>> = names.iter().map(|name| Arc::from(*name)).collect();
        let hearsay = self.hearsay();
        loop {
            let cluster = refresh::fetch(&self.shared, Some(&wanted)).await?;
            let found = wanted.iter().map(|name| find(&cluster, name).cloned());
            let found = found.collect();
            if hearsay.settles(&found).await {
                return found;
            }
        }
    }

    /// How many partitions a topic has, from what is known, else asked.
    ///
    /// # Errors
    ///
    /// [`ClientError::UnknownTopic`], after a second look.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn partitions(&self, topic: &str) -> Result<i32, ClientError> {
        self.look_up(topic, |topic| Ok(topic.partition_count()))
            .await
    }

    /// Who leads a partition, from what is known, else asked.
    ///
    /// # Errors
    ///
    /// [`ClientError::NoLeader`], which passes; [`ClientError::UnknownTopic`] and [`ClientError::UnknownPartition`], after a second look.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn leader(&self, partition: &TopicPartition) -> Result<Leader, ClientError> {
        self.look_up(&partition.topic, |topic| topic.leader(partition.partition))
            .await
    }

    /// The broker that the cluster names as its controller; with KRaft, which hides it, any broker: it passes on what is for the controller.
    ///
    /// # Errors
    ///
    /// When fresh metadata names none either, [`ClientError::Answered`].
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn controller(&self) -> Result<i32, ClientError> {
        if let Some(controller) = self.cluster().controller {
            return Ok(controller);
        }
        self.shared.refresh.now(None).await?;
        let cluster = self.cluster();
        let any = || cluster.brokers().next().map(|broker| broker.id);
        cluster
            .controller
            .or_else(any)
            .ok_or(ClientError::UnknownBroker { broker: -1 })
    }

    /// Says that the metadata seems out of date: it is asked for again soon, once however many say so.
    pub fn stale_metadata(&self) {
        self.shared.refresh.soon();
    }

    /// Has a topic among those that a refresh asks about: whoever goes by what is known of it can't do without.
    pub(crate) fn keep_fresh(&self, topic: &str) {
        self.shared.refresh.used(topic);
    }

    /// Takes in what a broker said about a partition's leader (KIP-951), if that is newer than what is known.
    pub fn leader_hint(&self, partition: &TopicPartition, leader: i32, epoch: i32) {
        self.shared
            .learn(|cluster| cluster.after_hint(partition, leader, epoch));
    }

    /// The broker that coordinates a group, from what is known, else asked, until `default.api.timeout.ms` is over.
    ///
    /// # Errors
    ///
    /// [`ClientError::GaveUp`], for instance while the broker loads the group; [`ClientError::Answered`] where waiting can't help
    /// (authorization).
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn coordinator(&self, group: &str) -> Result<i32, ClientError> {
        let mut backoff = self.backoff(
            "find the group's coordinator",
            self.config().default_api_timeout,
        );
        loop {
            match self.coordinator_once(group).await {
                Ok(found) => return Ok(found),
                Err(error) => backoff.pause(error).await?,
            }
        }
    }

    /// The same, asked once at most: for who tries again himself, within a time of his own.
    pub(crate) async fn coordinator_once(&self, group: &str) -> Result<i32, ClientError> {
        match self.shared.coordinators.known(group) {
            Some(known) => Ok(known),
            None => coordinator::find(&self.shared, group).await,
        }
    }

    /// Says that a group's coordinator has moved or can't be reached: the next [`coordinator`](Self::coordinator) asks again.
    pub fn forget_coordinator(&self, group: &str) {
        self.shared.coordinators.forget(group);
    }

    /// Asks one broker, once, in the newest version that both speak.
    ///
    /// # Errors
    ///
    /// [`ClientError`] in general; after `request.timeout.ms` at the latest. A failure that speaks of a broker or leader that has moved asks for fresh metadata.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe for the connection: the answer goes nowhere. The broker may have done what was asked.
    pub async fn call<R: Request>(
        &self,
        broker: i32,
        lane: Lane,
        request: &R,
    ) -> Result<Reply<R>, ClientError> {
        self.shared
            .call(
                broker,
                lane,
                CallOptions::new().over(self.line.line),
                ready(request),
            )
            .await
    }

    /// Asks one broker, once, with a request that is made for the version spoken, and other options than the configuration's.
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call).
    ///
    /// # Cancel safety
    ///
    /// As [`call`](Self::call).
    pub async fn call_with<R: Request>(
        &self,
        broker: i32,
        lane: Lane,
        options: CallOptions,
        make: impl Fn(i16) -> R,
    ) -> Result<Reply<R>, ClientError> {
        self.shared
            .call(broker, lane, options.over(self.line.line), made_for(make))
            .await
    }

    /// Sends a request that gets no answer, such as a produce request with acks 0. Done when it is about to be written.
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call), as far as they show before an answer.
    ///
    /// # Cancel safety
    ///
    /// As [`call`](Self::call).
    pub async fn send<R: Request>(
        &self,
        broker: i32,
        lane: Lane,
        request: &R,
    ) -> Result<(), ClientError> {
        self.shared
            .send(broker, lane, self.line.line, request)
            .await
    }

    /// Asks whichever broker can be reached, once.
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call); [`ClientError::NoBroker`] if neither a broker of the cluster nor a bootstrap address can be reached.
    ///
    /// # Cancel safety
    ///
    /// As [`call`](Self::call).
    pub async fn call_any<R: Request>(&self, request: &R) -> Result<Reply<R>, ClientError> {
        self.shared
            .call_any(CallOptions::new(), ready(request))
            .await
    }

    /// Asks whichever broker can be reached, once, as [`call_with`](Self::call_with) does.
    ///
    /// # Errors
    ///
    /// As [`call_any`](Self::call_any).
    ///
    /// # Cancel safety
    ///
    /// As [`call`](Self::call).
    pub async fn call_any_with<R: Request>(
        &self,
        options: CallOptions,
        make: impl Fn(i16) -> R,
    ) -> Result<Reply<R>, ClientError> {
        self.shared.call_any(options, made_for(make)).await
    }

    /// A random number from where all chance of this client comes, so that it is the same in each run if there is a [seed](ClientConfig::seed). Not for secrets.
    #[must_use]
    pub fn random(&self) -> u64 {
        self.shared.chance.draw()
    }

    /// The time of day, as this client is [told](ClientConfig::clock) it.
    #[must_use]
    pub fn system_time(&self) -> SystemTime {
        self.config().ambient.system_time()
    }

    /// The number of this process, as this client is [told](ClientConfig::process_id) it.
    #[must_use]
    pub fn process_id(&self) -> u32 {
        self.config().ambient.own_process_id()
    }

    /// The same, but that it stands still whenever the client's own tasks do ([`ClientConfig::gate`]): what is spawned on a client's behalf belongs in here.
    pub fn gated<F: Future>(&self, task: F) -> impl Future<Output = F::Output> + use<F> {
        self.config().ambient.gated(task)
    }

    pub(crate) fn chance(&self) -> Arc<Chance> {
        Arc::clone(&self.shared.chance)
    }

    /// Growing pauses from `retry.backoff.ms` to `retry.backoff.max.ms`, for what never gives up.
    pub(crate) fn pauses(&self) -> ExponentialBackoff {
        self.shared.pauses()
    }

    /// What a loop that tries again pauses with: from `retry.backoff.ms` to `retry.backoff.max.ms`, until `within` is over. `what` names the
    /// operation in the error, such as `list offsets`.
    #[must_use]
    pub fn backoff(&self, what: &'static str, within: Duration) -> Backoff {
        Backoff::new(what, self.config(), self.random(), within)
    }

    /// What is known of a topic, if it is enough; else what fresh metadata says.
    async fn look_up<T>(
        &self,
        name: &str,
        read: impl Fn(&Topic) -> Result<T, ClientError>,
    ) -> Result<T, ClientError> {
        if let Some(found) = self
            .cluster()
            .topic(name)
            .and_then(|topic| read(topic).ok())
        {
            self.shared.refresh.used(name);
            return Ok(found);
        }
        let hearsay = self.hearsay();
        loop {
            self.shared.refresh.now(Some(name)).await?;
            let found = find(&self.cluster(), name).and_then(|topic| read(topic));
            if hearsay.settles(&found).await {
                return found;
            }
        }
    }

    fn hearsay(&self) -> Hearsay {
        Hearsay {
            until: Instant::now() + HEARSAY,
            pause: self.config().retry_backoff,
        }
    }
}

/// A line that hangs up when its last handle is gone.
#[derive(Debug)]
struct OpenLine {
    line: Line,
    shared: Weak<Shared>,
}

impl Drop for OpenLine {
    fn drop(&mut self) {
        match self.shared.upgrade() {
            Some(shared) if self.line != Line::SHARED => shared.hang_up(self.line),
            _ => {}
        }
    }
}

/// What a broker may only not have heard of yet, such as a topic just created, is looked for again.
struct Hearsay {
    until: Instant,
    pause: Duration,
}

impl Hearsay {
    /// Whether the answer stands; pauses if it does not.
    async fn settles<T>(&self, looked: &Result<T, ClientError>) -> bool {
        let unknown = matches!(
            looked,
            Err(ClientError::UnknownTopic { .. } | ClientError::UnknownPartition { .. })
        );
        if !unknown || Instant::now() >= self.until {
            return true;
        }
        sleep(self.pause).await;
        false
    }
}

fn find<'a>(cluster: &'a Cluster, name: &str) -> Result<&'a Arc<Topic>, ClientError> {
    if let Some(topic) = cluster.topic(name) {
        return Ok(topic);
    }
    match cluster.topic_error(name) {
        None | Some(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION) => {
            Err(ClientError::UnknownTopic { topic: name.into() })
        }
        Some(code) => Err(ClientError::Topic {
            topic: name.into(),
            code,
        }),
    }
}

/// How long a broker may lag behind the one that created a topic.
const HEARSAY: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    /// Nothing but the compiler checks it: what borrows in an async closure can't be spawned.
    #[test]
    fn its_futures_can_be_spawned() {
        fn is_send<T: Send>(_: impl Fn(&'static Client, &'static TopicPartition) -> T) {}
        is_send(|client, _| client.topics(Some(&["a"])));
        is_send(|client, partition| client.leader(partition));
        is_send(|client, _| client.coordinator("g"));
        is_send(|client, _| client.controller());
    }
}
