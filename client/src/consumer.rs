//! Reading records: a [`Consumer`] reads partitions that its user names, each as a stream of its own.
//!
//! Of a partition each record from the start on is handed out once, in order, whatever leaders and connections do.
//! Between a broker and the user stand three parts: one fetch loop a broker (`fetcher`), a queue a partition that is
//! bounded in bytes (`feed`), and the reader (`partition`), which checks and unpacks one batch at a time in the
//! caller's `next` while the next response is on its way. What a loop can't serve is brought to its new leader by
//! `resettle`.
//!
//! Sharing partitions among several processes is the business of groups, a layer above.

mod aborted;
mod batch;
mod error;
mod feed;
mod fetch_plan;
mod fetcher;
mod partition;
mod position;
mod resettle;
mod resolve;
mod start;
mod stream;
mod triage;
mod unpack;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ottla_protocol::records::DEFAULT_DECOMPRESSED_LIMIT;
use ottla_protocol::types::TopicPartition;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::client::Client;
use crate::config::IsolationLevel;
use crate::offsets::{OffsetManager, PartitionOffsetManager};

pub use batch::{Batch, BatchRecords};
pub use error::ConsumeError;
pub use partition::PartitionConsumer;
pub use start::Start;

use feed::Feed;
use fetcher::{FetchSettings, Fetchers};
use position::Position;
use unpack::{UnpackSettings, Unpacker};

/// What to do when a position is not in the log: records were deleted before they were read, or the log lost its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum OutOfRange {
    /// End the stream with [`ConsumeError::OutOfRange`]: nothing is skipped or read twice unseen.
    #[default]
    Fail,
    /// Go on at the oldest record there is, after a [`ConsumeError::Moved`].
    Oldest,
    /// Go on at the end, after a [`ConsumeError::Moved`].
    Newest,
}

impl Client {
    /// Sets up a [`Consumer`].
    #[must_use]
    pub fn consumer(&self) -> ConsumerBuilder {
        ConsumerBuilder::new(self.clone())
    }
}

/// Sets up a [`Consumer`]. Whatever is not said comes from the client's settings.
#[derive(Clone, Debug)]
pub struct ConsumerBuilder {
    client: Client,
    group: Option<Arc<str>>,
    auto_commit: Option<Duration>,
    fetch: FetchSettings,
    unpack: UnpackSettings,
    max_buffered_bytes: usize,
}

impl ConsumerBuilder {
    pub(crate) fn new(client: Client) -> Self {
        let config = client.config();
        let max_partition_bytes = config.max_partition_fetch_bytes;
        Self {
            group: None,
            auto_commit: config
                .enable_auto_commit
                .then_some(config.auto_commit_interval),
            fetch: FetchSettings {
                max_wait: config.fetch_max_wait,
                min_bytes: config.fetch_min_bytes,
                max_bytes: config.fetch_max_bytes,
                max_partition_bytes,
                isolation: config.isolation_level,
                out_of_range: OutOfRange::default(),
            },
            unpack: UnpackSettings {
                check_crcs: true,
                max_decompressed_bytes: DEFAULT_DECOMPRESSED_LIMIT,
            },
            max_buffered_bytes: usize::try_from(max_partition_bytes).unwrap_or_default() / 2,
            client,
        }
    }

    /// The group to commit offsets for. The consumer does not join it; the coordinator takes its commits while the
    /// group has no members. Default: none.
    #[must_use]
    pub fn group(mut self, group: impl Into<Arc<str>>) -> Self {
        self.group = Some(group.into());
        self
    }

    /// How often marked offsets are committed by themselves; `None`: only by
    /// [`commit`](PartitionConsumer::commit). Default: 5 s (`auto.commit.interval.ms`, `enable.auto.commit`).
    #[must_use]
    pub fn auto_commit(mut self, interval: impl Into<Option<Duration>>) -> Self {
        self.auto_commit = interval.into();
        self
    }

    /// Whether records of open and aborted transactions are read. Default: no (`isolation.level`).
    #[must_use]
    pub fn isolation(mut self, isolation: IsolationLevel) -> Self {
        self.fetch.isolation = isolation;
        self
    }

    /// What to do when a position is not in the log. Default: fail.
    #[must_use]
    pub fn out_of_range(mut self, policy: OutOfRange) -> Self {
        self.fetch.out_of_range = policy;
        self
    }

    /// A partition is asked for more while fewer bytes than these wait for its reader, so that at most these and one
    /// response (`max.partition.fetch.bytes`) wait. Default: half of `max.partition.fetch.bytes`, which keeps one full
    /// response ahead; more gains nothing and leaves the processor's cache.
    #[must_use]
    pub fn max_buffered_bytes(mut self, bytes: usize) -> Self {
        self.max_buffered_bytes = bytes;
        self
    }

    /// How large a batch may become when it is decompressed, in bytes. A larger one ends the stream with
    /// [`ConsumeError::Corrupt`]. Default: 128 MiB.
    #[must_use]
    pub fn max_decompressed_bytes(mut self, bytes: usize) -> Self {
        self.unpack.max_decompressed_bytes = bytes;
        self
    }

    /// Whether the checksum of each batch is compared. Default: yes.
    #[must_use]
    pub fn check_crcs(mut self, check: bool) -> Self {
        self.unpack.check_crcs = check;
        self
    }

