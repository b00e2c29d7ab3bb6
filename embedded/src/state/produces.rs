//! What was produced for all replicas, and waits until they have it.

use std::collections::BTreeMap;
use std::time::Duration;

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::types::TopicId;

use super::State;
use super::call::ReplyTo;
use super::topics::TopicRef;
use crate::api;
use crate::log::{Appended, Refusal};
use crate::ticket::Ticket;
use crate::time::Now;

/// A Produce that is not answered yet.
#[derive(Debug)]
pub(crate) struct PendingProduce {
    pub(crate) reply_to: ReplyTo,
    /// The broker that is asked.
    pub(crate) node: i32,
    pub(crate) produced: Vec<Produced>,
    pub(crate) deadline: Duration,
}

/// What became of one topic's batches.
#[derive(Debug)]
pub(crate) struct Produced {
    pub(crate) name: String,
    pub(crate) topic_id: TopicId,
    pub(crate) outcomes: Vec<Outcome>,
}

/// What became of one partition's batch.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) index: i32,
    pub(crate) result: Result<Appended, Refusal>,
    /// The leader and its epoch, where the asked broker isn't it.
    pub(crate) leader: Option<(i32, i32)>,
}

/// All that waits.
pub(crate) type Produces = BTreeMap<Ticket, PendingProduce>;

impl Produced {
    fn by(&self) -> TopicRef<'_> {
        match self.name.is_empty() {
            true => TopicRef::Id(self.topic_id),
            false => TopicRef::Name(&self.name),
        }
    }
}

impl State {
    /// Whether there is nothing left to wait for: all replicas have what was appended, or nobody can say so any more.
    pub(crate) fn is_replicated(&self, produce: &PendingProduce) -> bool {
        let mut topics = produce.produced.iter();
        topics.all(|topic| {
            let mut outcomes = topic.outcomes.iter();
            outcomes.all(|one| self.lack(produce.node, topic.by(), one) != Some(LAGS))
        })
    }

    /// Why a batch that was appended can't be acknowledged.
    fn lack(&self, node: i32, topic: TopicRef<'_>, outcome: &Outcome) -> Option<ErrorCode> {
        let appended = outcome.result.as_ref().ok()?;
        match self.topics.partition(topic, outcome.index) {
            Err(error) => Some(error),
            Ok(found) if found.leader != Some(node) => Some(ErrorCode::NOT_LEADER_OR_FOLLOWER),
            Ok(found) if found.log.high_watermark() <= appended.last_offset => Some(LAGS),
            Ok(_) => None,
        }
    }

    /// Looks again at what waits.
    pub(crate) fn retry_produces(&mut self, now: Now) {
        let waiting = self.produces.iter();
        let done = waiting
            .filter(|(_, produce)| now.at >= produce.deadline || self.is_replicated(produce));
        let done: Vec<Ticket> = done.map(|(ticket, _)| *ticket).collect();
        for ticket in done {
            if let Some(mut produce) = self.produces.remove(&ticket) {
                self.judge(&mut produce);
                let frame = api::produce_frame(&produce, &self.brokers);
                self.make_ready(ticket, frame);
            }
        }
    }

    fn judge(&self, produce: &mut PendingProduce) {
        for topic in &mut produce.produced {
            let mut lacks = Vec::new();
            for outcome in &topic.outcomes {
                lacks.push(self.lack(produce.node, topic.by(), outcome));
            }
            for (outcome, lack) in topic.outcomes.iter_mut().zip(lacks) {
                if let Some(error) = lack {
                    outcome.result = Err(error.into());
                }
            }
        }
    }
}

/// It is in the log, but not on all replicas; the client may find it there later.
const LAGS: ErrorCode = ErrorCode::REQUEST_TIMED_OUT;
