//! Partitions between two homes: who lost its leader's loop is brought to the next one.
//!
//! Each time a fetch loop lets partitions go, one task of this module takes them: it pauses (longer with each failure
//! in a row), asks the metadata again, and settles each partition with whoever leads then. It never gives up on what
//! may come back; what can't is told to the reader as its last item.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use ottla_protocol::types::TopicId;
use tokio::time::Instant;

use super::OutOfRange;
use super::error::ConsumeError;
use super::feed::{Ask, Feed};
use super::fetcher::{Fetchers, Seat};
use super::triage::{RangeCheck, check_range};
use crate::cluster::Leader;
use crate::config::IsolationLevel;
use crate::error::ClientError;
use crate::offsets::OffsetSpec;

/// How often damaged bytes are asked for again, until something can be read.
pub(crate) const DAMAGED_TRIES: u32 = 4;

/// How many fresh looks at the metadata must miss a topic before it counts as deleted: a broker that has just started
/// may not know all topics yet.
const MISSES: u32 = 3;

/// Why a partition left its loop.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reason {
    /// It was refused, or there was no answer.
    Stumbled,
    /// The broker does not know it.
    MayBeGone,
    /// What was asked for is out of range.
    OutOfRange(Ask),
    /// The log has lost what lies before the position, from this offset on (KIP-320).
    Parted(Ask, i64),
}

struct Homeless {
    feed: Arc<Feed>,
    reason: Reason,
    missed: u32,
}

/// Takes over partitions that a loop lets go.
pub(crate) fn start(fetchers: &Arc<Fetchers>, leaving: Vec<(Seat, Reason)>) {
    let homeless = leaving.into_iter().map(|(seat, reason)| Homeless {
        feed: seat.feed,
        reason,
        missed: 0,
    });
    let (client, homeless) = (&fetchers.client, homeless.collect());
    let fetchers = Arc::clone(fetchers);
    tokio::spawn(client.gated(async move {
        let stop = fetchers.stop.clone();
        tokio::select! {
            biased;
            () = stop.cancelled() => {}
            () = resettle(fetchers, homeless) => {}
        }
    }));
}

async fn resettle(fetchers: Arc<Fetchers>, mut homeless: Vec<Homeless>) {
    fetchers.client.stale_metadata();
    while !homeless.is_empty() {
        let failures = homeless.iter().map(|one| one.feed.failures()).max();
        tokio::time::sleep(pause(&fetchers, failures.unwrap_or_default())).await;
        homeless.retain(|one| !one.feed.is_over());
        let attempts = homeless
            .into_iter()
            .map(|one| one.settle(Arc::clone(&fetchers)));
        homeless = join_all(attempts).await.into_iter().flatten().collect();
    }
}

impl Homeless {
    /// One attempt; gives itself back if another one is needed.
    async fn settle(mut self, fetchers: Arc<Fetchers>) -> Option<Self> {
        let error = self.attempt(&fetchers).await.err()?;
        let partition = self.feed.partition.clone();
        if matches!(
            error,
            ClientError::UnknownTopic { .. } | ClientError::UnknownPartition { .. }
        ) {
            self.missed += 1;
            self.reason = Reason::MayBeGone;
        }
        if self.missed >= MISSES {
            self.feed.fail(ConsumeError::UnknownTopic { partition });
            return None;
        }
        let source = Arc::new(error);
        self.feed.stumble(
            ConsumeError::Unreachable { partition, source },
            Instant::now(),
        );
        Some(self)
    }

    async fn attempt(&self, fetchers: &Arc<Fetchers>) -> Result<(), ClientError> {
        let partition = &self.feed.partition;
        if matches!(self.reason, Reason::MayBeGone) {
            fetchers.client.topics(Some(&[&partition.topic])).await?;
        }
        let leader = fetchers.client.leader(partition).await?;
        if recreated(self.feed.topic_id, leader.topic_id) {
            self.feed.fail(self.made_anew(&leader));
            return Ok(());
        }
        match self.reason {
            Reason::OutOfRange(ask) => self.back_in_range(fetchers, ask).await?,
            Reason::Parted(ask, end) => self.parted(fetchers, ask, end),
            Reason::Stumbled | Reason::MayBeGone => {}
        }
        fetchers.settle(Arc::clone(&self.feed), &leader);
        Ok(())
    }

    /// The records up to the position were read, and are gone: others have their offsets, or will.
    fn parted(&self, fetchers: &Fetchers, ask: Ask, end: i64) {
        if self.feed.is_stale(ask) {
            return;
        }
        let (partition, from) = (self.feed.partition.clone(), ask.offset);
        if fetchers.settings.out_of_range == OutOfRange::Fail {
            let position = from;
            return self.feed.fail(ConsumeError::Truncated {
                partition,
                position,
                end,
            });
        }
        let moved = ConsumeError::Moved {
            partition,
            from,
            to: end,
        };
        self.feed.relocate(ask, end, moved);
    }

    async fn back_in_range(&self, fetchers: &Fetchers, ask: Ask) -> Result<(), ClientError> {
        let (oldest, newest) = self.range(fetchers).await?;
        if self.feed.is_stale(ask) || check_range(ask.offset, oldest, newest) == RangeCheck::InRange
        {
            // Either it was so for a moment, or the leadership named is one that the log does not know.
            self.feed.forget_epoch();
            return Ok(());
        }
        let (partition, from) = (self.feed.partition.clone(), ask.offset);
        let to = match fetchers.settings.out_of_range {
            OutOfRange::Oldest => oldest,
            OutOfRange::Newest => newest,
            OutOfRange::Fail => {
                let position = from;
                self.feed.fail(ConsumeError::OutOfRange {
                    partition,
                    position,
                    oldest,
                    newest,
                });
                return Ok(());
            }
        };
        self.feed.relocate(
            ask,
            to,
            ConsumeError::Moved {
                partition,
                from,
                to,
            },
        );
        Ok(())
    }

    /// The log's bounds, as its leader has them: uncommitted records are in range too.
    async fn range(&self, fetchers: &Fetchers) -> Result<(i64, i64), ClientError> {
        let partition = &self.feed.partition;
        let offsets = fetchers.client.offsets();
        let all = IsolationLevel::ReadUncommitted;
        let oldest = offsets.list_one(partition, OffsetSpec::Oldest, all).await?;
        let newest = offsets.list_one(partition, OffsetSpec::Newest, all).await?;
        Ok((
            oldest.map_or(0, |listed| listed.offset),
            newest.map_or(0, |listed| listed.offset),
        ))
    }

    fn made_anew(&self, leader: &Leader) -> ConsumeError {
        ConsumeError::TopicRecreated {
            partition: self.feed.partition.clone(),
            was: self.feed.topic_id,
            is: leader.topic_id,
        }
    }
}

/// An id that either side doesn't know says nothing.
fn recreated(was: TopicId, is: TopicId) -> bool {
    !was.is_unknown() && !is.is_unknown() && was != is
}

/// Doubles from `retry.backoff.ms` up to `retry.backoff.max.ms`, with jitter.
fn pause(fetchers: &Fetchers, failures: u32) -> Duration {
    let mut pauses = fetchers.client.pauses();
    let doublings = failures.saturating_sub(1).min(MOST_DOUBLINGS);
    pauses
        .nth(doublings as usize)
        .unwrap_or(fetchers.client.config().retry_backoff_max)
}

const MOST_DOUBLINGS: u32 = 16;
