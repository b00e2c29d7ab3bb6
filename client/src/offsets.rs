//! Offsets: what a partition holds, what a group has committed, and committing.
//!
//! - [`Offsets`] asks brokers: bounds and timestamps ([`list`](Offsets::list)); [`GroupOffsets`] asks and tells a group's
//!   coordinator, one commit at a time.
//! - [`OffsetManager`] keeps marks for many partitions and commits them, by itself or when told.

mod by_topic;
mod commit;
mod fetch;
mod manager;
mod marks;
mod query;

use std::fmt;
use std::sync::Arc;

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::types::TopicPartition;
use tokio::sync::Semaphore;

use crate::client::Client;
use crate::error::ClientError;

pub use manager::{OffsetManager, PartitionOffsetManager};

impl Client {
    /// Asks for offsets and commits them.
    #[must_use]
    pub fn offsets(&self) -> Offsets {
        Offsets::new(self.clone())
    }

    /// Keeps a group's offsets for partitions that are read without being a member of the group. Marks are committed
    /// by themselves each 5 s (`auto.commit.interval.ms`), unless `enable.auto.commit` is off.
    #[must_use]
    pub fn offset_manager(&self, group: impl Into<Arc<str>>) -> OffsetManager {
        let config = self.config();
        let auto_commit = config
            .enable_auto_commit
            .then_some(config.auto_commit_interval);
        OffsetManager::new(self.offsets().group(group), auto_commit)
    }
}

/// Which offset of a partition is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OffsetSpec {
    /// The oldest in the log (Kafka's `earliest`).
    Oldest,
    /// The next one to be written (Kafka's `latest`); reading committed records, the last stable offset.
    Newest,
    /// The first record with this timestamp or a later one, in milliseconds since 1970.
    Timestamp(i64),
    /// The record with the largest timestamp, which need not be the last one (KIP-734).
    MaxTimestamp,
}

/// An offset that a leader found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListedOffset {
    /// The offset.
    pub offset: i64,
    /// The record's timestamp in milliseconds, when a record was looked for.
    pub timestamp: Option<i64>,
    /// The leadership under which the record was appended.
    pub leader_epoch: Option<i32>,
}

/// What a group has committed for a partition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommittedOffset {
    /// The next offset to process, never the last processed.
    pub next: i64,
    /// The leadership of the last record processed, where known: tells later readers whether the log was truncated.
    pub leader_epoch: Option<i32>,
    /// A text kept with the offset. Brokers take 4096 characters unless set up otherwise.
    pub metadata: String,
}

impl CommittedOffset {
    /// An offset without leader epoch and metadata.
    #[must_use]
    pub fn new(next: i64) -> Self {
        Self {
            next,
            ..Self::default()
        }
    }
}

/// Who commits, when it is a member of the group: the coordinator refuses a member that is no longer one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct GroupMember {
    /// The id that the coordinator knows the member by.
    pub member_id: String,
    /// The classic group's generation, or the member's epoch under the consumer protocol (KIP-848).
    pub generation: i32,
    /// The name of a static member (KIP-345).
    pub instance_id: Option<String>,
}

/// Per partition: whether its offset is stored. One may be refused while others are not.
pub type CommitResults = Vec<(TopicPartition, Result<(), ErrorCode>)>;

/// Asks brokers for offsets. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Offsets {
    client: Client,
}

/// The committed offsets of one group.
///
/// Clones share one turn: a commit leaves once the one before has its answer, so that an older offset never overtakes
/// a newer one, retries included. Two handles made apart do not know of each other.
#[derive(Clone)]
pub struct GroupOffsets {
    client: Client,
    group: Arc<str>,
    turn: Arc<Semaphore>,
}

impl Offsets {
    pub(crate) fn new(client: Client) -> Self {
        Self { client }
    }

    /// The committed offsets of a group.
    #[must_use]
    pub fn group(&self, group: impl Into<Arc<str>>) -> GroupOffsets {
        GroupOffsets {
            client: self.client.clone(),
            group: group.into(),
            turn: Arc::new(Semaphore::new(1)),
        }
    }
}

impl GroupOffsets {
    /// The group's id.
    #[must_use]
    pub fn group(&self) -> &Arc<str> {
        &self.group
    }

    /// After a failure that says so, coordinator or topics are looked up again.
    fn look_again_after(&self, error: &ClientError) {
        let code = error.error_code();
        if code.is_some_and(speaks_of_coordinator) || error.is_stale_metadata() {
            self.client.forget_coordinator(&self.group);
        }
        if code == Some(ErrorCode::UNKNOWN_TOPIC_ID) {
            self.client.stale_metadata();
        }
    }
}

/// Nothing was done, and another attempt may do: so for all partitions alike (T8).
fn speaks_of_coordinator(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::COORDINATOR_LOAD_IN_PROGRESS
            | ErrorCode::COORDINATOR_NOT_AVAILABLE
            | ErrorCode::NOT_COORDINATOR
    )
}

impl fmt::Debug for GroupOffsets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GroupOffsets")
            .field("group", &self.group)
            .finish_non_exhaustive()
    }
}

/// Why a commit did not store an offset.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OffsetCommitError {
    /// The coordinator could not be asked, or gave no answer: the offset may be stored or not.
    #[error("commit of group {group} failed")]
    Failed {
        /// The group.
        group: Arc<str>,
        /// Why.
        source: ClientError,
    },
    /// The coordinator did not store the offset.
    #[error("commit of group {group} refused: {partition} ({code})")]
    Refused {
        /// The group.
        group: Arc<str>,
        /// The partition.
        partition: TopicPartition,
        /// Why, in Kafka's words.
        code: ErrorCode,
    },
    /// There is no group to commit for.
    #[error("{partition}: no group to commit for")]
    NoGroup {
        /// The partition.
        partition: TopicPartition,
    },
}

impl OffsetCommitError {
    /// Whether a later commit of the same offset may succeed.
    #[must_use]
    pub fn is_retriable(&self) -> bool {
        match self {
            Self::Failed { source, .. } => source.is_retriable(),
            Self::Refused { code, .. } => code.is_retriable(),
            Self::NoGroup { .. } => false,
        }
    }

    /// Kafka's code, if a broker gave one.
    #[must_use]
    pub fn error_code(&self) -> Option<ErrorCode> {
        match self {
            Self::Failed { source, .. } => source.error_code(),
            Self::Refused { code, .. } => Some(*code),
            Self::NoGroup { .. } => None,
        }
    }
}
