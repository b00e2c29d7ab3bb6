//! What comes into a transaction: AddPartitionsToTxn of clients and of brokers, AddOffsetsToTxn, and, with transaction version 2, the
//! first record or offset itself.

use std::sync::Arc;

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::add_offsets_to_txn::{
    AddOffsetsToTxnRequest, AddOffsetsToTxnResponse,
};
use ottla_protocol::messages::add_partitions_to_txn::{
    AddPartitionsToTxnPartitionResult, AddPartitionsToTxnRequest, AddPartitionsToTxnResponse,
    AddPartitionsToTxnResult, AddPartitionsToTxnTopic, AddPartitionsToTxnTopicResult,
};
use ottla_protocol::types::TopicPartition;

use super::markers::CONSUMER_OFFSETS;
use super::{ProducerIdAndEpoch, TransactionCoordinator, TransactionState, by_version};
use crate::time::Now;

/// The first version in which brokers ask for many transactions at once, and clients no more.
const BATCHED: i16 = 4;

/// What became of each partition, in the order asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartitionErrors(pub Vec<(TopicPartition, ErrorCode)>);

/// What became of each partition of one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionPartitionErrors {
    /// The transactional id.
    pub transactional_id: Arc<str>,
    /// Its partitions.
    pub partitions: PartitionErrors,
}

impl PartitionErrors {
    /// One code for all.
    fn all(partitions: &[TopicPartition], error: ErrorCode) -> Self {
        Self(partitions.iter().map(|of| (of.clone(), error)).collect())
    }

    fn topics(&self, version: i16) -> Vec<AddPartitionsToTxnTopicResult<'_>> {
        let mut topics: Vec<AddPartitionsToTxnTopicResult<'_>> = Vec::new();
        for (of, error) in &self.0 {
            let result = AddPartitionsToTxnPartitionResult {
                partition_index: of.partition,
                partition_error_code: by_version::partitions_error(*error, version).code(),
                ..AddPartitionsToTxnPartitionResult::default()
            };
            match topics.last_mut() {
                Some(topic) if *topic.name == *of.topic => topic.results_by_partition.push(result),
                _ => topics.push(AddPartitionsToTxnTopicResult {
                    name: &of.topic,
                    results_by_partition: vec![result],
                    ..AddPartitionsToTxnTopicResult::default()
                }),
            }
        }
        topics
    }
}

/// What is asked of one transaction.
struct Asked<'r> {
    transactional_id: &'r str,
    producer: ProducerIdAndEpoch,
    verify_only: bool,
    topics: &'r [AddPartitionsToTxnTopic<'r>],
}

impl TransactionPartitionErrors {
    /// The answer to AddPartitionsToTxn in a version of it.
    #[must_use]
    pub fn response(outcomes: &[Self], version: i16) -> AddPartitionsToTxnResponse<'_> {
        if version < BATCHED {
            let topics = outcomes.first().map(|only| only.partitions.topics(version));
            return AddPartitionsToTxnResponse {
                results_by_topic_v3_and_below: topics.unwrap_or_default(),
                ..AddPartitionsToTxnResponse::default()
            };
        }
        let results = outcomes.iter().map(|outcome| AddPartitionsToTxnResult {
            transactional_id: &outcome.transactional_id,
            topic_results: outcome.partitions.topics(version),
            ..AddPartitionsToTxnResult::default()
        });
        AddPartitionsToTxnResponse {
            results_by_transaction: results.collect(),
            ..AddPartitionsToTxnResponse::default()
        }
    }
}

