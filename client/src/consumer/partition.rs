//! `PartitionConsumer`: one partition's records, its position, its marks.

use std::fmt;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use ottla_protocol::records::RecordError;
use ottla_protocol::types::{TopicId, TopicPartition};
use tokio::time::Instant;

use super::batch::{Batch, known};
use super::error::ConsumeError;
use super::feed::{Feed, Taken};
use super::position::Position;
use super::resettle::DAMAGED_TRIES;
use super::start::Start;
use super::unpack::Unpacker;
use super::{Place, resolve};
use crate::offsets::{CommittedOffset, OffsetCommitError, PartitionOffsetManager};

/// Reads one partition: each record from the start on once, in order, in batches that lend them.
///
/// ```no_run
/// # use ottla_client::{Client, ClientConfig, Start};
/// # use ottla_client::protocol::types::TopicPartition;
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let client = Client::connect(ClientConfig::new("localhost:9092")).await?;
/// let consumer = client.consumer().build();
/// let mut orders = consumer.partition(TopicPartition::new("orders", 0), Start::Oldest).await?;
/// while let Some(batch) = orders.next().await {
///     match batch {
///         Ok(batch) => {
///             for record in &batch {
///                 println!("{}: {:?}", record.offset, record.value);
///             }
///         }
///         Err(error) if error.is_retriable() => eprintln!("{error}, going on"),
///         Err(error) => return Err(error.into()),
///     }
/// }
/// # Ok(())
/// # }
/// ```
///
/// Errors are items beside the batches. A retriable one ends nothing: it is told once an outage, the latest one if
/// several came before it was read, and never stands in the way of records. Any other error is the last item.
///
/// With a [`group`](super::ConsumerBuilder::group) it keeps that group's offset: [`mark`](Self::mark) what is done; it
/// is committed by itself, by [`commit`](Self::commit) and by [`close`](Self::close).
pub struct PartitionConsumer {
    feed: Arc<Feed>,
    unpacker: Unpacker,
    offsets: Option<PartitionOffsetManager>,
    /// Last record and next offset of the last batch: done with the one means ready for the other (T1).
    tail: Option<Tail>,
    damage: Damage,
    ended: bool,
    place: Place,
}

#[derive(Clone, Copy)]
struct Tail {
    last_record: i64,
    next_offset: i64,
}

/// How often in a row the batch at this offset was bad.
#[derive(Default)]
struct Damage {
    offset: i64,
    times: u32,
}

impl PartitionConsumer {
    pub(super) fn new(
        place: Place,
        feed: Arc<Feed>,
        unpacker: Unpacker,
        offsets: Option<PartitionOffsetManager>,
    ) -> Self {
        Self {
            feed,
            unpacker,
            offsets,
            tail: None,
            damage: Damage::default(),
            ended: false,
            place,
        }
    }

    /// The partition.
    #[must_use]
    pub fn partition(&self) -> &TopicPartition {
        &self.feed.partition
    }

    /// The id of the topic that is read; all zero where the cluster has none.
    #[must_use]
    pub fn topic_id(&self) -> TopicId {
        self.feed.topic_id
    }

    /// The next batch or error; `None` after an error that ended the stream. Without records it waits for new ones.
    ///
    /// A batch that has come already is handed out at once, without going through the runtime.
    ///
    /// # Errors
    ///
    /// See [`ConsumeError`]: the stream goes on after retriable ones.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: a dropped call has taken nothing.
    pub async fn next(&mut self) -> Option<Result<Batch, ConsumeError>> {
        poll_fn(|cx| self.poll_item(cx)).await
    }

