//! How a batch's fate reaches those who sent its records: one completion a batch, shared by all of them. A handle and a wake-up for each
//! record would cost more than everything else together.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Poll, Waker};

use ottla_protocol::types::TopicPartition;

use super::error::ProduceError;
use super::record::RecordMetadata;

/// What became of a batch.
#[derive(Debug)]
pub(super) struct Fate {
    partition: TopicPartition,
    outcome: OnceLock<Result<Written, ProduceError>>,
    waiting: Mutex<Vec<Waker>>,
}

/// Where a batch was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) base_offset: Option<i64>,
    /// The broker's clock, if the topic stamps with that.
    pub(super) timestamp: Option<i64>,
}

impl Fate {
    pub(super) fn new(partition: TopicPartition) -> Self {
        Self {
            partition,
            outcome: OnceLock::new(),
            waiting: Mutex::default(),
        }
    }

    pub(super) fn partition(&self) -> &TopicPartition {
        &self.partition
    }

    /// Decides it, if it is open, and wakes all who wait.
    pub(super) fn decide(&self, outcome: Result<Written, ProduceError>) {
        if self.outcome.set(outcome).is_ok() {
            let waiting = std::mem::take(&mut *self.waiting());
            waiting.into_iter().for_each(Waker::wake);
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Waker>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The future fate of one record. Dropping it changes nothing about the record.
///
/// # Cancel safety
///
/// Cancel safe.
#[derive(Debug)]
#[must_use = "without awaiting it nobody learns whether the record was written; use `send_and_forget` if `flush` shall tell"]
pub struct Delivery {
    fate: Arc<Fate>,
    /// The record's place in its batch.
    index: i32,
    timestamp: i64,
    seat: Option<usize>,
}

impl Delivery {
    pub(super) fn new(fate: Arc<Fate>, index: i32, timestamp: i64) -> Self {
        Self {
            fate,
            index,
            timestamp,
            seat: None,
        }
    }

    /// The partition that the record goes to.
    #[must_use]
    pub fn partition(&self) -> &TopicPartition {
        self.fate.partition()
    }

    fn outcome(&self) -> Option<Result<RecordMetadata, ProduceError>> {
        let outcome = self.fate.outcome.get()?;
        Some(
            outcome
                .as_ref()
                .map_err(ProduceError::clone)
                .map(|written| RecordMetadata {
                    partition: self.fate.partition.clone(),
                    offset: written.base_offset.map(|base| base + i64::from(self.index)),
                    timestamp: written.timestamp.unwrap_or(self.timestamp),
                }),
        )
    }

    /// Takes a seat among those who wait, or keeps the one it has.
    fn wait(&mut self, waker: &Waker) {
        let mut waiting = self.fate.waiting();
        match self.seat.and_then(|seat| waiting.get_mut(seat)) {
            Some(seat) => seat.clone_from(waker),
            None => {
                self.seat = Some(waiting.len());
                waiting.push(waker.clone());
            }
        }
    }
}

impl Future for Delivery {
    type Output = Result<RecordMetadata, ProduceError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if let Some(outcome) = self.outcome() {
            return Poll::Ready(outcome);
        }
        self.wait(cx.waker());
        // It may have been decided in between, by someone who saw nobody wait.
        self.outcome().map_or(Poll::Pending, Poll::Ready)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn all_records_of_a_batch_learn_its_fate() {
        let fate = Arc::new(Fate::new(TopicPartition::new("t", 3)));
        let waiting: Vec<_> = (0..3)
            .map(|index| tokio::spawn(Delivery::new(Arc::clone(&fate), index, 7)))
            .collect();
        tokio::task::yield_now().await;
        fate.decide(Ok(Written {
            base_offset: Some(40),
            timestamp: None,
        }));
        for (index, delivery) in (0..).zip(waiting) {
            let written = delivery.await.unwrap().unwrap();
            assert_eq!((written.offset, written.timestamp), (Some(40 + index), 7));
        }
    }

    #[tokio::test]
    async fn only_the_first_decision_counts() {
        let fate = Arc::new(Fate::new(TopicPartition::new("t", 3)));
        let delivery = Delivery::new(Arc::clone(&fate), 0, 7);
        let partition = fate.partition().clone();
        fate.decide(Err(ProduceError::OutOfSequence { partition }));
        fate.decide(Ok(Written {
            base_offset: None,
            timestamp: None,
        }));
        assert!(matches!(
            delivery.await,
            Err(ProduceError::OutOfSequence { .. })
        ));
    }

    #[test]
    fn polling_often_takes_one_seat() {
        let fate = Arc::new(Fate::new(TopicPartition::new("t", 3)));
        let mut delivery = Delivery::new(Arc::clone(&fate), 0, 7);
        let mut cx = Context::from_waker(Waker::noop());
        for _ in 0..9 {
            assert!(Pin::new(&mut delivery).poll(&mut cx).is_pending());
        }
        assert_eq!(fate.waiting().len(), 1);
    }
}
