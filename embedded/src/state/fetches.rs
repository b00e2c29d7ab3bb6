//! Fetches that are served, and those that wait for more (long poll).

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use ottla_protocol::EncodeError;
use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::types::TopicId;

use super::State;
use super::call::{Frame, ReplyTo};
use super::topics::{Partition, TopicRef, known};
use crate::api;
use crate::fetch_session::{FetchContext, FetchKey, FetchSessions, FetchTopic, Outcome, Wanted};
use crate::log::{Isolation, Read, ReadFrom};
use crate::ticket::Ticket;
use crate::time::Now;

/// A fetch that is not answered yet.
#[derive(Debug)]
pub(crate) struct PendingFetch {
    pub(crate) reply_to: ReplyTo,
    /// The broker that is asked.
    pub(crate) node: i32,
    pub(crate) context: FetchContext,
    pub(crate) isolation: Isolation,
    pub(crate) min_bytes: usize,
    pub(crate) max_bytes: usize,
    pub(crate) deadline: Duration,
    pub(crate) rack: Option<String>,
    pub(crate) may_read_followers: bool,
    /// The broker that asks, of a follower; -1: a consumer does.
    pub(crate) replica: i32,
}

/// What came of a look at all partitions of a fetch.
pub(crate) enum Tried {
    Done(Result<Frame, EncodeError>),
    /// There isn't enough yet.
    NotYet(PendingFetch),
}

/// One partition of an answer.
#[derive(Debug)]
pub(crate) struct Served {
    pub(crate) read: Result<Read, ErrorCode>,
    /// The replica to read from instead.
    pub(crate) preferred: Option<i32>,
    /// The leader and its epoch, where another broker was asked.
    pub(crate) leader: Option<(i32, i32)>,
}

/// All fetches that wait.
pub(crate) type Fetches = BTreeMap<Ticket, PendingFetch>;

impl FetchTopic {
    pub(crate) fn by(&self) -> TopicRef<'_> {
        match self {
            Self::Name(name) => TopicRef::Name(name),
            Self::Id(id) => TopicRef::Id(*id),
        }
    }
}

impl State {
    /// Answers a fetch if there is enough, or something to tell, or no more time.
    pub(crate) fn try_fetch(&mut self, fetch: PendingFetch, now: Now) -> Tried {
        let served = self.read_all(&fetch);
        let bytes: usize = served.iter().map(Served::bytes).sum();
        let news = served.iter().any(Served::is_notable);
        let over = now.at >= fetch.deadline;
        let nothing_to_wait_for = fetch.context.partitions().is_empty();
        if bytes >= fetch.min_bytes || news || over || nothing_to_wait_for {
            return Tried::Done(self.finish(fetch, &served, now));
        }
        Tried::NotYet(fetch)
    }

    fn finish(
        &mut self,
        fetch: PendingFetch,
        served: &[Served],
        now: Now,
    ) -> Result<Frame, EncodeError> {
        let outcomes: Vec<Outcome> = served.iter().map(Served::outcome).collect();
        let partitions = fetch.context.partitions().to_vec();
        let slots = self.session_slots();
        let sessions = self.sessions.entry(fetch.node);
        let sessions = sessions.or_insert_with(|| FetchSessions::new(slots));
        let finished = sessions.finish(fetch.context, &outcomes, now, &mut self.random);
        let answered = partitions.iter().zip(served).zip(&finished.included);
        let answered = answered.filter(|(_, included)| **included);
        let answered: Vec<(&FetchKey, &Served)> = answered
            .map(|(((key, _), served), _)| (key, served))
            .collect();
        api::fetch_frame(
            fetch.reply_to,
            finished.error,
            finished.session_id,
            &answered,
            &self.brokers,
        )
    }

    /// The fetch sessions of a broker.
    pub(crate) fn sessions_of(&mut self, node: i32) -> &mut FetchSessions {
        let slots = self.session_slots();
        let sessions = self.sessions.entry(node);
        sessions.or_insert_with(|| FetchSessions::new(slots))
    }

    fn session_slots(&self) -> usize {
        let slots = self.broker_number("max.incremental.fetch.session.cache.slots");
        usize::try_from(slots).unwrap_or(0)
    }

    fn read_all(&self, fetch: &PendingFetch) -> Vec<Served> {
        let mut room = fetch.max_bytes;
        let mut nothing_yet = true;
        let mut all = Vec::with_capacity(fetch.context.partitions().len());
        for (key, wanted) in fetch.context.partitions() {
            let served = self.read_one(fetch, key, wanted, room, nothing_yet);
            room = room.saturating_sub(served.bytes());
            nothing_yet &= served.bytes() == 0;
            all.push(served);
        }
        all
    }

