//! AddPartitionsToTxn: takes partitions into a transaction.

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::add_partitions_to_txn::{
    AddPartitionsToTxnPartitionResult, AddPartitionsToTxnRequest, AddPartitionsToTxnResponse,
    AddPartitionsToTxnResult, AddPartitionsToTxnTopic, AddPartitionsToTxnTopicResult,
};
use ottla_protocol::types::TopicPartition;

use crate::state::State;
use crate::state::call::{Call, Handled};
use crate::state::coordinators::Coordinated;
use crate::state::topics::TopicRef;
use crate::topic_name;
use crate::transactions::TransactionPartitionErrors;

/// From this version on one request is for many transactions.
const BATCHED: i16 = 4;

pub(crate) fn handle(
    state: &mut State,
    call: &Call<'_>,
    mut request: AddPartitionsToTxnRequest<'_>,
) -> Handled {
    let elsewhere = |id: &str| {
        let checked = state.check_coordinator(call.node, Coordinated::Transaction, id);
        checked.err()
    };
    if call.version < BATCHED {
        let id = request.v3_and_below_transactional_id;
        if let Some(error) = elsewhere(id) {
            return call.answer(&AddPartitionsToTxnResponse {
                results_by_topic_v3_and_below: refused(&request.v3_and_below_topics, error),
                ..Default::default()
            });
        }
    }
    let mut others = Vec::new();
    for one in std::mem::take(&mut request.transactions) {
        match elsewhere(one.transactional_id) {
            Some(error) => others.push((one, error)),
            None => request.transactions.push(one),
        }
    }
    let topics = &state.topics;
    let check = |of: &TopicPartition| {
        let found = topics.partition(TopicRef::Name(&of.topic), of.partition);
        match found {
            Ok(_) if topic_name::is_internal(&of.topic) => ErrorCode::TOPIC_AUTHORIZATION_FAILED,
            Ok(_) => ErrorCode::NONE,
            Err(error) => error,
        }
    };
    let outcomes =
        state
            .transactions
            .add_partitions_to_txn(&request, call.version, check, call.now);
    let mut response = TransactionPartitionErrors::response(&outcomes, call.version);
    let others = others.iter().map(|(one, error)| AddPartitionsToTxnResult {
        transactional_id: one.transactional_id,
        topic_results: refused(&one.topics, *error),
        ..Default::default()
    });
    response.results_by_transaction.extend(others);
    call.answer(&response)
}

fn refused<'a>(
    topics: &[AddPartitionsToTxnTopic<'a>],
    error: ErrorCode,
) -> Vec<AddPartitionsToTxnTopicResult<'a>> {
    let topic = |topic: &AddPartitionsToTxnTopic<'a>| {
        let partitions = topic.partitions.iter();
        let partitions = partitions.map(|number| AddPartitionsToTxnPartitionResult {
            partition_index: *number,
            partition_error_code: error.code(),
            ..Default::default()
        });
        AddPartitionsToTxnTopicResult {
            name: topic.name,
            results_by_partition: partitions.collect(),
            ..Default::default()
        }
    };
    topics.iter().map(topic).collect()
}
