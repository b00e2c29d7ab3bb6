//! TxnOffsetCommit: a group's offsets, in a transaction.

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::txn_offset_commit::{
    TxnOffsetCommitRequest, TxnOffsetCommitResponse, TxnOffsetCommitResponsePartition,
    TxnOffsetCommitResponseTopic,
};
use ottla_protocol::types::TopicPartition;

use crate::groups::Context;
use crate::state::State;
use crate::state::call::{Call, Handled};
use crate::state::coordinators::Coordinated;
use crate::state::topics::TopicRef;
use crate::transactions::{ProducerIdAndEpoch, offset_commit_error};

/// From this version on the group is taken into the transaction by this request (KIP-890).
const ADDS_GROUP: i16 = 5;

pub(crate) fn handle(
    state: &mut State,
    call: &Call<'_>,
    request: TxnOffsetCommitRequest<'_>,
) -> Handled {
    let checked = state
        .check_coordinator(call.node, Coordinated::Group, request.group_id)
        .and_then(|()| verify(state, call, &request));
    if let Err(error) = checked {
        return call.answer(&refused(state, &request, error));
    }
    let cx = Context {
        now: call.now,
        topics: &state.topics,
        rng: &mut state.random,
    };
    call.answer(&state.groups.txn_offset_commit(&cx, call.caller(), &request))
}

/// Asks the transaction's coordinator, which may be another broker.
fn verify(
    state: &mut State,
    call: &Call<'_>,
    request: &TxnOffsetCommitRequest<'_>,
) -> Result<(), ErrorCode> {
    if request.group_id.is_empty() {
        return Err(ErrorCode::INVALID_GROUP_ID);
    }
    let producer = ProducerIdAndEpoch {
        producer_id: request.producer_id,
        epoch: request.producer_epoch,
    };
    let id = request.transactional_id;
    let coordinators = &state.coordinators;
    let partition = coordinators.partition_of(Coordinated::Group, request.group_id);
    let transactions = &mut state.transactions;
    let error = match call.version {
        ADDS_GROUP.. => transactions.add_offsets_implicitly(id, producer, partition, call.now),
        _ => {
            let of = TopicPartition::new("__consumer_offsets", partition);
            let verified = transactions.verify_partitions(id, producer, &[of]);
            verified
                .0
                .first()
                .map_or(ErrorCode::NONE, |(_, error)| *error)
        }
    };
    match error {
        ErrorCode::NONE => Ok(()),
        error => Err(offset_commit_error(error, call.version)),
    }
}

/// What isn't there is told before anything else.
fn refused<'a>(
    state: &State,
    request: &TxnOffsetCommitRequest<'a>,
    error: ErrorCode,
) -> TxnOffsetCommitResponse<'a> {
    let topics = request.topics.iter().map(|topic| {
        let partitions = topic.partitions.iter();
        let by = TopicRef::Name(topic.name);
        let partitions = partitions.map(|partition| {
            let known = state.topics.partition(by, partition.partition_index);
            TxnOffsetCommitResponsePartition {
                partition_index: partition.partition_index,
                error_code: known.err().unwrap_or(error).code(),
                ..Default::default()
            }
        });
        TxnOffsetCommitResponseTopic {
            name: topic.name,
            partitions: partitions.collect(),
            ..Default::default()
        }
    });
    TxnOffsetCommitResponse {
        topics: topics.collect(),
        ..Default::default()
    }
}
