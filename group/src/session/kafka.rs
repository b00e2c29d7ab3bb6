//! Kafka's own offsets: the coordinator keeps them, and fences by member and generation.

use std::sync::Arc;
use std::time::Duration;

use ottla_client::Client;
use ottla_client::offsets::{CommittedOffset, GroupMember, GroupOffsets};
use ottla_offset_store::Committed;
use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::types::{TopicId, TopicPartition};
use tokio::time::sleep;

use crate::backoff::Backoff;
use crate::config::StartPolicy;
use crate::error::{GroupError, PartitionCommitError};
use crate::member::Confirmer;
use crate::mirror::{fits, speaks_of_membership, to_kafka};
use crate::trouble::{Trouble, may_pass};

use super::ledger::{Committing, Entry, Opened, Unopened, Wanting};
use super::slot::Slot;
use super::start::{Unresolved, resolve};

const PAUSE: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));

/// The group's offsets in Kafka, as one member in one generation reads and writes them.
#[derive(Debug)]
pub(crate) struct KafkaOffsets {
    pub(crate) client: Client,
    pub(crate) offsets: GroupOffsets,
    pub(crate) member: GroupMember,
    pub(crate) start: StartPolicy,
    pub(crate) confirmer: Confirmer,
    pub(crate) trouble: Arc<Trouble>,
}

impl KafkaOffsets {
    pub(crate) async fn open(
        &self,
        wanted: Vec<Wanting>,
        ready: &mut (dyn FnMut(Opened) + Send),
    ) -> Result<(), Unopened> {
        let mut backoff = Backoff::new(PAUSE.0, PAUSE.1, self.client.random());
        let mut wanted: Vec<TopicPartition> = wanted.into_iter().map(|w| w.partition).collect();
        loop {
            wanted = self.round(wanted, ready).await?;
            if wanted.is_empty() {
                return Ok(());
            }
            sleep(backoff.next()).await;
        }
    }

    /// Opens what it can and gives the rest back.
    async fn round(
        &self,
        wanted: Vec<TopicPartition>,
        ready: &mut (dyn FnMut(Opened) + Send),
    ) -> Result<Vec<TopicPartition>, Unopened> {
        let before = self.topic_ids(&wanted);
        // Stable only: an offset below an open transaction is not final (T9).
        let found = match self.offsets.fetch(&wanted, true).await {
            Ok(found) => found,
            Err(error) if may_pass(&error) => {
                self.trouble.failed("read committed offsets", error)?;
                return Ok(wanted);
            }
            Err(source) => {
                let doing = "read committed offsets";
                return Err(GroupError::Client { doing, source }.into());
            }
        };
        let (mut fresh, mut again) = (Vec::new(), Vec::new());
        let after = self.topic_ids(&wanted);
        for ((partition, committed), (id, is)) in
            found.into_iter().zip(before.into_iter().zip(after))
        {
            match committed {
                // Of which of the two topics of this name the offset speaks can't be told.
                Ok(_) if id != is => again.push(partition),
                Ok(Some(committed)) => {
                    let open = opened(partition, from_kafka(committed));
                    open.slot.is_of(id);
                    ready(open);
                }
                Ok(None) => fresh.push((partition, self.start)),
                Err(code) if code.is_retriable() => again.push(partition),
                Err(code) => return Err(GroupError::Committed { partition, code }.into()),
            }
        }
        for ((partition, _), start) in fresh.iter().zip(resolve(&self.client, &fresh).await) {
            match start {
                Ok(start) => ready(opened(partition.clone(), start)),
                Err(Unresolved::Policy(error)) => return Err(error.into()),
                Err(Unresolved::Client(error)) if may_pass(&error) => {
                    self.trouble.failed("find where to start", error)?;
                    again.push(partition.clone());
                }
                Err(Unresolved::Client(source)) => {
                    let doing = "find where to start";
                    return Err(GroupError::Client { doing, source }.into());
                }
            }
        }
        if again.is_empty() {
            self.trouble.succeeded();
        }
        Ok(again)
    }

    fn topic_ids(&self, partitions: &[TopicPartition]) -> Vec<TopicId> {
        let cluster = self.client.cluster();
        let id = |one: &TopicPartition| cluster.topic(&one.topic).map(|topic| topic.id);
        partitions
            .iter()
            .map(|one| id(one).unwrap_or_default())
            .collect()
    }

    pub(crate) async fn commit(&self, entries: Vec<Entry>) -> Result<Committing, GroupError> {
        let offsets: Vec<_> = entries
            .iter()
            .filter(|entry| fits(&entry.to))
            .map(|entry| {
                let partition = entry.slot.partition().clone();
                (partition, entry.slot.topic_id(), to_kafka(&entry.to))
            })
            .collect();
        let committed = self.offsets.commit_by_id(Some(&self.member), &offsets);
        let sent = match committed.await {
            Ok(results) => {
                self.trouble.succeeded();
                let codes = results.iter().filter_map(|(_, result)| result.err());
                self.ask_around(codes);
                results.into_iter().map(read).collect()
            }
            Err(error) if may_pass(&error) => {
                self.trouble.failed("commit offsets", error.clone())?;
                failed(&offsets, error)
            }
            Err(source) => {
                let doing = "commit offsets";
                return Err(GroupError::Client { doing, source });
            }
        };
        Ok(with_too_large(&entries, sent))
    }

    /// Refused as a stranger: a heartbeat finds out, and the membership draws the conclusion.
    fn ask_around(&self, mut codes: impl Iterator<Item = ErrorCode>) {
        if codes.any(speaks_of_membership) {
            let confirmer = self.confirmer.clone();
            tokio::spawn(async move { confirmer.confirm().await });
        }
    }
}

fn opened(partition: TopicPartition, start: Committed) -> Opened {
    Opened {
        slot: Arc::new(Slot::new(partition, None)),
        start,
    }
}

fn read(
    (partition, result): (TopicPartition, Result<(), ErrorCode>),
) -> Result<(), PartitionCommitError> {
    result.map_err(|code| {
        if speaks_of_membership(code) {
            PartitionCommitError::NotOwned { partition }
        } else {
            PartitionCommitError::Refused { partition, code }
        }
    })
}

fn failed(
    offsets: &[(TopicPartition, TopicId, CommittedOffset)],
    error: ottla_client::ClientError,
) -> Committing {
    let source: Arc<dyn std::error::Error + Send + Sync> = Arc::new(error);
    let failed = |(partition, ..): &(TopicPartition, TopicId, CommittedOffset)| {
        Err(PartitionCommitError::Failed {
            partition: partition.clone(),
            source: Arc::clone(&source),
        })
    };
    offsets.iter().map(failed).collect()
}

/// The results of what was sent, and between them those of what did not fit into a request at all: what the
/// coordinator would say of them too.
fn with_too_large(entries: &[Entry], sent: Committing) -> Committing {
    let mut sent = sent.into_iter();
    let result = |entry: &Entry| {
        let sent = if fits(&entry.to) { sent.next() } else { None };
        sent.unwrap_or_else(|| {
            Err(PartitionCommitError::Refused {
                partition: entry.slot.partition().clone(),
                code: ErrorCode::OFFSET_METADATA_TOO_LARGE,
            })
        })
    };
    entries.iter().map(result).collect()
}

fn from_kafka(committed: CommittedOffset) -> Committed {
    Committed {
        next: committed.next,
        leader_epoch: committed.leader_epoch,
        metadata: committed.metadata,
    }
}
