//! One partition on the sender's side: its batches in order, and what the last failures were.

use std::sync::Arc;
use std::time::Duration;

use backon::ExponentialBackoff;
use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::types::{TopicId, TopicPartition};
use tokio::time::Instant;

use super::batch::Batch;
use super::delivery::Written;
use super::error::ProduceError;
use super::request::Verdict;
use super::sequence::{Answer, End, Sequence};
use crate::error::ClientError;

/// A partition that batches have been sent to.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) partition: TopicPartition,
    pub(super) sequence: Sequence<Batch>,
    /// Nothing is sent before.
    pub(super) not_before: Option<Instant>,
    /// Somebody is finding out who leads it.
    pub(super) looking: bool,
    /// How many looks at the metadata in a row did not find it.
    pub(super) missed: u32,
    pub(super) last_error: Option<Arc<ClientError>>,
    /// The topic that batches were sent to; all zero before the first, and where the cluster has no ids.
    topic_id: TopicId,
    pauses: Option<ExponentialBackoff>,
    producer_id: Option<i64>,
}

/// A batch with its fate.
pub(super) type Decided = (Batch, Result<Written, ProduceError>);

impl Line {
    pub(super) fn new(partition: TopicPartition, idempotent: bool) -> Self {
        Self {
            partition,
            sequence: match idempotent {
                true => Sequence::idempotent(),
                false => Sequence::plain(),
            },
            not_before: None,
            looking: false,
            missed: 0,
            last_error: None,
            topic_id: TopicId::UNKNOWN,
            pauses: None,
            producer_id: None,
        }
    }

    /// Takes a producer id. `false`: it has used up this one's epochs, and needs another.
    pub(super) fn identify(&mut self, producer_id: i64, epoch: i16) -> bool {
        let is_new = self.producer_id != Some(producer_id);
        if is_new {
            self.producer_id = Some(producer_id);
            self.sequence.identify(producer_id, epoch);
        }
        is_new
    }

    /// Batches go to this topic from now on. If that is another one than before, it gets nothing that may be in the first.
    pub(super) fn head_for(&mut self, topic_id: TopicId) -> Vec<Decided> {
        let before = std::mem::replace(&mut self.topic_id, topic_id);
        if before == topic_id || before.is_unknown() || topic_id.is_unknown() {
            return Vec::new();
        }
        let ended = self.sequence.begin_anew().into_iter();
        ended
            .map(|(batch, end)| {
                let error = self.error(&batch, end, None);
                (batch, Err(error))
            })
            .collect()
    }

    /// Takes in what a broker said about a batch.
    pub(super) fn judge(&mut self, id: u64, verdict: Verdict) -> Vec<Decided> {
        let written = Written {
            base_offset: verdict.base_offset,
            timestamp: verdict.timestamp,
        };
        let (answer, error) = match verdict.result {
            Ok(()) => (Answer::Written, None),
            Err(error) => (answer(&error), Some(error)),
        };
        if answer == Answer::Written {
            self.recovered();
        }
        let ended = self.sequence.answered(id, answer);
        let message = verdict.message;
        self.last_error = error.map(Arc::new).or(self.last_error.take());
        let decide = |(batch, end): (Batch, End)| {
            let outcome = match end {
                End::Written => Ok(written),
                end => Err(self.error(&batch, end, message.clone())),
            };
            (batch, outcome)
        };
        ended.into_iter().map(decide).collect()
    }

    /// Gives up what is too old.
    pub(super) fn expire(&mut self, now: Instant, limit: Duration) -> Vec<Decided> {
        let ended = self.sequence.expire(now, limit);
        let decide = |(batch, end): (Batch, End)| {
            let mut error = self.error(&batch, end, None);
            if let ProduceError::Expired { elapsed, .. } = &mut error {
                *elapsed = now - batch.born;
            }
            (batch, Err(error))
        };
        ended.into_iter().map(decide).collect()
    }

    /// Gives up everything, since nothing can be sent.
    pub(super) fn fail(&mut self, why: &ProduceError) -> Vec<Decided> {
        let given_up = self.sequence.give_up_all().into_iter();
        let decide = |(batch, possibly_written)| match possibly_written {
            true => (batch, Err(self.in_doubt())),
            false => (batch, Err(why.clone())),
        };
        given_up.map(decide).collect()
    }

    /// Sends nothing for a while, longer with each failure in a row.
    pub(super) fn pause(&mut self, now: Instant, pauses: impl FnOnce() -> ExponentialBackoff) {
        let pause = self.pauses.get_or_insert_with(pauses).next();
        self.not_before = Some(now + pause.unwrap_or_default());
    }

    fn recovered(&mut self) {
        self.pauses = None;
        self.not_before = None;
        self.missed = 0;
        self.last_error = None;
    }

    fn in_doubt(&self) -> ProduceError {
        ProduceError::InDoubt {
            partition: self.partition.clone(),
            source: self.last_error.clone(),
        }
    }

    fn error(&self, batch: &Batch, end: End, message: Option<Arc<str>>) -> ProduceError {
        let partition = self.partition.clone();
        match end {
            End::OutOfSequence => ProduceError::OutOfSequence { partition },
            End::Expired { possibly_written } => ProduceError::Expired {
                partition,
                elapsed: Duration::ZERO,
                attempts: batch.attempts,
                possibly_written,
                source: self.last_error.clone(),
            },
            End::InDoubt | End::Written => self.in_doubt(),
            End::Refused => match self.last_error.clone() {
                Some(source) => refused(partition, batch.len(), source, message),
                None => self.in_doubt(),
            },
        }
    }
}

fn refused(
    partition: TopicPartition,
    bytes: usize,
    source: Arc<ClientError>,
    message: Option<Arc<str>>,
) -> ProduceError {
    match &*source {
        ClientError::Answered { peer, code, .. } => {
            let (peer, code) = (peer.clone(), *code);
            match code {
                ErrorCode::MESSAGE_TOO_LARGE | ErrorCode::RECORD_LIST_TOO_LARGE => {
                    ProduceError::BatchTooLarge {
                        partition,
                        peer,
                        bytes,
                        code,
                    }
                }
                code => ProduceError::Refused {
                    partition,
                    peer,
                    code,
                    message,
                },
            }
        }
        _ => ProduceError::NotSendable { partition, source },
    }
}

/// What a failure means for the batch.
fn answer(error: &ClientError) -> Answer {
    match error.error_code() {
        // It was appended by an earlier attempt, too long ago for the broker to know where.
        Some(ErrorCode::DUPLICATE_SEQUENCE_NUMBER) => Answer::Written,
        Some(
            ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER
            | ErrorCode::UNKNOWN_PRODUCER_ID
            | ErrorCode::INVALID_PRODUCER_EPOCH,
        ) => Answer::OutOfOrder,
        // In the leader's log, and not yet in enough others.
        Some(ErrorCode::NOT_ENOUGH_REPLICAS_AFTER_APPEND) => Answer::Again { doubtful: true },
        _ if error.is_retriable() => Answer::Again {
            doubtful: error.outcome_unknown(),
        },
        _ if error.outcome_unknown() => Answer::Again { doubtful: true },
        _ => Answer::Refused,
    }
}
