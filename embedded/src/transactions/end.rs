//! EndTxn, and the aborts that the coordinator decides on itself.

use std::sync::Arc;

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::end_txn::{EndTxnRequest, EndTxnResponse};

use super::metadata::{EXHAUSTED, Raise, TransactionMetadata};
use super::{ProducerIdAndEpoch, TransactionCoordinator, TransactionState, by_version};
use crate::time::Now;

/// From this version of EndTxn on the client speaks transaction version 2.
const RAISES_EPOCHS: i16 = 5;

/// The producer to go on with, or why there is no end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndTxnOutcome(pub Result<ProducerIdAndEpoch, ErrorCode>);

impl EndTxnOutcome {
    /// The answer in a version of the API.
    #[must_use]
    pub fn response(&self, version: i16) -> EndTxnResponse {
        let (error, producer) = match self.0 {
            Ok(producer) => (ErrorCode::NONE, producer),
            Err(error) => (error, ProducerIdAndEpoch::NONE),
        };
        EndTxnResponse {
            error_code: by_version::end_error(error, version).code(),
            producer_id: producer.producer_id,
            producer_epoch: producer.epoch,
            ..EndTxnResponse::default()
        }
    }
}

/// What follows on a request for an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// It was answered before, and the answer got lost.
    Again,
    /// It is decided now.
    Decide,
}

impl TransactionCoordinator {
    /// EndTxn: the end is decided when this returns, and markers are there to be taken.
    pub fn end_txn(
        &mut self,
        request: &EndTxnRequest<'_>,
        version: i16,
        now: Now,
    ) -> EndTxnOutcome {
        EndTxnOutcome(self.end(request, version, now))
    }

    fn end(
        &mut self,
        request: &EndTxnRequest<'_>,
        version: i16,
        now: Now,
    ) -> Result<ProducerIdAndEpoch, ErrorCode> {
        let (id, metadata) = self.known(request.transactional_id)?;
        let producer = ProducerIdAndEpoch {
            producer_id: request.producer_id,
            epoch: request.producer_epoch,
        };
        let raises = version >= RAISES_EPOCHS;
        let end = match raises {
            true => metadata.end_raising(producer, request.committed),
            false => metadata.end(producer, request.committed),
        };
        if end? == End::Again {
            return Ok(metadata.producer());
        }
        let raise = match raises {
            true => self.raise_with_end(&id),
            false => Raise::No,
        };
        Ok(self.prepare(&id, request.committed, raise, now))
    }

    /// Aborts what is open, so that the producer who opened it is fenced.
    pub(super) fn abort_and_fence(&mut self, id: &Arc<str>, now: Now) {
        let raise = match self.settings.raises_epochs() {
            true => self.raise_with_end(id),
            false => Raise::Fence,
        };
        self.prepare(id, false, raise, now);
    }

    /// Fences the producer of an id on an operator's word (or a fault's): what is open is aborted, and the epoch rises.
    pub fn fence_producer(&mut self, transactional_id: &str, now: Now) -> ErrorCode {
        let (id, metadata) = match self.known(transactional_id) {
            Ok(known) => known,
            Err(error) => return error,
        };
        match metadata.state {
            TransactionState::Ongoing => self.abort_and_fence(&id, now),
            state if state.is_prepared() => return ErrorCode::CONCURRENT_TRANSACTIONS,
            _ => self.raise_idle(&id, now),
        }
        ErrorCode::NONE
    }

    /// Fences a producer that has nothing open.
    fn raise_idle(&mut self, id: &Arc<str>, now: Now) {
        let Raise::WithEnd { next_producer_id } = self.raise_with_end(id) else {
            return;
        };
        self.change(id, |metadata| {
            let mut producer = metadata.producer();
            producer.epoch = producer.epoch.saturating_add(1);
            if next_producer_id != -1 {
                (producer.producer_id, producer.epoch) = (next_producer_id, 0);
            }
            metadata.initialize(producer, -1, metadata.timeout_ms, now.wall_ms);
        });
    }

    /// The epoch that goes with an end of transaction version 2; where the last one is in use, another producer id has to follow.
    fn raise_with_end(&mut self, id: &Arc<str>) -> Raise {
        let is_exhausted = self
            .ids
            .get(id)
            .is_some_and(TransactionMetadata::is_exhausted);
        let next_producer_id = match is_exhausted {
            true => self.producer_ids.next(self.leadership(id).node),
            false => -1,
        };
        Raise::WithEnd { next_producer_id }
    }

