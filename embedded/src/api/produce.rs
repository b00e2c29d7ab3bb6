//! Produce: appends batches where the asked broker leads; tells who leads where it doesn't (KIP-951).

mod answer;

use std::time::Duration;

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::produce::{PartitionProduceData, ProduceRequest, TopicProduceData};
use ottla_protocol::records::{Compression, Records};
use ottla_protocol::types::TopicPartition;

use crate::log::{Appended, Origin, Refusal, Verification};
use crate::state::State;
use crate::state::call::{Answer, Call, Handled, Refused};
use crate::state::produces::{Outcome, PendingProduce, Produced};
use crate::state::topics::TopicRef;
use crate::topic_name;
use crate::transactions::{ProducerIdAndEpoch, produce_error};
pub(crate) use answer::frame;

/// From this version on topics come by id.
const BY_ID: i16 = 13;
/// From this version on a record takes its partition into the transaction (KIP-890).
const ADDS_PARTITIONS: i16 = 12;
/// From this version on a batch may be compressed with zstd.
const ZSTD: i16 = 7;

pub(crate) fn handle(state: &mut State, call: &Call<'_>, request: ProduceRequest<'_>) -> Handled {
    let topics = request.topic_data.iter();
    let produced: Vec<Produced> = topics
        .map(|topic| Produced {
            name: topic.name.to_owned(),
            topic_id: topic.topic_id,
            outcomes: append_all(state, call, &request, topic),
        })
        .filter(|topic| !topic.outcomes.is_empty())
        .collect();
    if request.acks == 0 {
        let outcomes = produced.iter().flat_map(|topic| &topic.outcomes);
        // Without an answer this is the only way to tell the client to look for the leader anew.
        return match outcomes.into_iter().any(|one| one.result.is_err()) {
            true => Err(Refused::FailedWithoutAcks),
            false => Ok(Answer::Nothing),
        };
    }
    let produce = PendingProduce {
        reply_to: call.reply_to(),
        node: call.node,
        produced,
        deadline: call.now.at + Duration::from_millis(request.timeout_ms.max(0) as u64),
    };
    if request.acks == -1 && !state.is_replicated(&produce) {
        let ticket = state.draw_ticket();
        state.produces.insert(ticket, produce);
        return Ok(Answer::Later(ticket));
    }
    Ok(Answer::Now(frame(&produce, &state.brokers)?))
}

fn append_all(
    state: &mut State,
    call: &Call<'_>,
    request: &ProduceRequest<'_>,
    topic: &TopicProduceData<'_>,
) -> Vec<Outcome> {
    let by = match call.version {
        BY_ID.. => TopicRef::Id(topic.topic_id),
        _ => TopicRef::Name(topic.name),
    };
    let partitions = topic.partition_data.iter();
    partitions
        .map(|data| {
            let result = append(state, call, request, by, data);
            let moved = matches!(&result, Err(refusal) if refusal.code == ErrorCode::NOT_LEADER_OR_FOLLOWER);
            Outcome {
                index: data.index,
                result,
                leader: moved.then(|| state.topics.leader_of(by, data.index)).flatten(),
            }
        })
        .collect()
}

fn append(
    state: &mut State,
    call: &Call<'_>,
    request: &ProduceRequest<'_>,
    by: TopicRef<'_>,
    data: &PartitionProduceData<'_>,
) -> Result<Appended, Refusal> {
    if !(-1..=1).contains(&request.acks) {
        return Err(ErrorCode::INVALID_REQUIRED_ACKS.into());
    }
    if matches!(by, TopicRef::Name(name) if topic_name::is_internal(name)) {
        return Err(ErrorCode::INVALID_TOPIC_EXCEPTION.into());
    }
    state.check_partition_refused(by, data.index)?;
    let topic = state.topics.get(by).ok_or(by.unknown())?;
    let (name, id) = (topic.name.clone(), topic.id);
    // Again: by id its name is known only now.
    if topic_name::is_internal(&name) {
        return Err(ErrorCode::INVALID_TOPIC_EXCEPTION.into());
    }
    let min_isr = state.topic_config(topic, "min.insync.replicas");
    let min_isr: usize = min_isr.parse().unwrap_or(1);
    // More than there are replicas can't be asked for.
    let min_isr = min_isr.min(state.topics.partition(by, data.index)?.replicas.len());
    let records = data.records.unwrap_or_default();
    check_compression(records, call.version)?;
    // Whether this is the leader is seen before the coordinator is asked, so that nothing is added in vain.
    let in_sync = state
        .topics
        .led_by(call.node, by, data.index, -1)?
        .isr
        .len();
    let verification = verify(
        state,
        call,
        request,
        records,
        TopicPartition::new(name, data.index),
    )?;
    if request.acks == -1 && in_sync < min_isr {
        return Err(ErrorCode::NOT_ENOUGH_REPLICAS.into());
    }
    let partition = state.topics.led_by(call.node, by, data.index, -1)?;
    let appended = partition.log.append(
        records,
        Origin::Client,
        verification,
        call.now,
        &mut state.codecs,
    )?;
    state.changed.insert((id, data.index));
    Ok(appended)
}

fn check_compression(records: &[u8], version: i16) -> Result<(), Refusal> {
    let batches = Records::new(records).filter_map(Result::ok);
    let mut codecs = batches.map(|batch| batch.compression());
    match version < ZSTD && codecs.any(|codec| codec == Compression::Zstd) {
        true => Err(ErrorCode::UNSUPPORTED_COMPRESSION_TYPE.into()),
        false => Ok(()),
    }
}

/// Asks the transaction's coordinator about a transactional batch.
fn verify(
    state: &mut State,
    call: &Call<'_>,
    request: &ProduceRequest<'_>,
    records: &[u8],
    partition: TopicPartition,
) -> Result<Verification, Refusal> {
    let first = Records::new(records).next().and_then(Result::ok);
    let Some(batch) = first.filter(|batch| batch.is_transactional()) else {
        return Ok(Verification::Missing);
    };
    let Some(id) = request.transactional_id else {
        return Err(ErrorCode::TRANSACTIONAL_ID_AUTHORIZATION_FAILED.into());
    };
    let producer = ProducerIdAndEpoch {
        producer_id: batch.producer_id(),
        epoch: batch.producer_epoch(),
    };
    let transaction_v2 = call.version >= ADDS_PARTITIONS;
    let error = match transaction_v2 {
        true => state
            .transactions
            .add_partitions_implicitly(id, producer, &[partition], call.now),
        false => {
            let verified = state
                .transactions
                .verify_partitions(id, producer, &[partition]);
            verified
                .0
                .first()
                .map_or(ErrorCode::NONE, |(_, error)| *error)
        }
    };
    match error {
        ErrorCode::NONE => Ok(Verification::Verified { transaction_v2 }),
        error => {
            let code = produce_error(error, call.version);
            let missing = code == ErrorCode::INVALID_TXN_STATE && !transaction_v2;
            Err(Refusal {
                message: missing.then(|| "Partition was not added to the transaction".to_owned()),
                ..code.into()
            })
        }
    }
}
