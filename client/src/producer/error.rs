//! What can go wrong with a record on its way into a partition.
//!
//! | the caller | [`possibly_written`](ProduceError::possibly_written) | variants |
//! | --- | --- | --- |
//! | corrects the record, the topic or the settings | no | `UnknownTopic`, `UnknownPartition`, `RecordTooLarge`, `Record`, `BatchTooLarge`, `Refused` |
//! | may send it again | no | `NoRoom`, `NoMetadata`, `NoProducerId`, `OutOfSequence`; `Expired` and `Abandoned` of a record that was never sent |
//! | looks before sending it again: a second copy may be the result | yes | `InDoubt`; `Expired` and `Abandoned` of a record that was sent |
//!
//! What can be tried again without harm has been, until `delivery.timeout.ms` was over.

use std::sync::Arc;
use std::time::Duration;

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::records::BuildError;
use ottla_protocol::types::TopicPartition;

use crate::error::{ClientError, Peer};

/// Why a record was not written, or may not have been. Cheap to clone: all records of a batch share its fate.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProduceError {
    /// No such topic in the cluster. It is never created on the way.
    #[error("unknown topic {topic}")]
    UnknownTopic {
        /// The topic.
        topic: Arc<str>,
    },
    /// The topic has no such partition.
    #[error("unknown partition {partition}: the topic has {count}, from 0")]
    UnknownPartition {
        /// The partition.
        partition: TopicPartition,
        /// How many the topic has.
        count: i32,
    },
    /// The record alone is larger than a request may be, or than the memory for all records.
    #[error(
        "{topic}: a record of {bytes} bytes, the limit is {limit} (max.request.size, buffer.memory)"
    )]
    RecordTooLarge {
        /// The topic.
        topic: Arc<str>,
        /// At most what the record takes.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// The record can't be put into a batch.
    #[error("{topic}: the record can't be written")]
    Record {
        /// The topic.
        topic: Arc<str>,
        /// Why not.
        source: Arc<BuildError>,
    },
    /// The memory for records that wait was full for `max.block.ms`: brokers take less than is sent.
    #[error("{topic}: no room in buffer.memory within {:.1} s", waited.as_secs_f32())]
    NoRoom {
        /// The topic.
        topic: Arc<str>,
        /// How long was waited.
        waited: Duration,
    },
    /// How many partitions the topic has could not be found out within `max.block.ms`.
    #[error("{topic}: can't find out its partitions")]
    NoMetadata {
        /// The topic.
        topic: Arc<str>,
        /// Why not.
        source: Arc<ClientError>,
    },
    /// No broker gives this producer an id, without which it can't be idempotent.
    #[error("{partition}: no broker gives this producer an id")]
    NoProducerId {
        /// The partition.
        partition: TopicPartition,
        /// Why not.
        source: Arc<ClientError>,
    },
    /// The batch is larger than the topic takes (`max.message.bytes`), or than a segment of its log.
    #[error("{partition}: {peer} refused a batch of {bytes} bytes with {code}")]
    BatchTooLarge {
        /// The partition.
        partition: TopicPartition,
        /// The broker.
        peer: Peer,
        /// The batch's size, compressed.
        bytes: usize,
        /// `MESSAGE_TOO_LARGE` or `RECORD_LIST_TOO_LARGE`.
        code: ErrorCode,
    },
    /// The broker will not take the batch, and trying again can't help.
    #[error("{partition}: {peer} refused the batch with {code}")]
    Refused {
        /// The partition.
        partition: TopicPartition,
        /// The broker.
        peer: Peer,
        /// Kafka's code.
        code: ErrorCode,
        /// The broker's own words, if it had any.
        message: Option<Arc<str>>,
    },
    /// The batch could not be sent at all, and trying again can't help.
    #[error("{partition}: the batch can't be sent")]
    NotSendable {
        /// The partition.
        partition: TopicPartition,
        /// Why not.
        source: Arc<ClientError>,
    },
    /// The broker does not know the batches before this one any more, although it acknowledged them: the partition has lost records, as after
    /// an unclean election. Later records are written under a new epoch.
    #[error(
        "{partition}: the partition has lost records that were acknowledged, this batch was not written"
    )]
    OutOfSequence {
        /// The partition.
        partition: TopicPartition,
    },
    /// `delivery.timeout.ms` was over before the batch was acknowledged.
    #[error("{partition}: not acknowledged within {:.1} s ({attempts} attempts)", elapsed.as_secs_f32())]
    Expired {
        /// The partition.
        partition: TopicPartition,
        /// How long the batch had existed.
        elapsed: Duration,
        /// How often it was sent.
        attempts: u32,
        /// Whether an answer is missing.
        possibly_written: bool,
        /// Why the last attempt failed, or why there was none.
        source: Option<Arc<ClientError>>,
    },
    /// An answer to this batch is missing, and a batch before it was given up: only sending it under a new epoch could help, and that
    /// could write it twice.
    #[error("{partition}: whether the batch was written can't be found out")]
    InDoubt {
        /// The partition.
        partition: TopicPartition,
        /// Why the last attempt failed.
        source: Option<Arc<ClientError>>,
    },
    /// The producer was dropped before the batch was acknowledged.
    #[error("{partition}: the producer was dropped")]
    Abandoned {
        /// The partition.
        partition: TopicPartition,
        /// Whether the batch had been sent.
        possibly_written: bool,
    },
    /// The producer is closed.
    #[error("{topic}: the producer is closed")]
    Closed {
        /// The topic.
        topic: Arc<str>,
    },
}

