//! Producing: records in, batches out, each record's place back.
//!
//! ```no_run
//! use ottla_client::producer::ProducerRecord;
//!
//! # async fn example(client: ottla_client::Client) -> Result<(), Box<dyn std::error::Error>> {
//! let producer = client.producer().build()?;
//! let delivery = producer.send(ProducerRecord::new("orders", "a value").key("a key")).await?;
//! println!("written at {:?}", delivery.await?.offset);
//! producer.close().await?;
//! # Ok(())
//! # }
//! ```
//!
//! | to send | what is told | when |
//! | --- | --- | --- |
//! | [`send`](Producer::send), and await the [`Delivery`] | each record's fate | when its batch has one |
//! | [`send_and_forget`](Producer::send_and_forget) | the first failure of all | at [`flush`](Producer::flush) |
//!
//! Each record is in the partition once and in the order of the calls, whatever is retried: with `acks` all (the default) the producer is idempotent.
//! With `acks` 1 a record may come twice after a failure, with 0 it may be lost without a word.

mod accumulator;
mod batch;
mod builder;
mod delivery;
mod error;
mod line;
mod partitioner;
mod record;
mod request;
mod sender;
mod sequence;

use std::fmt;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::ambient::Chance;
use crate::client::Client;
use crate::error::ClientError;
use accumulator::{Accumulator, Appended, Bounds, Refusal};
use builder::Settings;
use sender::Sender;

pub use builder::ProducerBuilder;
pub use delivery::Delivery;
pub use error::ProduceError;
pub use ottla_protocol::records::Header;
pub use record::{ProducerRecord, RecordMetadata};

/// Writes records. Dropped, it gives up what is not written yet; [`close`](Self::close) waits for it.
///
/// One producer serves any number of topics and tasks: share it by reference or in an [`Arc`].
pub struct Producer {
    shared: Arc<Shared>,
    client: Client,
    max_block: Duration,
    _running: DropGuard,
}

/// What the producer's handle and its task share.
#[derive(Debug)]
struct Shared {
    accumulator: Mutex<Accumulator>,
    chance: Arc<Chance>,
    /// The first failure of a record that nobody waits for, since the last flush.
    failure: Mutex<Option<ProduceError>>,
    /// There is something to send.
    work: Notify,
    /// Batches have their fate.
    settled: Notify,
    /// A good part of the memory is free.
    room: Notify,
}

impl Producer {
    fn new(client: Client, settings: Settings) -> Self {
        let shared = Arc::new(Shared::new(&client, &settings));
        let stop = CancellationToken::new();
        let max_block = settings.max_block;
        let sender = Sender::new(Arc::clone(&shared), client.clone(), settings);
        tokio::spawn(client.gated(sender.run(stop.clone())));
        Self {
            shared,
            client,
            max_block,
            _running: stop.drop_guard(),
        }
    }

    /// Puts a record into its partition's batch: done when it is copied there. Waits for metadata of a topic not met before, and for
    /// room in `buffer.memory`, both for `max.block.ms` at most.
    ///
    /// # Errors
    ///
    /// What is wrong with the record itself: [`ProduceError::UnknownTopic`], [`ProduceError::UnknownPartition`],
    /// [`ProduceError::RecordTooLarge`], [`ProduceError::Record`]; else [`ProduceError::NoRoom`], [`ProduceError::NoMetadata`]. The
    /// record is in no batch then. All that comes later is told by the [`Delivery`].
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: dropped before it is done, the record is in no batch.
    pub async fn send(&self, record: ProducerRecord<'_>) -> Result<Delivery, ProduceError> {
        let timestamp = record.timestamp.unwrap_or_else(|| self.now_ms());
        match self.shared.append(&record, timestamp, true) {
            Ok(Some(delivery)) => Ok(delivery),
            Ok(None) => Err(closed(&record)),
            Err(refusal) => {
                let appended = Box::pin(self.insist(&record, timestamp, true, refusal)).await?;
                appended.ok_or_else(|| closed(&record))
            }
        }
    }

    /// As [`send`](Self::send), for many records whose places nobody asks for: the first that fails is told by the next
    /// [`flush`](Self::flush).
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    ///
    /// # Cancel safety
    ///
    /// As [`send`](Self::send).
    pub async fn send_and_forget(&self, record: ProducerRecord<'_>) -> Result<(), ProduceError> {
        let timestamp = record.timestamp.unwrap_or_else(|| self.now_ms());
        match self.shared.append(&record, timestamp, false) {
            Ok(_) => Ok(()),
            Err(refusal) => Box::pin(self.insist(&record, timestamp, false, refusal))
                .await
                .map(drop),
        }
    }

    /// Sends what waits without lingering, until each record that was sent before this call has its fate.
    ///
    /// # Errors
    ///
    /// The first failure, since the last flush, of a record sent by [`send_and_forget`](Self::send_and_forget).
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: what was flushed is sent all the same.
    pub async fn flush(&self) -> Result<(), ProduceError> {
        let generation = self.shared.accumulator().flush();
        self.shared.work.notify_one();
        loop {
            let mut settled = pin!(self.shared.settled.notified());
            settled.as_mut().enable();
            if self.shared.accumulator().is_settled(generation) {
                break;
            }
            settled.await;
        }
        self.shared.failure().take().map_or(Ok(()), Err)
    }