    fn read_one(
        &self,
        fetch: &PendingFetch,
        key: &FetchKey,
        wanted: &Wanted,
        room: usize,
        at_least_one: bool,
    ) -> Served {
        let by = key.topic.by();
        let refused = self.check_partition_refused(by, key.partition);
        let found = refused.and_then(|()| self.topics.partition(by, key.partition));
        let read = found.and_then(|partition| {
            let epoch = known(wanted.current_leader_epoch);
            if !partition.replicas.contains(&fetch.node) {
                return Err(ErrorCode::NOT_LEADER_OR_FOLLOWER);
            }
            partition.log.check_leader_epoch(epoch)?;
            partition.check_readable(fetch)?;
            partition.log.read(ReadFrom {
                offset: wanted.fetch_offset,
                max_bytes: room.min(usize::try_from(wanted.max_bytes).unwrap_or(0)),
                at_least_one,
                isolation: fetch.isolation,
                current_leader_epoch: epoch,
                last_fetched_epoch: known(wanted.last_fetched_epoch),
            })
        });
        let mut served = Served {
            read,
            preferred: None,
            leader: None,
        };
        match &mut served.read {
            Ok(read) => {
                served.preferred = found.ok().and_then(|one| self.nearest(one, fetch));
                if served.preferred.is_some() {
                    (read.batches, read.bytes) = (Vec::new(), 0);
                }
            }
            Err(ErrorCode::NOT_LEADER_OR_FOLLOWER | ErrorCode::FENCED_LEADER_EPOCH) => {
                served.leader = self.topics.leader_of(by, key.partition);
            }
            Err(_) => {}
        }
        served
    }

    /// The replica to which a leader sends a consumer: one in the consumer's rack, if the leader is in another.
    fn nearest(&self, partition: &Partition, fetch: &PendingFetch) -> Option<i32> {
        let rack = fetch.rack.as_deref()?;
        if !fetch.may_read_followers || partition.leader != Some(fetch.node) {
            return None;
        }
        let is_near = |node: &i32| {
            let broker = self.brokers.get(*node);
            broker.is_some_and(|broker| broker.up && broker.rack.as_deref() == Some(rack))
        };
        if is_near(&fetch.node) {
            return None;
        }
        partition.isr.iter().copied().find(is_near)
    }

    /// Looks again at the fetches that wait, after `changed` partitions changed, or all might have.
    pub(crate) fn retry_fetches(
        &mut self,
        changed: &BTreeSet<(TopicId, i32)>,
        all: bool,
        now: Now,
    ) {
        let concerned = |fetch: &PendingFetch| {
            let mut partitions = fetch.context.partitions().iter();
            all || now.at >= fetch.deadline
                || partitions.any(|(key, _)| self.is_among(key, changed))
        };
        let waiting = self.fetches.iter();
        let tickets: Vec<Ticket> = waiting
            .filter(|(_, fetch)| concerned(fetch))
            .map(|(ticket, _)| *ticket)
            .collect();
        for ticket in tickets {
            let Some(fetch) = self.fetches.remove(&ticket) else {
                continue;
            };
            match self.try_fetch(fetch, now) {
                Tried::NotYet(fetch) => {
                    self.fetches.insert(ticket, fetch);
                }
                Tried::Done(frame) => self.make_ready(ticket, frame),
            }
        }
    }

    fn is_among(&self, key: &FetchKey, changed: &BTreeSet<(TopicId, i32)>) -> bool {
        let topic = self.topics.get(key.topic.by());
        topic.is_some_and(|topic| changed.contains(&(topic.id, key.partition)))
    }
}

impl Partition {
    /// Whether the asked broker may serve consumers: the leader, or, since followers may be read, a replica in sync.
    fn check_readable(&self, fetch: &PendingFetch) -> Result<(), ErrorCode> {
        let leads = self.leader == Some(fetch.node);
        let follows = self.leader.is_some() && self.isr.contains(&fetch.node);
        if fetch.replica >= 0 && !self.replicas.contains(&fetch.replica) {
            return Err(ErrorCode::NOT_LEADER_OR_FOLLOWER);
        }
        match leads || (fetch.may_read_followers && follows) {
            true => Ok(()),
            false => Err(ErrorCode::NOT_LEADER_OR_FOLLOWER),
        }
    }
}

impl Served {
    fn bytes(&self) -> usize {
        self.read.as_ref().map_or(0, |read| read.bytes)
    }

    /// Whether this is told at once, however much there is to read.
    fn is_notable(&self) -> bool {
        let diverges = |read: &Read| read.diverging.is_some();
        self.preferred.is_some() || self.read.as_ref().map_or(true, diverges)
    }

    fn outcome(&self) -> Outcome {
        let read = self.read.as_ref();
        Outcome {
            error: read.err().copied().unwrap_or(ErrorCode::NONE),
            record_bytes: self.bytes(),
            high_watermark: read.map_or(-1, |read| read.high_watermark),
            log_start_offset: read.map_or(-1, |read| read.log_start_offset),
            notable: self.is_notable(),
        }
    }
}
