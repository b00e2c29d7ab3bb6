//! Produce: appends batches where the asked broker leads; tells who leads where it doesn't (KIP-951).

use std::collections::BTreeSet;

use ottla_protocol::api::ReadRequest;
use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::produce::{
    BatchIndexAndErrorMessage, LeaderIdAndEpoch, NodeEndpoint, PartitionProduceData,
    PartitionProduceResponse, ProduceRequest, ProduceResponse, TopicProduceData,
    TopicProduceResponse,
};
use ottla_protocol::records::{Compression, Records};
use ottla_protocol::types::TopicPartition;

use crate::log::{Appended, Origin, Refusal, Verification};
use crate::state::State;
use crate::state::brokers::Brokers;
use crate::state::call::{Answer, Call, Handled, Refused};
use crate::state::topics::TopicRef;
use crate::topic_name;
use crate::transactions::{ProducerIdAndEpoch, produce_error};

/// From this version on topics come by id.
const BY_ID: i16 = 13;
/// From this version on a record takes its partition into the transaction (KIP-890).
const ADDS_PARTITIONS: i16 = 12;
/// From this version on a batch may be compressed with zstd.
const ZSTD: i16 = 7;

/// What became of one partition's batch.
struct Outcome {
    index: i32,
    result: Result<Appended, Refusal>,
    /// The leader and its epoch, where the asked broker isn't it.
    leader: Option<(i32, i32)>,
}

pub(crate) fn handle(state: &mut State, call: &Call<'_>, body: &[u8]) -> Handled {
    let request = ProduceRequest::read_body(body, call.version)?;
    let topics = request.topic_data.iter();
    let outcomes: Vec<Vec<Outcome>> = topics
        .map(|topic| append_all(state, call, &request, topic))
        .collect();
    if request.acks == 0 {
        let failed = outcomes.iter().flatten().any(|one| one.result.is_err());
        // Without an answer this is the only way to tell the client to look for the leader anew.
        return match failed {
            true => Err(Refused::FailedWithoutAcks),
            false => Ok(Answer::Nothing),
        };
    }
    let leaders = outcomes.iter().flatten().filter_map(|one| one.leader);
    let leaders: BTreeSet<i32> = leaders.map(|(node, _)| node).collect();
    let topics = request.topic_data.iter().zip(&outcomes);
    call.answer(&ProduceResponse {
        responses: topics
            .map(|(topic, outcomes)| topic_response(topic, outcomes, call.version))
            .collect(),
        node_endpoints: endpoints(&leaders, &state.brokers),
        ..Default::default()
    })
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
    state.check_partition_refused(by, data.index)?;
    let topic = state.topics.get(by).ok_or(by.unknown())?;
    if topic_name::is_internal(&topic.name) {
        return Err(ErrorCode::INVALID_TOPIC_EXCEPTION.into());
    }
    let (name, id) = (topic.name.clone(), topic.id);
    let min_isr = state.topic_config(topic, "min.insync.replicas");
    let min_isr: usize = min_isr.parse().unwrap_or(1);
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
        return Err(ErrorCode::INVALID_TXN_STATE.into());
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
        error => Err(produce_error(error, call.version).into()),
    }
}

fn topic_response<'a>(
    topic: &TopicProduceData<'a>,
    outcomes: &'a [Outcome],
    version: i16,
) -> TopicProduceResponse<'a> {
    TopicProduceResponse {
        name: topic.name,
        topic_id: topic.topic_id,
        partition_responses: outcomes.iter().map(|one| response(one, version)).collect(),
        ..Default::default()
    }
}

fn response(outcome: &Outcome, version: i16) -> PartitionProduceResponse<'_> {
    let mut response = PartitionProduceResponse {
        index: outcome.index,
        base_offset: -1,
        ..Default::default()
    };
    match &outcome.result {
        Ok(appended) => {
            response.base_offset = appended.base_offset;
            response.log_append_time_ms = appended.log_append_time;
            response.log_start_offset = appended.log_start_offset;
        }
        Err(refusal) => {
            response.error_code = refusal.code.code();
            response.error_message = refusal.message.as_deref();
            let records = refusal.records.iter();
            response.record_errors = records
                .map(|record| BatchIndexAndErrorMessage {
                    batch_index: record.index,
                    batch_index_error_message: Some(&record.message),
                    ..Default::default()
                })
                .collect();
        }
    }
    if let Some((leader_id, leader_epoch)) = outcome.leader.filter(|_| version >= 10) {
        response.current_leader = LeaderIdAndEpoch {
            leader_id,
            leader_epoch,
            ..Default::default()
        };
    }
    response
}

fn endpoints<'a>(leaders: &BTreeSet<i32>, brokers: &'a Brokers) -> Vec<NodeEndpoint<'a>> {
    let known = leaders.iter().filter_map(|node| brokers.get(*node));
    known
        .map(|broker| NodeEndpoint {
            node_id: broker.node,
            host: &broker.host,
            port: broker.port.into(),
            rack: broker.rack.as_deref(),
            ..Default::default()
        })
        .collect()
}