    /// Writes what waits, and ends.
    ///
    /// # Errors
    ///
    /// As [`flush`](Self::flush).
    ///
    /// # Cancel safety
    ///
    /// Dropped before it is done, what is not written yet is given up.
    pub async fn close(self) -> Result<(), ProduceError> {
        self.flush().await
    }

    fn now_ms(&self) -> i64 {
        self.client.config().ambient.now_ms()
    }

    /// Does what the refusal asks for, and tries again.
    async fn insist(
        &self,
        record: &ProducerRecord<'_>,
        timestamp: i64,
        awaited: bool,
        mut refusal: Refusal,
    ) -> Result<Option<Delivery>, ProduceError> {
        let started = Instant::now();
        loop {
            let left = self.max_block.saturating_sub(started.elapsed());
            // Who waits for room has to listen before looking, or what is freed in between is missed.
            let mut room = pin!(self.shared.room.notified());
            room.as_mut().enable();
            match refusal {
                Refusal::UnknownTopic => self.learn(record.topic, left).await?,
                Refusal::Full => {}
                other => return Err(refused(record, other)),
            }
            refusal = match self.shared.append(record, timestamp, awaited) {
                Ok(delivery) => return Ok(delivery),
                Err(refusal) => refusal,
            };
            if matches!(refusal, Refusal::Full) && timeout(left, room).await.is_err() {
                let (topic, waited) = (record.topic.into(), started.elapsed());
                return Err(ProduceError::NoRoom { topic, waited });
            }
        }
    }

    async fn learn(&self, topic: &str, within: Duration) -> Result<(), ProduceError> {
        let mut backoff = self.client.backoff("find a topic's partitions", within);
        loop {
            let error = match self.client.partitions(topic).await {
                Ok(count) => {
                    self.shared.accumulator().learn(topic, count);
                    return Ok(());
                }
                Err(error) => error,
            };
            if let Err(error) = backoff.pause(error).await {
                return Err(no_metadata(topic, error));
            }
        }
    }
}

impl Drop for Producer {
    fn drop(&mut self) {
        // What the sender has taken it abandons itself.
        let waiting = self.shared.accumulator().end();
        drop(waiting);
    }
}

impl fmt::Debug for Producer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Producer").finish_non_exhaustive()
    }
}

impl Shared {
    fn new(client: &Client, settings: &Settings) -> Self {
        Self {
            accumulator: Mutex::new(Accumulator::new(settings.bounds())),
            chance: client.chance(),
            failure: Mutex::default(),
            work: Notify::new(),
            settled: Notify::new(),
            room: Notify::new(),
        }
    }

    fn accumulator(&self) -> MutexGuard<'_, Accumulator> {
        self.accumulator
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The upper half: the better one.
    fn draw(&self) -> u32 {
        (self.chance.draw() >> 32) as u32
    }

    fn failure(&self) -> MutexGuard<'_, Option<ProduceError>> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note_failure(&self, error: &ProduceError, forgotten: bool) {
        if forgotten {
            self.failure().get_or_insert_with(|| error.clone());
        }
    }

    /// Appends a record if there is room; `None`: nobody awaits it.
    fn append(
        &self,
        record: &ProducerRecord<'_>,
        timestamp: i64,
        awaited: bool,
    ) -> Result<Option<Delivery>, Refusal> {
        let mut accumulator = self.accumulator();
        let appended = accumulator.append(record, timestamp, awaited, Instant::now, || self.draw());
        let wakes = match &appended {
            Ok(appended) => appended.wakes,
            Err(refusal) => matches!(refusal, Refusal::Full),
        };
        let delivery = appended.map(|Appended { fate, index, .. }| {
            awaited.then(|| Delivery::new(Arc::clone(fate), index, timestamp))
        });
        drop(accumulator);
        if wakes {
            self.work.notify_one();
        }
        delivery
    }
}

impl Settings {
    fn bounds(&self) -> Bounds {
        Bounds {
            batch_size: self.batch_size,
            linger: self.linger,
            memory: self.buffer_memory,
            record: self.max_request_size,
        }
    }
}

fn refused(record: &ProducerRecord<'_>, refusal: Refusal) -> ProduceError {
    let topic: Arc<str> = record.topic.into();
    match refusal {
        Refusal::UnknownPartition { partition, count } => ProduceError::UnknownPartition {
            partition: ottla_protocol::types::TopicPartition::new(topic, partition),
            count,
        },
        Refusal::TooLarge { bytes, limit } => ProduceError::RecordTooLarge {
            topic,
            bytes,
            limit,
        },
        Refusal::Build(source) => ProduceError::Record {
            topic,
            source: Arc::new(source),
        },
        Refusal::Closed | Refusal::UnknownTopic | Refusal::Full => ProduceError::Closed { topic },
    }
}

fn closed(record: &ProducerRecord<'_>) -> ProduceError {
    refused(record, Refusal::Closed)
}

fn no_metadata(topic: &str, error: ClientError) -> ProduceError {
    match error {
        ClientError::UnknownTopic { topic } => ProduceError::UnknownTopic { topic },
        error => ProduceError::NoMetadata {
            topic: topic.into(),
            source: Arc::new(error),
        },
    }
}
