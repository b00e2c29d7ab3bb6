//! InitProducerId: a producer's id and epoch; with a transactional id, the end of every earlier producer of it.

use std::sync::Arc;

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::init_producer_id::{InitProducerIdRequest, InitProducerIdResponse};

use super::metadata::{EXHAUSTED, TransactionMetadata};
use super::{ProducerIdAndEpoch, TransactionCoordinator, TransactionState, by_version};
use crate::time::Now;

/// What a producer asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InitProducerId<'a> {
    /// The transactional id; none: idempotent only.
    pub transactional_id: Option<&'a str>,
    /// How long its transactions may be open, in milliseconds.
    pub timeout_ms: i32,
    /// The producer that it was, to go on after an error (KIP-360); an id and an epoch of -1: none.
    pub expected: ProducerIdAndEpoch,
    /// It takes part in a two-phase commit (KIP-939, version 6).
    pub enable_2pc: bool,
    /// Its open transaction is to be kept (KIP-939, version 6).
    pub keep_prepared_txn: bool,
}

impl<'a> From<&InitProducerIdRequest<'a>> for InitProducerId<'a> {
    fn from(request: &InitProducerIdRequest<'a>) -> Self {
        Self {
            transactional_id: request.transactional_id,
            timeout_ms: request.transaction_timeout_ms,
            expected: ProducerIdAndEpoch {
                producer_id: request.producer_id,
                epoch: request.producer_epoch,
            },
            enable_2pc: false,
            keep_prepared_txn: false,
        }
    }
}

/// The producer, or why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InitProducerIdOutcome(pub Result<ProducerIdAndEpoch, ErrorCode>);

impl InitProducerIdOutcome {
    /// The answer in a version of the API.
    #[must_use]
    pub fn response(&self, version: i16) -> InitProducerIdResponse {
        let (error, producer) = match self.0 {
            Ok(producer) => (ErrorCode::NONE, producer),
            Err(error) => (error, ProducerIdAndEpoch::NONE),
        };
        InitProducerIdResponse {
            error_code: by_version::init_error(error, version).code(),
            producer_id: producer.producer_id,
            producer_epoch: producer.epoch,
            ..InitProducerIdResponse::default()
        }
    }
}

impl TransactionCoordinator {
    /// A producer asks a broker for its id and epoch. CONCURRENT_TRANSACTIONS: the transaction of the producer before is being
    /// ended; ask again.
    pub fn init_producer_id<'a>(
        &mut self,
        request: impl Into<InitProducerId<'a>>,
        node: i32,
        now: Now,
    ) -> InitProducerIdOutcome {
        InitProducerIdOutcome(self.initialize(request.into(), node, now))
    }

    fn initialize(
        &mut self,
        request: InitProducerId<'_>,
        node: i32,
        now: Now,
    ) -> Result<ProducerIdAndEpoch, ErrorCode> {
        let expected = expected(request.expected)?;
        let Some(transactional_id) = request.transactional_id else {
            return Ok(self.fresh(node));
        };
        self.allowed(transactional_id, &request)?;
        let id = self.known_or_new(transactional_id, node, now);
        let Some(metadata) = self.ids.get(&id) else {
            return Err(ErrorCode::UNKNOWN_SERVER_ERROR);
        };
        match metadata.initialization(expected)? {
            Initialization::Again => {
                let (producer, last) = (metadata.producer(), metadata.last_producer_epoch);
                Ok(self.initialized(&id, producer, last, request.timeout_ms, now))
            }
            Initialization::NextEpoch { last } => {
                let ProducerIdAndEpoch { producer_id, epoch } = metadata.producer();
                let epoch = epoch.saturating_add(1);
                let producer = ProducerIdAndEpoch { producer_id, epoch };
                Ok(self.initialized(&id, producer, last, request.timeout_ms, now))
            }
            Initialization::NextId { last } => {
                let producer = self.fresh(node);
                Ok(self.initialized(&id, producer, last, request.timeout_ms, now))
            }
            Initialization::AbortFirst => {
                self.abort_and_fence(&id, now);
                Err(ErrorCode::CONCURRENT_TRANSACTIONS)
            }
        }
    }

    /// A new id with its first epoch.
    fn fresh(&mut self, node: i32) -> ProducerIdAndEpoch {
        ProducerIdAndEpoch {
            producer_id: self.producer_ids.next(node),
            epoch: 0,
        }
    }

    fn allowed(
        &self,
        transactional_id: &str,
        request: &InitProducerId<'_>,
    ) -> Result<(), ErrorCode> {
        if transactional_id.is_empty() {
            return Err(ErrorCode::INVALID_REQUEST);
        }
        if request.enable_2pc {
            // As a broker answers without `transaction.two.phase.commit.enable`, so that nobody can tell why.
            return Err(ErrorCode::TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
        }
        if request.keep_prepared_txn {
            return Err(ErrorCode::UNSUPPORTED_VERSION);
        }
        if !self.settings.allows_timeout(request.timeout_ms) {
            return Err(ErrorCode::INVALID_TRANSACTION_TIMEOUT);
        }
        self.ready(transactional_id)
    }

    fn known_or_new(&mut self, transactional_id: &str, node: i32, now: Now) -> Arc<str> {
        if let Some((id, _)) = self.ids.get_key_value(transactional_id) {
            return Arc::clone(id);
        }
        let id: Arc<str> = transactional_id.into();
        let producer_id = self.producer_ids.next(node);
        let metadata = TransactionMetadata::new(producer_id, now.wall_ms);
        self.ids.insert(Arc::clone(&id), metadata);
        id
    }

    fn initialized(
        &mut self,
        id: &Arc<str>,
        producer: ProducerIdAndEpoch,
        last_epoch: i16,
        timeout_ms: i32,
        now: Now,
    ) -> ProducerIdAndEpoch {
        self.change(id, |metadata| {
            metadata.initialize(producer, last_epoch, timeout_ms, now.wall_ms);
        });
        producer
    }
}

