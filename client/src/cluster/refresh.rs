//! Keeping the metadata fresh: one task a client, which asks when it is told to, and at the latest each `metadata.max.age.ms`.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ottla_protocol::messages::metadata::{MetadataRequest, MetadataRequestTopic};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};

use super::Cluster;
use crate::connection::ready;
use crate::error::{About, ClientError};
use crate::shared::Shared;

/// What the task is told, and what it tells.
#[derive(Debug)]
pub(crate) struct Refresh {
    asked: Mutex<Asked>,
    /// Somebody would like it newer, soon.
    soon: Notify,
    /// Somebody waits.
    now: Notify,
    done: Mutex<Done>,
    /// `done` has changed. (Not a `watch`, which wakes those who wait in an order of its own drawing.)
    served: Notify,
}

#[derive(Debug, Default)]
struct Asked {
    tickets: u64,
    /// The topics of interest, and when each was last asked for; in the order in which requests name them.
    topics: BTreeMap<Arc<str>, Instant>,
}

#[derive(Clone, Debug, Default)]
struct Done {
    up_to: u64,
    failure: Option<ClientError>,
}

impl Done {
    /// Whether a ticket has been served, and how it went.
    fn serves(&self, ticket: u64) -> Option<Option<ClientError>> {
        (self.up_to >= ticket).then(|| self.failure.clone())
    }
}

impl Refresh {
    pub(crate) fn new() -> Self {
        Self {
            asked: Mutex::default(),
            soon: Notify::new(),
            now: Notify::new(),
            done: Mutex::default(),
            served: Notify::new(),
        }
    }

    /// Asks for fresh metadata soon; many requests become one.
    pub(crate) fn soon(&self) {
        self.soon.notify_one();
    }

    /// Notes that a topic is of use, still or from now on.
    pub(crate) fn used(&self, topic: &str) {
        let now = Instant::now();
        let mut asked = self.asked();
        match asked.topics.get_mut(topic) {
            Some(used) => *used = now,
            None => drop(asked.topics.insert(topic.into(), now)),
        }
    }

    /// Waits for metadata that is asked for after this call, with this topic in it. Those who call meanwhile share one request.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub(crate) async fn now(&self, topic: Option<&str>) -> Result<(), ClientError> {
        let ticket = self.ticket(topic);
        self.now.notify_one();
        loop {
            let mut served = pin!(self.served.notified());
            served.as_mut().enable();
            if let Some(failure) = self.done().serves(ticket) {
                return failure.map_or(Ok(()), Err);
            }
            served.await;
        }
    }

    fn ticket(&self, topic: Option<&str>) -> u64 {
        let mut asked = self.asked();
        asked.tickets += 1;
        if let Some(topic) = topic {
            asked.topics.insert(topic.into(), Instant::now());
        }
        asked.tickets
    }

    /// The tickets that a request sent now serves, and the topics it is about.
    fn begin(&self) -> (u64, Vec<Arc<str>>) {
        let asked = self.asked();
        (asked.tickets, asked.topics.keys().cloned().collect())
    }

    fn end(&self, up_to: u64, failure: Option<ClientError>) {
        *self.done() = Done { up_to, failure };
        self.served.notify_waiters();
    }

    /// Forgets the topics that nobody has used for this long.
    fn forget_idle(&self, max_idle: Duration) -> Vec<Arc<str>> {
        let mut asked = self.asked();
        let idle = asked
            .topics
            .extract_if(.., |_, used| used.elapsed() >= max_idle);
        idle.map(|(topic, _)| topic).collect()
    }

    fn done(&self) -> MutexGuard<'_, Done> {
        self.done.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn asked(&self) -> MutexGuard<'_, Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs until it is dropped.
pub(crate) async fn run(shared: Arc<Shared>) {
    let (refresh, config) = (&shared.refresh, &shared.config);
    loop {
        tokio::select! {
            biased;
            () = refresh.now.notified() => {}
            () = refresh.soon.notified() => {}
            () = sleep(config.metadata_max_age) => {}
        }
        let mut pauses = shared.pauses();
        while !once(&shared).await {
            let pause = pauses.next().unwrap_or(config.retry_backoff_max);
            until_urgent(refresh, pause).await;
        }
        // What asks for a refresh because of the same event, a little later, is served already.
        until_urgent(refresh, config.retry_backoff).await;
    }
}

/// One refresh: of all brokers, and the topics of interest.
async fn once(shared: &Shared) -> bool {
    let refresh = &shared.refresh;
    let idle = refresh.forget_idle(shared.config.metadata_max_idle);
    if !idle.is_empty() {
        shared.learn(|cluster| Some(cluster.without(&idle)));
    }
    let (up_to, topics) = refresh.begin();
    let outcome = fetch(shared, Some(&topics)).await;
    if let Err(error) = &outcome {
        tracing::debug!(%error, "no fresh metadata");
    }
    let fresh = outcome.is_ok();
    refresh.end(up_to, outcome.err());
    fresh
}

async fn until_urgent(refresh: &Refresh, pause: Duration) {
    let mut urgent = pin!(refresh.now.notified());
    tokio::select! {
            biased;
        () = &mut urgent => refresh.now.notify_one(),
        () = sleep(pause) => {}
    }
}

/// Asks any broker about these topics and takes the answer in; `None`: about all topics, which only the answer is told, since nobody has asked to keep them fresh.
pub(crate) async fn fetch(
    shared: &Shared,
    topics: Option<&[Arc<str>]>,
) -> Result<Cluster, ClientError> {
    let request = MetadataRequest {
        topics: topics.map(|names| names.iter().map(|name| by_name(name)).collect()),
        allow_auto_topic_creation: false,
        ..MetadataRequest::default()
    };
    let reply = shared.ask(ready(&request)).await?;
    let answer = reply.parse()?;
    reply.check(answer.error_code, || About::Request)?;
    if topics.is_none() {
        return Ok(Cluster::default().after(&answer));
    }
    shared.learn(|cluster| Some(cluster.after(&answer)));
    Ok(Cluster::clone(&shared.cluster()))
}

fn by_name(name: &str) -> MetadataRequestTopic<'_> {
    MetadataRequestTopic {
        name: Some(name),
        ..MetadataRequestTopic::default()
    }
}
