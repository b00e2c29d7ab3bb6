//! What a fetch asks for.

use std::sync::Arc;
use std::time::Duration;

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::fetch::{FetchPartition, FetchRequest, FetchTopic};
use ottla_protocol::records::RecordError;
use ottla_protocol::types::TopicId;
use tokio::time::Instant;

use super::answer::Outcome;
use super::{FetchSettings, Seat};
use crate::consumer::error::ConsumeError;
use crate::consumer::feed::Ask;
use crate::consumer::resettle::{DAMAGED_TRIES, Reason};
use crate::error::ClientError;

/// One partition of a request under way.
pub(super) struct Asked {
    pub(super) seat: Seat,
    pub(super) ask: Ask,
    /// The seat's place in the loop.
    pub(super) place: usize,
}

impl Asked {
    pub(super) fn new(place: usize, seat: &Seat) -> Self {
        Self {
            ask: seat.feed.ask(),
            seat: seat.clone(),
            place,
        }
    }

    pub(super) fn is(&self, topic: &str, topic_id: TopicId, partition: i32) -> bool {
        let feed = &self.seat.feed;
        // From version 13 on a topic has its id alone.
        let same_topic = if topic.is_empty() {
            feed.topic_id == topic_id
        } else {
            *feed.partition.topic == *topic
        };
        same_topic && feed.partition.partition == partition
    }

    pub(super) fn refused(&self, broker: i32, code: ErrorCode) -> Outcome {
        let partition = self.seat.feed.partition.clone();
        self.stumble(ConsumeError::Refused {
            partition,
            broker,
            code,
        })
    }

    pub(super) fn damaged(&self, source: RecordError) -> Outcome {
        let offset = self.ask.offset;
        let partition = self.seat.feed.partition.clone();
        if self.seat.feed.failures() >= DAMAGED_TRIES {
            self.seat.feed.fail(ConsumeError::Corrupt {
                partition,
                offset,
                source,
            });
            return Outcome::Nothing;
        }
        self.stumble(ConsumeError::Damaged {
            partition,
            offset,
            source,
        })
    }

    /// There is no answer. No other answer will come either if the broker can't be asked in a way that both know.
    pub(super) fn unanswered(&self, source: &Arc<ClientError>) -> Outcome {
        let (partition, source) = (self.seat.feed.partition.clone(), Arc::clone(source));
        match &*source {
            ClientError::Unsupported { .. } | ClientError::Encode { .. } => {
                let error = ConsumeError::Incompatible { partition, source };
                self.seat.feed.fail(error);
                Outcome::Nothing
            }
            _ => self.stumble(ConsumeError::Unreachable { partition, source }),
        }
    }

    fn stumble(&self, error: ConsumeError) -> Outcome {
        self.seat.feed.stumble(error, Instant::now());
        Outcome::Leaves(Reason::Stumbled)
    }
}

/// The first version that compares leaderships (KIP-595); none before it has a place for one.
const FIRST_WITH_LAST_EPOCH: i16 = 12;

pub(super) fn request<'a>(
    asked: &'a [Asked],
    settings: &FetchSettings,
    max_wait: Duration,
    version: i16,
) -> FetchRequest<'a> {
    let has_last_epoch = version >= FIRST_WITH_LAST_EPOCH;
    let mut topics: Vec<FetchTopic<'a>> = Vec::new();
    for asked in asked {
        let feed = &*asked.seat.feed;
        let partition = FetchPartition {
            partition: feed.partition.partition,
            current_leader_epoch: asked.seat.leader_epoch,
            fetch_offset: asked.ask.offset,
            last_fetched_epoch: asked
                .ask
                .leader_epoch
                .filter(|_| has_last_epoch)
                .unwrap_or(-1),
            partition_max_bytes: settings.max_partition_bytes,
            ..FetchPartition::default()
        };
        let topic = &*feed.partition.topic;
        match topics.last_mut().filter(|last| last.topic == topic) {
            Some(last) => last.partitions.push(partition),
            None => topics.push(FetchTopic {
                topic,
                topic_id: feed.topic_id,
                partitions: vec![partition],
                ..FetchTopic::default()
            }),
        }
    }
    FetchRequest {
        max_wait_ms: i32::try_from(max_wait.as_millis()).unwrap_or(i32::MAX),
        min_bytes: settings.min_bytes,
        max_bytes: settings.max_bytes,
        isolation_level: settings.isolation.code(),
        topics,
        ..FetchRequest::default()
    }
}
