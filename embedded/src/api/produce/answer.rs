//! The answer to Produce.

use ottla_protocol::EncodeError;
use ottla_protocol::messages::produce::{
    BatchIndexAndErrorMessage, LeaderIdAndEpoch, NodeEndpoint, PartitionProduceResponse,
    ProduceResponse, TopicProduceResponse,
};

use crate::state::brokers::{Broker, Brokers};
use crate::state::call::Frame;
use crate::state::produces::{Outcome, PendingProduce, Produced};

/// The whole frame.
pub(crate) fn frame(produce: &PendingProduce, brokers: &Brokers) -> Result<Frame, EncodeError> {
    let version = produce.reply_to.version;
    let topics = produce.produced.iter();
    let mut response = ProduceResponse {
        responses: topics.map(|topic| topic_response(topic, version)).collect(),
        ..Default::default()
    };
    if version >= LEADERS {
        let outcomes = produce.produced.iter().flat_map(|topic| &topic.outcomes);
        let leaders = outcomes.filter_map(|one| one.leader);
        response.node_endpoints = brokers.named_by(leaders).map(endpoint).collect();
    }
    produce.reply_to.frame(&response)
}

/// From this version on the answer tells who leads (KIP-951).
const LEADERS: i16 = 10;

fn topic_response<'a>(topic: &'a Produced, version: i16) -> TopicProduceResponse<'a> {
    TopicProduceResponse {
        name: &topic.name,
        topic_id: topic.topic_id,
        partition_responses: topic
            .outcomes
            .iter()
            .map(|one| response(one, version))
            .collect(),
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
            response.log_start_offset = refusal.log_start_offset;
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
    if let Some((leader_id, leader_epoch)) = outcome.leader.filter(|_| version >= LEADERS) {
        response.current_leader = LeaderIdAndEpoch {
            leader_id,
            leader_epoch,
            ..Default::default()
        };
    }
    response
}

fn endpoint(broker: &Broker) -> NodeEndpoint<'_> {
    NodeEndpoint {
        node_id: broker.node,
        host: &broker.host,
        port: broker.port.into(),
        rack: broker.rack.as_deref(),
        ..Default::default()
    }
}
