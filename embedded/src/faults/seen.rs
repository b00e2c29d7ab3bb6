//! The log of requests: what came, when, and what became of it. Bounded: the oldest go first.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use ottla_protocol::ApiKey;
use ottla_protocol::error_code::ErrorCode;

use super::{Facts, RuleId, Verdict};
use crate::time::Now;

/// How many names of one request are kept.
const MAX_NAMES: usize = 16;

/// A request's place in the log, from 0; never used twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeenId(pub u64);

/// A request that was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenRequest {
    /// Its place in the log.
    pub id: SeenId,
    /// When it came.
    pub at: Now,
    /// The broker that it came to.
    pub node: i32,
    /// The connection, unique in the cluster.
    pub connection: u64,
    /// The API.
    pub api_key: ApiKey,
    /// The API's version.
    pub api_version: i16,
    /// The number that its answer has.
    pub correlation_id: i32,
    /// The client's name for itself.
    pub client_id: Option<Arc<str>>,
    /// Who the connection is authenticated as.
    pub principal: Option<Arc<str>>,
    /// The first 16 groups that it is about.
    pub groups: Vec<Arc<str>>,
    /// The transactional id that it is about.
    pub transactional_id: Option<Arc<str>>,
    /// The first 16 topics that it is about.
    pub topics: Vec<Arc<str>>,
    /// How many partitions it is about, of all topics.
    pub partitions: usize,
    /// The rules that fired.
    pub rules: Vec<RuleId>,
    /// What became of it, and when; none: it is still being dealt with.
    pub finished: Option<(Outcome, Duration)>,
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was answered; with the first error in the answer: that of the whole, or of the first part that has one.
    Answered(ErrorCode),
    /// It took effect, if it had any, and needs no answer (Produce with acks of 0).
    Unanswered,
    /// It took no effect, by a rule, and was not answered.
    Dropped,
    /// It took effect, and its answer was withheld or spoiled by a rule.
    Spoiled,
    /// The client's connection ended before the answer was out.
    Disconnected,
    /// It was no request, or of an API or version that isn't served.
    Malformed,
}

/// The log.
#[derive(Debug)]
pub struct SeenLog {
    capacity: usize,
    next: u64,
    requests: VecDeque<SeenRequest>,
}

impl Default for SeenLog {
    fn default() -> Self {
        Self::new(10_000)
    }
}

impl SeenLog {
    /// A log of at most so many requests.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity,
            next: 0,
            requests: VecDeque::new(),
        }
    }

    /// How many requests came so far, those that are no longer kept counted.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.next
    }

    /// The requests that are kept, oldest first.
    pub fn requests(&self) -> impl DoubleEndedIterator<Item = &SeenRequest> {
        self.requests.iter()
    }

    /// The requests from a place on, oldest first: who has seen up to `total` goes on there. The first may come later than asked for,
    /// where the log has dropped some.
    pub fn since(&self, id: SeenId) -> impl DoubleEndedIterator<Item = &SeenRequest> {
        let from = self.requests.partition_point(|request| request.id < id);
        self.requests.range(from..)
    }

    /// One request, while it is kept.
    #[must_use]
    pub fn get(&self, id: SeenId) -> Option<&SeenRequest> {
        self.position(id).and_then(|at| self.requests.get(at))
    }

    pub(super) fn note(&mut self, facts: &Facts<'_>, at: Now) -> SeenId {
        let id = SeenId(self.next);
        self.next += 1;
        if self.capacity > 0 {
            if self.requests.len() >= self.capacity {
                self.requests.pop_front();
            }
            self.requests.push_back(SeenRequest::of(id, facts, at));
        }
        id
    }

    pub(super) fn finish(&mut self, verdict: &Verdict, outcome: Outcome, now: Now) {
        let at = self.position(verdict.seen);
        if let Some(request) = at.and_then(|at| self.requests.get_mut(at)) {
            request.rules.clone_from(&verdict.rules);
            request.finished = Some((outcome, now.at));
        }
    }

    /// Those that are kept are numbered without a gap.
    fn position(&self, id: SeenId) -> Option<usize> {
        let first = self.requests.front()?.id;
        let at = usize::try_from(id.0.checked_sub(first.0)?).ok()?;
        (at < self.requests.len()).then_some(at)
    }
}

impl SeenRequest {
    fn of(id: SeenId, facts: &Facts<'_>, at: Now) -> Self {
        let groups = facts.groups.iter().take(MAX_NAMES);
        let topics = facts.topics.iter().take(MAX_NAMES);
        let partitions = facts.topics.iter().map(|topic| topic.partitions.len());
        Self {
            id,
            at,
            node: facts.node,
            connection: facts.connection,
            api_key: facts.api_key,
            api_version: facts.api_version,
            correlation_id: facts.correlation_id,
            client_id: facts.client_id.map(Arc::from),
            principal: facts.principal.map(Arc::from),
            groups: groups.map(|group| Arc::from(*group)).collect(),
            transactional_id: facts.transactional_id.map(Arc::from),
            topics: topics.map(|topic| Arc::from(topic.name)).collect(),
            partitions: partitions.sum(),
            rules: Vec::new(),
            finished: None,
        }
    }
}
