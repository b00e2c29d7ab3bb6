//! Transcripts of what a coordinator is asked and answers, and what must hold whatever it is asked.

mod durable;
mod ending;
mod fencing;
mod initializing;
mod inspecting;
mod invariants;
mod membership;

use std::time::Duration;

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::end_txn::EndTxnRequest;
use ottla_protocol::types::TopicPartition;

use super::*;
use crate::time::Now;

const ID: &str = "orders-loader";
const START_MS: i64 = 1_700_000_000_000;

/// A coordinator and the time, so that a test reads as what was asked and what was answered.
struct Script {
    machine: TransactionCoordinator,
    now: Now,
}

type Answer = Result<(i64, i16), ErrorCode>;

impl Script {
    fn new() -> Self {
        Self::with(Settings::default())
    }

    /// A cluster whose feature `transaction.version` is at 1.
    fn version_1() -> Self {
        Self::with(Settings {
            transaction_version: 1,
            ..Settings::default()
        })
    }

    fn with(settings: Settings) -> Self {
        let now = Now {
            at: Duration::ZERO,
            wall_ms: START_MS,
        };
        let mut machine = TransactionCoordinator::new(settings);
        machine.elect(machine.partition_for(ID), 1, 0);
        Self { machine, now }
    }

    fn init(&mut self) -> Answer {
        self.init_as(InitProducerId {
            transactional_id: Some(ID),
            timeout_ms: 60_000,
            expected: ProducerIdAndEpoch::NONE,
            enable_2pc: false,
            keep_prepared_txn: false,
        })
    }

    /// A producer that goes on after an error (KIP-360).
    fn init_again(&mut self, producer_id: i64, epoch: i16) -> Answer {
        self.init_as(InitProducerId {
            transactional_id: Some(ID),
            timeout_ms: 60_000,
            expected: ProducerIdAndEpoch { producer_id, epoch },
            enable_2pc: false,
            keep_prepared_txn: false,
        })
    }

    fn init_as(&mut self, request: InitProducerId<'_>) -> Answer {
        let InitProducerIdOutcome(answer) = self.machine.init_producer_id(request, 1, self.now);
        answer.map(|producer| (producer.producer_id, producer.epoch))
    }

    fn add(&mut self, (producer_id, epoch): (i64, i16), partition: i32) -> ErrorCode {
        let producer = ProducerIdAndEpoch { producer_id, epoch };
        let partitions = [TopicPartition::new("orders", partition)];
        self.machine
            .add_partitions_implicitly(ID, producer, &partitions, self.now)
    }

    /// EndTxn 5, of a client that speaks transaction version 2.
    fn end(&mut self, producer: (i64, i16), committed: bool) -> Answer {
        self.end_in(5, producer, committed)
    }

    fn end_in(
        &mut self,
        version: i16,
        (producer_id, producer_epoch): (i64, i16),
        committed: bool,
    ) -> Answer {
        let request = EndTxnRequest {
            transactional_id: ID,
            producer_id,
            producer_epoch,
            committed,
            ..EndTxnRequest::default()
        };
        let EndTxnOutcome(answer) = self.machine.end_txn(&request, version, self.now);
        answer.map(|producer| (producer.producer_id, producer.epoch))
    }

    /// Writes and confirms whatever is to be written, and says how many markers that were.
    fn deliver(&mut self) -> usize {
        let markers = self.machine.take_markers();
        for marker in &markers {
            assert_ne!(self.machine.confirm(marker, self.now), Confirmation::Stale);
        }
        markers.len()
    }

    fn wait(&mut self, time: Duration) {
        self.now.at += time;
        self.now.wall_ms += i64::try_from(time.as_millis()).unwrap();
        self.machine.tick(self.now);
    }

    fn state(&self) -> TransactionState {
        self.machine.describe(ID).state.unwrap()
    }

    /// As if the producer had lived through so many epochs.
    fn set_epoch(&mut self, epoch: i16) {
        self.machine.ids.get_mut(ID).unwrap().producer_epoch = epoch;
    }
}

const FENCED: Answer = Err(ErrorCode::PRODUCER_FENCED);
const CONCURRENT: Answer = Err(ErrorCode::CONCURRENT_TRANSACTIONS);
const INVALID_STATE: Answer = Err(ErrorCode::INVALID_TXN_STATE);
const OTHER_ID: Answer = Err(ErrorCode::INVALID_PRODUCER_ID_MAPPING);
