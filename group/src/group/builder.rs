//! How a group is set up.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use ottla_client::Client;
use ottla_offset_store::OffsetStore;

use crate::assignor::{Assignor, RangeAssignor, RoundRobinAssignor};
use crate::change::{Change, Watcher};
use crate::config::{GroupConfig, StartPolicy};
use crate::error::GroupError;
use crate::patience::GiveUp;
use crate::voice::Voice;

use super::Group;

/// Kafka's default for `max.poll.interval.ms`, which is its rebalance time-out too.
const KAFKAS_REBALANCE_TIMEOUT: Duration = Duration::from_secs(300);
/// Ours. Kafka's has to leave room for a handler between two polls; here heartbeats do not depend on handlers, and a
/// stuck one is cut off, so the others need not wait as long.
const REBALANCE_TIMEOUT: Duration = Duration::from_secs(60);

/// Sets a member of a group up. What is not said comes from the client's settings, under Kafka's names.
#[derive(Debug)]
#[must_use]
pub struct GroupBuilder {
    client: Client,
    config: GroupConfig,
    store: Option<Arc<dyn OffsetStore>>,
}

impl GroupBuilder {
    pub(super) fn new(client: Client, group_id: Arc<str>) -> Self {
        let settings = client.config();
        let rebalance_timeout = match settings.max_poll_interval {
            KAFKAS_REBALANCE_TIMEOUT => REBALANCE_TIMEOUT,
            said => said,
        };
        let config = GroupConfig {
            group_id,
            topics: Vec::new(),
            assignors: vec![Arc::new(RangeAssignor), Arc::new(RoundRobinAssignor)],
            instance_id: settings.group_instance_id.as_deref().map(Arc::from),
            session_timeout: settings.session_timeout,
            rebalance_timeout,
            heartbeat_interval: settings.heartbeat_interval,
            auto_commit: settings
                .enable_auto_commit
                .then_some(settings.auto_commit_interval),
            start: StartPolicy::default(),
            give_up: GiveUp {
                after: Duration::from_secs(300),
                before_first_success: Duration::from_secs(30),
            },
            batch_records: 2_000,
            max_in_flight_records: 100_000,
            accept_plain_store: false,
            voice: Voice::default(),
            watcher: Watcher::default(),
        };
        Self {
            client,
            config,
            store: None,
        }
    }

    /// What to consume. Adds to what was named before.
    pub fn topics<T: Into<Arc<str>>>(mut self, topics: impl IntoIterator<Item = T>) -> Self {
        let known = std::mem::take(&mut self.config.topics);
        let topics: BTreeSet<Arc<str>> = known
            .into_iter()
            .chain(topics.into_iter().map(Into::into))
            .collect();
        self.config.topics = topics.into_iter().collect();
        self
    }

    /// How partitions are spread, by preference; the group takes one that all members name
    /// (`partition.assignment.strategy`). Default: range, then round robin.
    pub fn assignors(mut self, assignors: impl IntoIterator<Item = Arc<dyn Assignor>>) -> Self {
        self.config.assignors = assignors.into_iter().collect();
        self
    }

    /// Makes this a static member (`group.instance.id`, KIP-345): restarted within the session time-out, it gets the same
    /// partitions back without a rebalance. No two members may have the same. Default: none.
    pub fn instance_id(mut self, instance_id: impl Into<Arc<str>>) -> Self {
        self.config.instance_id = Some(instance_id.into());
        self
    }

    /// How long the member may be unheard of before the others get its partitions (`session.timeout.ms`). Default 45 s.
    pub fn session_timeout(mut self, timeout: Duration) -> Self {
        self.config.session_timeout = timeout;
        self
    }

    /// How often it is heard of (`heartbeat.interval.ms`). Default 3 s.
    pub fn heartbeat_interval(mut self, interval: Duration) -> Self {
        self.config.heartbeat_interval = interval;
        self
    }

    /// How long a rebalance waits for members to give their partitions up (`max.poll.interval.ms`). Handlers have half of
    /// it. Default 60 s.
    pub fn rebalance_timeout(mut self, timeout: Duration) -> Self {
        self.config.rebalance_timeout = timeout;
        self
    }

    /// How often what is marked is committed by itself; none: only when asked, and at the end of each session. Default 5 s
    /// (`auto.commit.interval.ms`, `enable.auto.commit`).
    pub fn auto_commit(mut self, every: Option<Duration>) -> Self {
        self.config.auto_commit = every;
        self
    }

    /// Where a partition starts that has no committed offset. Default: at its oldest record.
    pub fn start(mut self, policy: StartPolicy) -> Self {
        self.config.start = policy;
        self
    }

    /// Keeps the offsets of [`Group::run`] in a store instead of Kafka, which then follows as a mirror. The store
    /// `kafka` is where they are without one, so it changes nothing: Kafka does not mirror itself.
    pub fn store(mut self, store: Arc<dyn OffsetStore>) -> Self {
        self.store = Some(store).filter(|store| store.info().name != "kafka");
        self
    }

    /// Takes a store that can't fence: two members may overwrite each other's offsets around a rebalance.
    pub fn accept_plain_store(mut self) -> Self {
        self.config.accept_plain_store = true;
        self
    }

    /// How long trouble with brokers or store is put up with, once something has worked. Default 5 min.
    pub fn give_up_after(mut self, after: Duration) -> Self {
        self.config.give_up.after = after;
        self
    }

    /// The same before anything has worked: then the address is more likely wrong. Default 30 s.
    pub fn give_up_before_first_success(mut self, after: Duration) -> Self {
        self.config.give_up.before_first_success = after;
        self
    }

    /// Speaks of trouble together with all others who have this voice, once for all. Default: a voice of its own.
    pub fn voice(mut self, voice: Voice) -> Self {
        self.config.voice = voice;
        self
    }

    /// Is told when this member gets partitions, gives them up and loses them, before anything else hears of it. It must not block. Default: nobody.
    pub fn watch(mut self, watcher: impl Fn(&Change<'_>) + Send + Sync + 'static) -> Self {
        self.config.watcher = Watcher::new(watcher);
        self
    }

    /// [`Group::process`]: a transaction takes what has come already until it holds this many records; it ends
    /// with a batch as it was produced, so it may hold more. Default 2,000.
    pub fn batch_records(mut self, records: usize) -> Self {
        self.config.batch_records = records.max(1);
        self
    }

    /// How many records of a partition may be delivered and not yet done, where they are
    /// [acknowledged](crate::PartitionClaim::ack) one by one. Default 100,000.
    pub fn max_in_flight_records(mut self, records: usize) -> Self {
        self.config.max_in_flight_records = records;
        self
    }

    /// The group, ready to run.
    ///
    /// # Errors
    /// [`GroupError::Setting`] for what can't work.
    pub fn build(self) -> Result<Group, GroupError> {
        self.config.check()?;
        Ok(Group {
            client: self.client,
            config: Arc::new(self.config),
            store: self.store,
        })
    }
}