    /// Decides the end and makes the markers, and says with which producer it goes on.
    fn prepare(
        &mut self,
        id: &Arc<str>,
        commit: bool,
        raise: Raise,
        now: Now,
    ) -> ProducerIdAndEpoch {
        let next = self.change(id, |metadata| {
            metadata.prepare(commit, raise, now.wall_ms);
            metadata.next_producer()
        });
        self.send_markers(id);
        self.complete_if_marked(id, now);
        next.unwrap_or(ProducerIdAndEpoch::NONE)
    }
}

impl TransactionMetadata {
    /// Transaction version 1: the epoch stays as it is, so that the state alone tells a repeated request.
    fn end(&self, producer: ProducerIdAndEpoch, commit: bool) -> Result<End, ErrorCode> {
        self.check(producer)?;
        match (self.state, commit) {
            (TransactionState::Ongoing, _) => Ok(End::Decide),
            (TransactionState::CompleteCommit, true) | (TransactionState::CompleteAbort, false) => {
                Ok(End::Again)
            }
            (state, _) if state.is_prepared() => Err(ErrorCode::CONCURRENT_TRANSACTIONS),
            _ => Err(ErrorCode::INVALID_TXN_STATE),
        }
    }

    /// Transaction version 2: the epoch rises with each end, so that a repeated request has the one before. An abort of nothing is an end
    /// too, since the client may not know whether its first record came through.
    fn end_raising(&self, producer: ProducerIdAndEpoch, commit: bool) -> Result<End, ErrorCode> {
        if self.state.is_prepared() {
            return Err(ErrorCode::CONCURRENT_TRANSACTIONS);
        }
        let again = self.is_repeated(producer);
        let is_complete = matches!(
            self.state,
            TransactionState::CompleteCommit | TransactionState::CompleteAbort
        );
        if !(again && is_complete) {
            self.check(producer)?;
        }
        match (self.state, commit) {
            (TransactionState::Ongoing, _) => Ok(End::Decide),
            (TransactionState::CompleteCommit, true) | (TransactionState::CompleteAbort, false)
                if again =>
            {
                Ok(End::Again)
            }
            (TransactionState::CompleteCommit | TransactionState::CompleteAbort, _) if again => {
                Err(ErrorCode::INVALID_TXN_STATE)
            }
            (_, false) => Ok(End::Decide),
            (_, true) => Err(ErrorCode::INVALID_TXN_STATE),
        }
    }

    /// Whether a producer has the epoch before this one, or the last of the id before, and the end was one that raised it. (Kafka
    /// leaves this last check out, so that where clients of both versions share an id, a producer that was fenced may hear that its abort
    /// came through, and the epoch of the one that fenced it.)
    fn is_repeated(&self, producer: ProducerIdAndEpoch) -> bool {
        let before = self.producer_id == producer.producer_id
            && i32::from(producer.epoch) + 1 == i32::from(self.producer_epoch);
        let before_new_id = self.previous_producer_id == producer.producer_id
            && producer.epoch == EXHAUSTED
            && self.producer_epoch == 0;
        self.client_version >= 2 && (before || before_new_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// TV1's check is by state and epoch alone, so this table is all of it.
    #[test]
    fn what_follows_on_a_request_for_an_end_of_version_1() {
        let mut metadata = TransactionMetadata::new(7, 0);
        metadata.producer_epoch = 3;
        let producer = metadata.producer();
        let mut end = |state, commit| {
            metadata.state = state;
            metadata.end(producer, commit)
        };
        let invalid = Err(ErrorCode::INVALID_TXN_STATE);
        let concurrent = Err(ErrorCode::CONCURRENT_TRANSACTIONS);
        use TransactionState::{
            CompleteAbort, CompleteCommit, Empty, Ongoing, PrepareAbort, PrepareCommit,
        };
        assert_eq!(end(Empty, true), invalid);
        assert_eq!(end(Empty, false), invalid);
        assert_eq!(end(Ongoing, true), Ok(End::Decide));
        assert_eq!(end(Ongoing, false), Ok(End::Decide));
        assert_eq!(end(PrepareCommit, true), concurrent);
        assert_eq!(end(PrepareAbort, false), concurrent);
        assert_eq!(end(CompleteCommit, true), Ok(End::Again));
        assert_eq!(end(CompleteCommit, false), invalid);
        assert_eq!(end(CompleteAbort, false), Ok(End::Again));
        assert_eq!(end(CompleteAbort, true), invalid);
    }
}
