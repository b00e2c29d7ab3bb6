//! Copies what is committed in a store outside Kafka to the group's offsets in Kafka, for the tools that look there.
//!
//! Behind the store, newest value only, tried again, never awaited by a handler and never failing the run. Within a
//! claim it only goes forward; the first value of a claim is the claimed offset, lower than Kafka's or not: so
//! Kafka follows an operator's reset, and catches up for a member that died before it could mirror.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ottla_client::Client;
use ottla_client::offsets::{CommittedOffset, GroupMember, GroupOffsets};
use ottla_offset_store::Committed;
use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::types::{TopicId, TopicPartition};
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use crate::backoff::Backoff;
use crate::member::{Confirmer, NotOurs};

mod newest;

use newest::Newest;

/// Between two commits: what comes meanwhile is coalesced.
const PAUSE: Duration = Duration::from_millis(200);
/// Between two commits that failed.
const RETRY: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(5));

/// The mirror of one session. Commits as the member that holds the assignment, so that a member that lost it can't.
#[derive(Debug)]
pub(crate) struct Mirror {
    client: Client,
    offsets: GroupOffsets,
    member: GroupMember,
    confirmer: Confirmer,
    newest: Mutex<Newest>,
    news: Notify,
}

/// How an attempt went.
enum Sent {
    /// Nothing is waiting any more, except what came meanwhile.
    Done,
    Failed,
    /// Not a member in this generation, says the coordinator.
    NotMember,
}

impl Mirror {
    pub(crate) fn new(
        client: Client,
        offsets: GroupOffsets,
        member: GroupMember,
        confirmer: Confirmer,
    ) -> Arc<Self> {
        Arc::new(Self {
            client,
            offsets,
            member,
            confirmer,
            newest: Mutex::default(),
            news: Notify::new(),
        })
    }

    /// A claim begins here.
    pub(crate) fn claimed(&self, partition: &TopicPartition, topic: TopicId, at: &Committed) {
        self.with(|newest| newest.claimed(partition, topic, at));
        self.news.notify_one();
    }

    /// The store has this, durably.
    pub(crate) fn committed(&self, partition: &TopicPartition, at: &Committed) {
        self.with(|newest| newest.committed(partition, at));
        self.news.notify_one();
    }

    /// Mirrors for as long as it is polled.
    pub(crate) async fn run(&self) {
        let mut backoff = Backoff::new(RETRY.0, RETRY.1, self.client.random());
        loop {
            self.news.notified().await;
            loop {
                match self.send().await {
                    Sent::Done => break,
                    Sent::Failed => sleep(backoff.next()).await,
                    // A heartbeat finds out, and the membership draws the conclusion. Held after all (a coordinator that was just moved may not know
                    // its members yet), there is more to mirror.
                    Sent::NotMember => match self.confirmer.confirm().await {
                        Ok(()) => sleep(backoff.next()).await,
                        Err(NotOurs) => return,
                    },
                }
            }
            backoff.reset();
            sleep(PAUSE).await;
        }
    }

    /// Mirrors what is waiting, once, before the assignment is given up. [`run`](Self::run) must not be polled any more.
    pub(crate) async fn flush(&self, within: Duration) {
        let flushed = timeout(within, async {
            while let Sent::Failed = self.send().await {
                sleep(RETRY.0).await;
            }
        });
        if flushed.await.is_err() {
            tracing::debug!("the mirror in Kafka stays behind: it will follow the next claim");
        }
    }

    async fn send(&self) -> Sent {
        let waiting = self.with(|newest| newest.waiting());
        if waiting.is_empty() {
            return Sent::Done;
        }
        let offsets: Vec<_> = waiting
            .iter()
            .map(|(partition, topic, at)| (partition.clone(), *topic, to_kafka(at)))
            .collect();
        // By id: an offset of a topic that was made anew since would be one of the new topic's.
        let committed = self.offsets.commit_by_id(Some(&self.member), &offsets);
        match committed.await {
            Ok(results) => self.settle(&waiting, results),
            Err(error) => {
                tracing::debug!("the mirror in Kafka fails: {error}");
                Sent::Failed
            }
        }
    }

    fn settle(
        &self,
        waiting: &[(TopicPartition, TopicId, Committed)],
        results: Vec<(TopicPartition, Result<(), ErrorCode>)>,
    ) -> Sent {
        let mut sent = Sent::Done;
        for ((partition, _, at), (_, result)) in waiting.iter().zip(results) {
            match result {
                Ok(()) => self.with(|newest| newest.done(partition, at)),
                Err(code) if speaks_of_membership(code) => {
                    tracing::debug!("the mirror in Kafka is refused: {code}");
                    return Sent::NotMember;
                }
                Err(code) if is_final(code) => {
                    tracing::debug!("{partition}: Kafka refuses the mirrored offset: {code}");
                    self.with(|newest| newest.done(partition, at));
                }
                // A code that nobody knows, too: there may be no other commit of this partition to make good for it.
                Err(code) => {
                    tracing::debug!("{partition}: the mirror in Kafka fails: {code}");
                    sent = Sent::Failed;
                }
            }
        }
        sent
    }

    fn with<T>(&self, f: impl FnOnce(&mut Newest) -> T) -> T {
        f(&mut self.newest.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What a member that is out, or in another generation, is told.
pub(crate) fn speaks_of_membership(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::UNKNOWN_MEMBER_ID
            | ErrorCode::ILLEGAL_GENERATION
            | ErrorCode::FENCED_INSTANCE_ID
            | ErrorCode::FENCED_MEMBER_EPOCH
            | ErrorCode::STALE_MEMBER_EPOCH
    )
}

/// Whether the same offset would be refused again.
fn is_final(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::OFFSET_METADATA_TOO_LARGE
            | ErrorCode::INVALID_COMMIT_OFFSET_SIZE
            | ErrorCode::INVALID_TOPIC_EXCEPTION
            | ErrorCode::INVALID_GROUP_ID
            | ErrorCode::TOPIC_AUTHORIZATION_FAILED
            | ErrorCode::GROUP_AUTHORIZATION_FAILED
            | ErrorCode::UNSUPPORTED_VERSION
    )
}

/// The offset as Kafka takes it. A text that does not even fit the protocol is left out.
pub(crate) fn to_kafka(at: &Committed) -> CommittedOffset {
    let metadata = if fits(at) { at.metadata.as_str() } else { "" };
    CommittedOffset {
        next: at.next,
        leader_epoch: at.leader_epoch,
        metadata: metadata.to_owned(),
    }
}

/// Whether the protocol can say it: a string's length has 16 bits there.
pub(crate) fn fits(at: &Committed) -> bool {
    i16::try_from(at.metadata.len()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_would_be_refused_again_is_final() {
        for code in [
            ErrorCode::OFFSET_METADATA_TOO_LARGE,
            ErrorCode::TOPIC_AUTHORIZATION_FAILED,
        ] {
            assert!(is_final(code), "{code}");
        }
        for code in [
            ErrorCode::COORDINATOR_LOAD_IN_PROGRESS,
            ErrorCode::REBALANCE_IN_PROGRESS,
            ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
            ErrorCode::UNKNOWN_SERVER_ERROR,
            ErrorCode(32_000),
        ] {
            assert!(!is_final(code), "{code}");
        }
        let codes = (-1..200).map(ErrorCode);
        let both = codes.filter(|code| is_final(*code) && code.is_retriable());
        assert_eq!(both.count(), 0);
    }
}