impl TransactionCoordinator {
    /// AddPartitionsToTxn, of a client up to version 3 and of a broker since. `check` says whether a partition exists and may be written
    /// to: one that fails keeps all others of its transaction out.
    pub fn add_partitions_to_txn(
        &mut self,
        request: &AddPartitionsToTxnRequest<'_>,
        version: i16,
        check: impl Fn(&TopicPartition) -> ErrorCode,
        now: Now,
    ) -> Vec<TransactionPartitionErrors> {
        let client_version = if version < BATCHED { 0 } else { 2 };
        let add = |asked: Asked<'_>| TransactionPartitionErrors {
            transactional_id: asked.transactional_id.into(),
            partitions: self.asked(&asked, client_version, &check, now),
        };
        asked(request, version).into_iter().map(add).collect()
    }

    fn asked(
        &mut self,
        asked: &Asked<'_>,
        client_version: i16,
        check: &impl Fn(&TopicPartition) -> ErrorCode,
        now: Now,
    ) -> PartitionErrors {
        let partitions = named(asked.topics);
        let checked: Vec<_> = partitions
            .iter()
            .map(|of| (of.clone(), check(of)))
            .collect();
        if checked.iter().any(|(_, error)| !error.is_ok()) {
            return PartitionErrors(checked.into_iter().map(not_attempted).collect());
        }
        if asked.verify_only {
            return self.verify_partitions(asked.transactional_id, asked.producer, &partitions);
        }
        let id = asked.transactional_id;
        let added = self.add_partitions(id, asked.producer, &partitions, client_version, now);
        PartitionErrors::all(&partitions, added.err().unwrap_or(ErrorCode::NONE))
    }

    /// AddOffsetsToTxn: `offsets_partition` is the partition of `__consumer_offsets` that the group belongs to.
    pub fn add_offsets_to_txn(
        &mut self,
        request: &AddOffsetsToTxnRequest<'_>,
        offsets_partition: i32,
        version: i16,
        now: Now,
    ) -> AddOffsetsToTxnResponse {
        let producer = ProducerIdAndEpoch {
            producer_id: request.producer_id,
            epoch: request.producer_epoch,
        };
        let of = TopicPartition::new(CONSUMER_OFFSETS, offsets_partition);
        let added = self.add_partitions(request.transactional_id, producer, &[of], 0, now);
        let error = added.err().unwrap_or(ErrorCode::NONE);
        AddOffsetsToTxnResponse {
            error_code: by_version::partitions_error(error, version).code(),
            ..AddOffsetsToTxnResponse::default()
        }
    }

    /// Adds the partitions that records or offsets come for: Produce since version 12, TxnOffsetCommit since version 5 (KIP-890). One
    /// code for all; [`produce_error`](super::produce_error) and [`offset_commit_error`](super::offset_commit_error) put it as a client
    /// has to hear it.
    pub fn add_partitions_implicitly(
        &mut self,
        transactional_id: &str,
        producer: ProducerIdAndEpoch,
        partitions: &[TopicPartition],
        now: Now,
    ) -> ErrorCode {
        let added = self.add_partitions(transactional_id, producer, partitions, 2, now);
        added.err().unwrap_or(ErrorCode::NONE)
    }

    /// [`Self::add_partitions_implicitly`] of the partition of `__consumer_offsets` that a group belongs to.
    pub fn add_offsets_implicitly(
        &mut self,
        transactional_id: &str,
        producer: ProducerIdAndEpoch,
        offsets_partition: i32,
        now: Now,
    ) -> ErrorCode {
        let of = TopicPartition::new(CONSUMER_OFFSETS, offsets_partition);
        self.add_partitions_implicitly(transactional_id, producer, &[of], now)
    }

    /// Which partitions are in the transaction, for Produce before version 12 and TxnOffsetCommit before version 5 (KIP-890's first
    /// part). One that isn't has TRANSACTION_ABORTABLE.
    #[must_use]
    pub fn verify_partitions(
        &self,
        transactional_id: &str,
        producer: ProducerIdAndEpoch,
        partitions: &[TopicPartition],
    ) -> PartitionErrors {
        let metadata = match self.known(transactional_id) {
            Ok((_, metadata)) => metadata,
            Err(error) => return PartitionErrors::all(partitions, error),
        };
        if let Err(error) = metadata.check(producer) {
            return PartitionErrors::all(partitions, error);
        }
        if metadata.state.is_prepared() {
            return PartitionErrors::all(partitions, ErrorCode::CONCURRENT_TRANSACTIONS);
        }
        let verify = |of: &TopicPartition| match metadata.partitions.contains(of) {
            true => (of.clone(), ErrorCode::NONE),
            false => (of.clone(), ErrorCode::TRANSACTION_ABORTABLE),
        };
        PartitionErrors(partitions.iter().map(verify).collect())
    }

    fn add_partitions(
        &mut self,
        transactional_id: &str,
        producer: ProducerIdAndEpoch,
        partitions: &[TopicPartition],
        client_version: i16,
        now: Now,
    ) -> Result<(), ErrorCode> {
        let (id, metadata) = self.known(transactional_id)?;
        // First of all: where the epochs are used up, the producer goes on with an id that is not this one's before the end is
        // completed.
        if metadata.state.is_prepared() {
            return Err(ErrorCode::CONCURRENT_TRANSACTIONS);
        }
        metadata.check(producer)?;
        let is_ongoing = metadata.state == TransactionState::Ongoing;
        if is_ongoing && partitions.iter().all(|of| metadata.partitions.contains(of)) {
            return Ok(());
        }
        self.change(&id, |metadata| {
            metadata.add(partitions, client_version, now.wall_ms);
        });
        Ok(())
    }
}

/// The transactions of a request, wherever its version has them.
fn asked<'r>(request: &'r AddPartitionsToTxnRequest<'r>, version: i16) -> Vec<Asked<'r>> {
    if version < BATCHED {
        return vec![Asked {
            transactional_id: request.v3_and_below_transactional_id,
            producer: ProducerIdAndEpoch {
                producer_id: request.v3_and_below_producer_id,
                epoch: request.v3_and_below_producer_epoch,
            },
            verify_only: false,
            topics: &request.v3_and_below_topics,
        }];
    }
    let transactions = request.transactions.iter();
    let asked = transactions.map(|transaction| Asked {
        transactional_id: transaction.transactional_id,
        producer: ProducerIdAndEpoch {
            producer_id: transaction.producer_id,
            epoch: transaction.producer_epoch,
        },
        verify_only: transaction.verify_only,
        topics: &transaction.topics,
    });
    asked.collect()
}

fn named(topics: &[AddPartitionsToTxnTopic<'_>]) -> Vec<TopicPartition> {
    let mut partitions = Vec::new();
    for topic in topics {
        let name: Arc<str> = topic.name.into();
        let all = topic.partitions.iter();
        partitions.extend(all.map(|partition| TopicPartition::new(Arc::clone(&name), *partition)));
    }
    partitions
}

fn not_attempted((of, error): (TopicPartition, ErrorCode)) -> (TopicPartition, ErrorCode) {
    match error.is_ok() {
        true => (of, ErrorCode::OPERATION_NOT_ATTEMPTED),
        false => (of, error),
    }
}
