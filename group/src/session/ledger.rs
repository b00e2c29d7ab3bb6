//! Where the offsets of a session are kept: with the coordinator, or in a store.

use std::sync::Arc;
use std::time::Duration;

use ottla_offset_store::{Committed, Lost};
use ottla_protocol::types::TopicPartition;

use crate::error::{GroupError, PartitionCommitError};

use super::claims::Claims;
use super::kafka::KafkaOffsets;
use super::slot::Slot;

/// The offsets of one session.
#[derive(Debug)]
pub(crate) enum Ledger {
    Kafka(KafkaOffsets),
    Store(Claims),
}

/// A partition to be opened, with what is left of an earlier claim in the same session.
#[derive(Clone, Debug)]
pub(crate) struct Wanting {
    pub(crate) partition: TopicPartition,
    pub(crate) lost: Option<Lost>,
}

/// A partition whose start is known and, where there is a store, claimed.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) slot: Arc<Slot>,
    pub(crate) start: Committed,
}

/// Why a partition was not opened.
#[derive(Debug)]
pub(crate) enum Unopened {
    /// It is not this member's any more.
    NotOurs,
    Failed(GroupError),
}

impl From<GroupError> for Unopened {
    fn from(error: GroupError) -> Self {
        Self::Failed(error)
    }
}

/// One offset to be committed.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) slot: Arc<Slot>,
    pub(crate) to: Committed,
}

/// What became of each entry, in their order.
pub(crate) type Committing = Vec<Result<(), PartitionCommitError>>;

impl Ledger {
    /// Finds out where partitions start, each as soon as it is known. Tries again until there is no hope.
    ///
    /// # Cancel safety
    /// What was not handed to `ready` is not open. A claim that was written meanwhile is overtaken by the next.
    pub(crate) async fn open(
        &self,
        wanted: Vec<Wanting>,
        ready: &mut (dyn FnMut(Opened) + Send),
    ) -> Result<(), Unopened> {
        match self {
            Self::Kafka(offsets) => offsets.open(wanted, ready).await,
            Self::Store(claims) => claims.open(wanted, ready).await,
        }
    }

    /// One attempt.
    ///
    /// # Errors
    /// What waiting can't help.
    pub(crate) async fn commit(&self, entries: Vec<Entry>) -> Result<Committing, GroupError> {
        match self {
            Self::Kafka(offsets) => offsets.commit(entries).await,
            Self::Store(claims) => claims.commit(entries).await,
        }
    }

    /// What goes on beside the work, for as long as it is polled.
    pub(crate) async fn accompany(&self) {
        match self {
            Self::Kafka(_) => std::future::pending().await,
            Self::Store(claims) => claims.accompany().await,
        }
    }

    /// Before the assignment is given up in order: what is still to be said to Kafka, and thanks to the store.
    pub(crate) async fn close(&self, within: Duration) {
        match self {
            Self::Kafka(_) => {}
            Self::Store(claims) => claims.close(within).await,
        }
    }
}