    /// Makes the consumer. It does nothing before its first partition is opened.
    #[must_use]
    pub fn build(self) -> Consumer {
        let stop = CancellationToken::new();
        let offsets = self.group.map(|group| {
            let group = self.client.offsets().group(group);
            OffsetManager::new(group, self.auto_commit)
        });
        let shared = Shared {
            fetchers: Arc::new(Fetchers::new(self.client.apart(), self.fetch, stop.clone())),
            unpack: self.unpack,
            max_buffered_bytes: self.max_buffered_bytes,
            offsets,
            open: Mutex::default(),
            _stop: stop.drop_guard(),
        };
        Consumer {
            shared: Arc::new(shared),
        }
    }
}

/// Reads partitions. Cheap to clone; its fetch loops end with the last clone and the last of its partitions.
#[derive(Clone)]
pub struct Consumer {
    shared: Arc<Shared>,
}

/// What a consumer and its partitions share.
struct Shared {
    fetchers: Arc<Fetchers>,
    unpack: UnpackSettings,
    max_buffered_bytes: usize,
    offsets: Option<OffsetManager>,
    open: Mutex<BTreeSet<TopicPartition>>,
    _stop: DropGuard,
}

impl Consumer {
    /// Starts to read a partition. Where to start is found out before this returns, so that
    /// [`Start::Newest`] sees every record that is appended afterwards.
    ///
    /// # Errors
    ///
    /// [`ConsumeError::UnknownTopic`], [`ConsumeError::AlreadyOpen`], [`ConsumeError::NothingCommitted`],
    /// [`ConsumeError::NoGroup`], [`ConsumeError::InvalidOffset`]; [`ConsumeError::Start`] when brokers could not be
    /// asked within `default.api.timeout.ms`.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: a dropped call has opened nothing.
    pub async fn partition(
        &self,
        partition: TopicPartition,
        start: Start,
    ) -> Result<PartitionConsumer, ConsumeError> {
        let none = || ConsumeError::UnknownTopic {
            partition: partition.clone(),
        };
        let mut opened = self.partitions(vec![(partition.clone(), start)]).await?;
        opened.pop().ok_or_else(none)
    }

    /// Starts to read several partitions, with as few questions to brokers as for one; in the order given.
    ///
    /// # Errors
    ///
    /// As [`partition`](Self::partition), for the first that fails; then none is opened.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: a dropped call has opened nothing.
    pub async fn partitions(
        &self,
        wanted: Vec<(TopicPartition, Start)>,
    ) -> Result<Vec<PartitionConsumer>, ConsumeError> {
        let places: Vec<Place> = wanted
            .iter()
            .map(|(partition, _)| Place::take(&self.shared, partition))
            .collect::<Result<_, _>>()?;
        let leaders = resolve::leaders(&self.shared.fetchers.client, &wanted).await?;
        let managers = self.managers(&wanted).await?;
        let starts = resolve::starts(&self.shared.fetchers, managers.as_deref(), &wanted).await?;
        let mut managers = managers.into_iter().flatten();
        let mut opened = Vec::with_capacity(places.len());
        for ((place, leader), (offset, epoch)) in places.into_iter().zip(leaders).zip(starts) {
            let partition = place.partition.clone();
            let feed = Arc::new(Feed::new(
                partition.clone(),
                leader.topic_id,
                offset,
                self.shared.max_buffered_bytes,
            ));
            feed.start_after(epoch);
            let unpacker = Unpacker::new(
                partition,
                leader.topic_id,
                Position::at(offset),
                self.shared.unpack,
            );
            self.shared.fetchers.settle(Arc::clone(&feed), &leader);
            opened.push(PartitionConsumer::new(
                place,
                feed,
                unpacker,
                managers.next(),
            ));
        }
        Ok(opened)
    }

    /// The marks of this consumer's group, if it has one: to commit for all partitions at once.
    #[must_use]
    pub fn offsets(&self) -> Option<&OffsetManager> {
        self.shared.offsets.as_ref()
    }

    async fn managers(
        &self,
        wanted: &[(TopicPartition, Start)],
    ) -> Result<Option<Vec<PartitionOffsetManager>>, ConsumeError> {
        let (Some(offsets), Some((first, _))) = (&self.shared.offsets, wanted.first()) else {
            return Ok(None);
        };
        let partitions = wanted
            .iter()
            .map(|(partition, _)| partition.clone())
            .collect();
        let opened = offsets.partitions(partitions).await;
        opened.map(Some).map_err(|source| ConsumeError::Committed {
            partition: first.clone(),
            source,
        })
    }
}

impl Shared {
    fn open(&self) -> MutexGuard<'_, BTreeSet<TopicPartition>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A partition's place in its consumer, free again when this is dropped: a fetch request can name a partition once.
struct Place {
    shared: Arc<Shared>,
    partition: TopicPartition,
}

impl Place {
    fn take(shared: &Arc<Shared>, partition: &TopicPartition) -> Result<Self, ConsumeError> {
        if !shared.open().insert(partition.clone()) {
            return Err(ConsumeError::AlreadyOpen {
                partition: partition.clone(),
            });
        }
        Ok(Self {
            shared: Arc::clone(shared),
            partition: partition.clone(),
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.shared.open().remove(&self.partition);
    }
}

impl fmt::Debug for Consumer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Consumer")
            .field(
                "group",
                &self.shared.offsets.as_ref().map(OffsetManager::group),
            )
            .field("open", &*self.shared.open())
            .finish_non_exhaustive()
    }
}