/// The producer that one was, or none; half of one is no request.
fn expected(producer: ProducerIdAndEpoch) -> Result<Option<ProducerIdAndEpoch>, ErrorCode> {
    match (producer.producer_id, producer.epoch) {
        (-1, -1) => Ok(None),
        (-1, _) | (_, -1) => Err(ErrorCode::INVALID_REQUEST),
        _ => Ok(Some(producer)),
    }
}

/// What follows on a request for an id and an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Initialization {
    /// It was answered before, and the answer got lost.
    Again,
    /// The epoch rises. `last`: the one that may ask again.
    NextEpoch { last: i16 },
    /// The epochs are used up.
    NextId { last: i16 },
    /// A transaction is open: it is aborted first, and its producer fenced.
    AbortFirst,
}

impl TransactionMetadata {
    fn initialization(
        &self,
        expected: Option<ProducerIdAndEpoch>,
    ) -> Result<Initialization, ErrorCode> {
        if self.state.is_prepared() {
            return Err(ErrorCode::CONCURRENT_TRANSACTIONS);
        }
        if expected.is_some_and(|expected| !self.may_go_on(expected)) {
            return Err(ErrorCode::PRODUCER_FENCED);
        }
        if self.state == TransactionState::Ongoing {
            return Ok(Initialization::AbortFirst);
        }
        self.next_epoch(expected.map(|expected| expected.epoch))
    }

    /// Whether a producer that goes on after an error is not another one's. Its epoch is looked at later.
    fn may_go_on(&self, expected: ProducerIdAndEpoch) -> bool {
        let is_new = self.producer_epoch == -1;
        let is_this = expected.producer_id == self.producer_id;
        let was_this = expected.producer_id == self.previous_producer_id;
        is_new || is_this || (was_this && expected.epoch >= EXHAUSTED)
    }

    fn next_epoch(&self, expected: Option<i16>) -> Result<Initialization, ErrorCode> {
        let current = self.producer_epoch;
        match expected {
            None if self.is_exhausted() => Ok(Initialization::NextId { last: -1 }),
            None => Ok(Initialization::NextEpoch { last: -1 }),
            Some(epoch) if epoch == current && self.is_exhausted() => {
                Ok(Initialization::NextId { last: current })
            }
            Some(epoch) if epoch == current || current == -1 => {
                Ok(Initialization::NextEpoch { last: current })
            }
            Some(epoch) if epoch == self.last_producer_epoch => Ok(Initialization::Again),
            Some(_) => Err(ErrorCode::PRODUCER_FENCED),
        }
    }
}