    pub(super) fn poll_item(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Batch, ConsumeError>>> {
        while !self.ended {
            match self.unpacker.next() {
                Some(Ok(batch)) => return Poll::Ready(Some(Ok(self.hand_out(batch)))),
                Some(Err(source)) => return Poll::Ready(Some(Err(self.damaged(source)))),
                None => {}
            }
            let error = match ready!(self.feed.poll_take(cx)) {
                Taken::Fetched(fetched) => {
                    self.unpacker.open(fetched);
                    continue;
                }
                Taken::Moved { to, error } => {
                    self.unpacker.seek(Position::at(to));
                    error
                }
                Taken::Trouble(error) => error,
                Taken::End(error) => {
                    self.ended = true;
                    error
                }
                Taken::Ended => {
                    self.ended = true;
                    continue;
                }
            };
            return Poll::Ready(Some(Err(error)));
        }
        Poll::Ready(None)
    }

    pub(super) fn has_ended(&self) -> bool {
        self.ended
    }

    fn hand_out(&mut self, batch: Batch) -> Batch {
        self.damage.times = 0;
        self.tail = Some(Tail {
            last_record: batch.last_offset().unwrap_or(batch.next_offset() - 1),
            next_offset: batch.next_offset(),
        });
        batch
    }

    /// A batch that can't be read is asked for again a few times if that may help.
    fn damaged(&mut self, source: RecordError) -> ConsumeError {
        let offset = self.position();
        let partition = self.feed.partition.clone();
        if self.damage.offset != offset {
            self.damage = Damage { offset, times: 0 };
        }
        self.damage.times += 1;
        if !source.is_retriable() || self.damage.times >= DAMAGED_TRIES {
            self.ended = true;
            self.feed.close();
            return ConsumeError::Corrupt {
                partition,
                offset,
                source,
            };
        }
        self.feed.seek(offset);
        ConsumeError::Damaged {
            partition,
            offset,
            source,
        }
    }

    /// The next offset that will be handed out, if the log has it.
    #[must_use]
    pub fn position(&self) -> i64 {
        self.unpacker.position()
    }

    /// The first offset that is not yet on all in-sync replicas, as of the last answer of the broker.
    #[must_use]
    pub fn high_watermark(&self) -> Option<i64> {
        known(self.feed.bounds().high_watermark)
    }

    /// The first offset of a transaction still open, or else the high watermark, as of the last answer of the broker:
    /// as far as a reader of committed records gets.
    #[must_use]
    pub fn last_stable_offset(&self) -> Option<i64> {
        known(self.feed.bounds().last_stable_offset)
    }

    /// The oldest offset in the log, as of the last answer of the broker.
    #[must_use]
    pub fn log_start(&self) -> Option<i64> {
        known(self.feed.bounds().log_start)
    }

    /// For how long the partition has not been served; `None`: it is.
    #[must_use]
    pub fn failing_for(&self) -> Option<Duration> {
        self.feed
            .failing_since()
            .map(|since| Instant::now().saturating_duration_since(since))
    }

    /// Moves the position; what waits to be handed out is dropped. Marks and committed offsets stay.
    ///
    /// # Errors
    ///
    /// As [`Consumer::partition`](super::Consumer::partition); the position then stays as it was.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: a dropped call has moved nothing.
    pub async fn seek(&mut self, start: Start) -> Result<(), ConsumeError> {
        let wanted = [(self.feed.partition.clone(), start)];
        let managers = self.offsets.as_ref().map(std::slice::from_ref);
        let starts = resolve::starts(&self.place.shared.fetchers, managers, &wanted).await?;
        for (offset, leader_epoch) in starts {
            self.feed.seek(offset);
            self.feed.start_after(leader_epoch);
            self.unpacker.seek(Position::at(offset));
            self.tail = None;
        }
        Ok(())
    }

    /// Stops fetching. What has come already is still handed out; then [`next`](Self::next) waits.
    pub fn pause(&self) {
        self.feed.set_paused(true);
    }

    /// Fetches again. While the broker holds back an answer for other partitions, this one has to wait for it:
    /// `fetch.max.wait.ms` at most.
    pub fn resume(&self) {
        self.feed.set_paused(false);
    }

    /// Whether it is paused.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.feed.is_paused()
    }

    /// Marks the record with this offset, and all before it, as processed: the group's offset will be the next one.
    /// Only raises. Without a group it does nothing. So cheap that it can be done for each record.
    #[inline]
    pub fn mark(&mut self, offset: i64) {
        let Some(offsets) = &self.offsets else {
            return;
        };
        let next = match self.tail {
            Some(tail) if offset >= tail.last_record && offset < tail.next_offset => {
                tail.next_offset
            }
            _ => offset.saturating_add(1),
        };
        offsets.raise(next);
    }

    /// Marks a whole batch as processed, also an empty one, with its leader epoch.
    pub fn mark_batch(&mut self, batch: &Batch) {
        if let Some(offsets) = &self.offsets {
            offsets.mark_committed(CommittedOffset {
                next: batch.next_offset(),
                leader_epoch: batch.leader_epoch(),
                metadata: String::new(),
            });
        }
    }

    /// Commits what is marked.
    ///
    /// # Errors
    ///
    /// [`OffsetCommitError::NoGroup`]; or the coordinator can't be asked, or refuses: then the mark stays.
    ///
    /// # Cancel safety
    ///
    /// A dropped commit may have been stored or not; the mark stays.
    pub async fn commit(&mut self) -> Result<(), OffsetCommitError> {
        match &self.offsets {
            Some(offsets) => offsets.commit().await,
            None => Err(OffsetCommitError::NoGroup {
                partition: self.feed.partition.clone(),
            }),
        }
    }

    /// The group's offset of this partition, to mark with metadata or to reset; `None` without a group.
    #[must_use]
    pub fn offsets(&self) -> Option<&PartitionOffsetManager> {
        self.offsets.as_ref()
    }

    /// Stops reading and, with auto commit on, commits what is marked. A consumer that is dropped stops as well, but
    /// leaves its last marks uncommitted.
    ///
    /// # Errors
    ///
    /// As [`commit`](Self::commit). The partition is closed all the same.
    ///
    /// # Cancel safety
    ///
    /// A dropped close may have committed or not; the partition is closed.
    pub async fn close(mut self) -> Result<(), OffsetCommitError> {
        self.feed.close();
        match self.offsets.take() {
            Some(offsets) => offsets.close().await,
            None => Ok(()),
        }
    }
}

impl Drop for PartitionConsumer {
    fn drop(&mut self) {
        self.feed.close();
    }
}

impl fmt::Debug for PartitionConsumer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PartitionConsumer")
            .field("partition", &self.feed.partition)
            .field("position", &self.position())
            .field("paused", &self.is_paused())
            .finish_non_exhaustive()
    }
}
