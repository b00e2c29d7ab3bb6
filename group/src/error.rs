//! How a group's run ends, and what can go wrong in it, told apart by what the caller does next.
//!
//! | the caller | variants |
//! | --- | --- |
//! | corrects its settings | `Setting`, `PlainStore`, `NothingCommitted` |
//! | looks at its own code | `Handler`, `HandlerPanicked`, `Results` |
//! | looks after cluster or store: the library has tried again for long enough, or trying can't help | `Membership`, `Client`, `Store`, `Consume`, `Committed`, `GaveUp` |
//! | decides, because going on could lose or repeat records | `Refused`, `Anomaly` |
//! | knows that records will come again | `NotCommitted` |
//!
//! Rebalances, fenced commits and stops are no errors: the run goes on, or ends with [`Ended`].

use std::sync::Arc;
use std::time::Duration;

use ottla_client::ClientError;
use ottla_client::consumer::ConsumeError;
use ottla_offset_store::anomaly::Anomaly;
use ottla_offset_store::{BoxError, Refused, StoreError};
use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::types::TopicPartition;

use crate::membership::MembershipError;
use crate::trouble::Chain;

/// Why a run came to its end without an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ended {
    /// It was told to stop: what was marked is committed, other work in hand was dropped, and the group was left. Only of an assignment
    /// that was lost at that moment ([`Change::Lost`](crate::Change::Lost)) is nothing said.
    Stopped,
}

/// Why a run could not go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GroupError {
    /// A setting that can't be.
    #[error("{setting} {why}")]
    Setting {
        /// Kafka's name of it.
        setting: &'static str,
        /// What is wrong.
        why: &'static str,
    },
    /// The store can't fence, so two members may overwrite each other's offsets. Say
    /// [`GroupBuilder::accept_plain_store`](crate::GroupBuilder::accept_plain_store) if that is all right.
    #[error("store {store} can't keep two members from overwriting each other's offsets")]
    PlainStore {
        /// The store's name.
        store: &'static str,
    },
    /// Out of the group, and no way back in.
    #[error("group {group:?}: not a member any more")]
    Membership {
        /// The group.
        group: Arc<str>,
        /// Why.
        source: MembershipError,
    },
    /// The cluster refused, in a way that waiting can't help.
    #[error("can't {doing}")]
    Client {
        /// What was being done.
        doing: &'static str,
        /// Why.
        source: ClientError,
    },
    /// Reading a partition can't go on.
    #[error("can't read {}", .source.partition())]
    Consume {
        /// Why.
        source: ConsumeError,
    },
    /// The offset store failed, in a way that waiting can't help.
    #[error("can't {doing}")]
    Store {
        /// What was being done.
        doing: &'static str,
        /// Why.
        source: StoreError,
    },
    /// The offset store said no, in a way that claiming again can't help.
    #[error("offsets can't be claimed or committed")]
    Refused {
        /// Why.
        source: Refused,
    },
    /// The committed offset does not fit the cluster, and going on could lose or repeat records.
    #[error("{partition}: the committed offset does not fit the cluster")]
    Anomaly {
        /// The partition.
        partition: TopicPartition,
        /// What is wrong.
        source: Anomaly,
    },
    /// The coordinator does not tell the committed offset.
    #[error("{partition}: the committed offset can't be read: {code}")]
    Committed {
        /// The partition.
        partition: TopicPartition,
        /// Why.
        code: ErrorCode,
    },
    /// Nothing is committed and the policy is [`StartPolicy::Fail`](crate::StartPolicy::Fail).
    #[error("{partition}: the group has no committed offset")]
    NothingCommitted {
        /// The partition.
        partition: TopicPartition,
    },
    /// Trouble that lasted too long.
    #[error("can't {doing}: gave up after {attempts} attempts in {:.0} s", elapsed.as_secs_f32())]
    GaveUp {
        /// What was tried.
        doing: &'static str,
        /// Since the first failure.
        elapsed: Duration,
        /// How often was tried.
        attempts: u32,
        /// The latest error.
        source: BoxError,
    },
    /// It was told to stop, and did; but what was marked in these partitions is not committed, as far as is known. Nothing is lost: it
    /// comes again, to whoever owns them next.
    #[error("stopped, and what was done is not committed: {}", Each(partitions))]
    NotCommitted {
        /// Each partition, and why.
        partitions: Vec<PartitionCommitError>,
    },
    /// The user's handler or processor returned an error.
    #[error("handler of {} failed", Place(partition.as_ref()))]
    Handler {
        /// Whose; none: setup or cleanup.
        partition: Option<TopicPartition>,
        /// The user's error.
        source: BoxError,
    },
    /// The user's handler or processor panicked.
    #[error("handler of {} panicked: {message}", Place(partition.as_ref()))]
    HandlerPanicked {
        /// Whose; none: setup or cleanup.
        partition: Option<TopicPartition>,
        /// What it said.
        message: String,
    },
    /// A write that the processor put into the results transaction failed.
    #[error("results of {partition} can't be written")]
    Results {
        /// Whose.
        partition: TopicPartition,
        /// The database's word.
        source: BoxError,
    },
}

/// Why one partition's offset is not known to be committed. The work goes on: what is marked stays marked, and the next commit
/// takes it along, unless the partition is no longer owned.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PartitionCommitError {
    /// The partition is not this member's any more, or somebody reset it: whatever was done since the last commit is
    /// done again, by whoever owns it. Only a commit that was under way when the assignment ended may be stored all the same.
    #[error("{partition}: no longer owned")]
    NotOwned {
        /// The partition.
        partition: TopicPartition,
    },
    /// The coordinator refused this partition's offset, such as for too much metadata.
    #[error("{partition}: refused: {code}")]
    Refused {
        /// The partition.
        partition: TopicPartition,
        /// Why.
        code: ErrorCode,
    },
    /// The coordinator or the store did not answer, or can't serve now. Without an answer the offset may be stored all the same;
    /// committing it again does no harm.
    #[error("{partition}: not known to be committed")]
    Failed {
        /// The partition.
        partition: TopicPartition,
        /// Why.
        source: Arc<dyn std::error::Error + Send + Sync>,
    },
}

impl PartitionCommitError {
    /// The partition.
    #[must_use]
    pub fn partition(&self) -> &TopicPartition {
        match self {
            Self::NotOwned { partition }
            | Self::Refused { partition, .. }
            | Self::Failed { partition, .. } => partition,
        }
    }

    /// Whether the same commit may succeed later. Auto commit tries again by itself.
    #[must_use]
    pub fn is_retriable(&self) -> bool {
        match self {
            Self::NotOwned { .. } => false,
            Self::Refused { code, .. } => code.is_retriable(),
            Self::Failed { .. } => true,
        }
    }
}

/// A few of them, with their reasons.
struct Each<'a>(&'a [PartitionCommitError]);

impl std::fmt::Display for Each<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (at, error) in self.0.iter().take(MOST_TOLD).enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            write!(f, "{comma}{}", Chain(error))?;
        }
        match self.0.len().saturating_sub(MOST_TOLD) {
            0 => Ok(()),
            more => write!(f, ", and {more} more"),
        }
    }
}

/// So many partitions are named in one error.
const MOST_TOLD: usize = 3;

struct Place<'a>(Option<&'a TopicPartition>);

impl std::fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(partition) => partition.fmt(f),
            None => f.write_str("the session"),
        }
    }
}
