//! What can go wrong with one partition's records.
//!
//! | error | the stream | what to do |
//! | --- | --- | --- |
//! | [`Refused`](ConsumeError::Refused), [`Unreachable`](ConsumeError::Unreachable), [`Damaged`](ConsumeError::Damaged) | goes on | nothing; it is reported once per outage |
//! | [`Moved`](ConsumeError::Moved) | goes on elsewhere, by your own policy | note what was skipped |
//! | all others | has ended | fix the cause, open the partition anew |

use std::sync::Arc;

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::records::RecordError;
use ottla_protocol::types::{TopicId, TopicPartition};

use crate::error::ClientError;
use crate::offsets::OffsetCommitError;

/// Why a partition has no records to give, for now or for good.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConsumeError {
    /// A broker does not serve the partition for now: its leader moves, or a disk fails. Reading goes on as soon as a
    /// leader is found.
    #[error("{partition}: broker {broker} does not serve it now ({code})")]
    Refused {
        /// The partition.
        partition: TopicPartition,
        /// Who refused.
        broker: i32,
        /// Why, in Kafka's words.
        code: ErrorCode,
    },
    /// The partition's leader can't be found or does not answer. Reading goes on as soon as it does.
    #[error("{partition}: its leader can't be reached")]
    Unreachable {
        /// The partition.
        partition: TopicPartition,
        /// Why not.
        source: Arc<ClientError>,
    },
    /// A batch came damaged; it is asked for again.
    #[error("{partition}: batch at offset {offset} came damaged, asking again")]
    Damaged {
        /// The partition.
        partition: TopicPartition,
        /// Where reading goes on: every record before it was handed out.
        offset: i64,
        /// What is wrong with the batch.
        source: RecordError,
    },
    /// The position was out of range, and the [`OutOfRange`](super::OutOfRange) policy moved it.
    #[error("{partition}: offset {from} is out of range, going on at {to}")]
    Moved {
        /// The partition.
        partition: TopicPartition,
        /// Where reading was to go on.
        from: i64,
        /// Where it goes on.
        to: i64,
    },
    /// The position is out of range, and the policy is to fail.
    #[error("{partition}: offset {position} is out of range: the log holds {oldest} to {newest}")]
    OutOfRange {
        /// The partition.
        partition: TopicPartition,
        /// Where reading was to go on.
        position: i64,
        /// The log's first offset.
        oldest: i64,
        /// The log's next offset.
        newest: i64,
    },
    /// The log was cut off below the position, as by an unclean election: records that were read are gone, and the policy is to fail.
    #[error("{partition}: the log was truncated to {end}, below offset {position}")]
    Truncated {
        /// The partition.
        partition: TopicPartition,
        /// Where reading was to go on.
        position: i64,
        /// Where the log parts from the one that was read.
        end: i64,
    },
    /// A batch can't be read, however often it is asked for.
    #[error("{partition}: batch at offset {offset} can't be read")]
    Corrupt {
        /// The partition.
        partition: TopicPartition,
        /// Where reading stopped: every record before it was handed out.
        offset: i64,
        /// What is wrong with the batch.
        source: RecordError,
    },
    /// The topic or this partition of it does not exist, or no longer does.
    #[error("{partition}: no such topic or partition")]
    UnknownTopic {
        /// The partition.
        partition: TopicPartition,
    },
    /// The topic was deleted and made anew: offsets mean other records now.
    #[error(
        "{partition}: the topic was made anew (its id was {was}, is {is}); offsets mean other records now"
    )]
    TopicRecreated {
        /// The partition.
        partition: TopicPartition,
        /// The id of the topic that was read.
        was: TopicId,
        /// The id of the topic that has its name now.
        is: TopicId,
    },
    /// The broker will not serve this client, and asking again changes nothing.
    #[error("{partition}: broker {broker} refuses to serve it ({code})")]
    Denied {
        /// The partition.
        partition: TopicPartition,
        /// Who refused.
        broker: i32,
        /// Why, in Kafka's words.
        code: ErrorCode,
    },
    /// The broker and this client share no way to fetch.
    #[error("{partition}: its leader can't be asked")]
    Incompatible {
        /// The partition.
        partition: TopicPartition,
        /// Why not.
        source: Arc<ClientError>,
    },
    /// [`Start::Committed`](super::Start::Committed) without a fallback, and nothing is committed.
    #[error("{partition}: the group has committed no offset for it")]
    NothingCommitted {
        /// The partition.
        partition: TopicPartition,
    },
    /// [`Start::Committed`](super::Start::Committed), a mark or a commit needs a consumer with a group id.
    #[error("{partition}: its consumer has no group to commit for")]
    NoGroup {
        /// The partition.
        partition: TopicPartition,
    },
    /// The consumer reads this partition already.
    #[error("{partition}: this consumer reads it already")]
    AlreadyOpen {
        /// The partition.
        partition: TopicPartition,
    },
    /// No log has such an offset.
    #[error("{partition}: {offset} is no offset")]
    InvalidOffset {
        /// The partition.
        partition: TopicPartition,
        /// What was asked for.
        offset: i64,
    },
    /// What the group has committed could not be read.
    #[error("{partition}: can't read what the group has committed")]
    Committed {
        /// The partition.
        partition: TopicPartition,
        /// Why not.
        source: OffsetCommitError,
    },
    /// The offset to start at could not be found out.
    #[error("{partition}: can't find where to start")]
    Start {
        /// The partition.
        partition: TopicPartition,
        /// Why not.
        source: Arc<ClientError>,
    },
}

impl ConsumeError {
    /// Whether bytes were damaged, on their way or on the broker's disk, by its own word.
    pub(crate) fn is_damage(&self) -> bool {
        match self {
            Self::Damaged { .. } => true,
            Self::Refused { code, .. } => *code == ErrorCode::CORRUPT_MESSAGE,
            _ => false,
        }
    }

    /// Whether the stream goes on by itself. All other errors are a stream's last item.
    #[must_use]
    pub fn is_retriable(&self) -> bool {
        matches!(
            self,
            Self::Refused { .. }
                | Self::Unreachable { .. }
                | Self::Damaged { .. }
                | Self::Moved { .. }
        )
    }

    /// The partition that this is about.
    #[must_use]
    pub fn partition(&self) -> &TopicPartition {
        match self {
            Self::Refused { partition, .. }
            | Self::Unreachable { partition, .. }
            | Self::Damaged { partition, .. }
            | Self::Moved { partition, .. }
            | Self::OutOfRange { partition, .. }
            | Self::Truncated { partition, .. }
            | Self::Corrupt { partition, .. }
            | Self::UnknownTopic { partition }
            | Self::TopicRecreated { partition, .. }
            | Self::Denied { partition, .. }
            | Self::Incompatible { partition, .. }
            | Self::NothingCommitted { partition }
            | Self::NoGroup { partition }
            | Self::AlreadyOpen { partition }
            | Self::InvalidOffset { partition, .. }
            | Self::Committed { partition, .. }
            | Self::Start { partition, .. } => partition,
        }
    }

    /// Kafka's code, if a broker gave one.
    #[must_use]
    pub fn error_code(&self) -> Option<ErrorCode> {
        match self {
            Self::Refused { code, .. } | Self::Denied { code, .. } => Some(*code),
            Self::Unreachable { source, .. }
            | Self::Incompatible { source, .. }
            | Self::Start { source, .. } => source.error_code(),
            Self::Committed { source, .. } => source.error_code(),
            _ => None,
        }
    }
}