impl ProduceError {
    /// Whether the record may be in the partition all the same: sent again, it may be there twice.
    #[must_use]
    pub fn possibly_written(&self) -> bool {
        match self {
            Self::Expired {
                possibly_written, ..
            }
            | Self::Abandoned {
                possibly_written, ..
            } => *possibly_written,
            Self::InDoubt { .. } => true,
            _ => false,
        }
    }

    /// Whether the same record may be written later, as it is.
    #[must_use]
    pub fn is_retriable(&self) -> bool {
        match self {
            Self::NoRoom { .. }
            | Self::OutOfSequence { .. }
            | Self::Expired { .. }
            | Self::InDoubt { .. } => true,
            Self::NoMetadata { source, .. } | Self::NoProducerId { source, .. } => {
                source.is_retriable()
            }
            _ => false,
        }
    }

    /// The topic that the record was for.
    #[must_use]
    pub fn topic(&self) -> &Arc<str> {
        match self {
            Self::UnknownTopic { topic }
            | Self::RecordTooLarge { topic, .. }
            | Self::Record { topic, .. }
            | Self::NoRoom { topic, .. }
            | Self::NoMetadata { topic, .. }
            | Self::Closed { topic } => topic,
            Self::UnknownPartition { partition, .. }
            | Self::NoProducerId { partition, .. }
            | Self::BatchTooLarge { partition, .. }
            | Self::Refused { partition, .. }
            | Self::NotSendable { partition, .. }
            | Self::OutOfSequence { partition }
            | Self::Expired { partition, .. }
            | Self::InDoubt { partition, .. }
            | Self::Abandoned { partition, .. } => &partition.topic,
        }
    }

    /// Kafka's code, where a broker answered with one.
    #[must_use]
    pub fn error_code(&self) -> Option<ErrorCode> {
        match self {
            Self::BatchTooLarge { code, .. } | Self::Refused { code, .. } => Some(*code),
            Self::UnknownTopic { .. } | Self::UnknownPartition { .. } => {
                Some(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION)
            }
            Self::OutOfSequence { .. } => Some(ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER),
            Self::NoMetadata { source, .. } | Self::NoProducerId { source, .. } => {
                source.error_code()
            }
            Self::Expired { source, .. } | Self::InDoubt { source, .. } => {
                source.as_ref()?.error_code()
            }
            _ => None,
        }
    }
}
