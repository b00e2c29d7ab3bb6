//! The answer to a fetch.

use ottla_protocol::EncodeError;
use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::fetch::{
    AbortedTransaction, EpochEndOffset, FetchResponse, FetchableTopicResponse, LeaderIdAndEpoch,
    NodeEndpoint, PartitionData,
};
use ottla_protocol::types::TopicId;

use crate::fetch_session::{FetchKey, FetchTopic};
use crate::state::brokers::{Broker, Brokers};
use crate::state::call::{Frame, ReplyTo};
use crate::state::fetches::Served;

/// From this version on the answer tells who leads (KIP-951).
const LEADERS: i16 = 16;
/// From this version on it tells of diverging logs.
const DIVERGENCE: i16 = 12;
/// From this version on it names a replica to read from.
const FOLLOWERS: i16 = 11;

/// The whole frame: `answered` are the partitions that are in it, in order.
pub(crate) fn frame(
    reply_to: ReplyTo,
    error: ErrorCode,
    session_id: i32,
    answered: &[(&FetchKey, &Served)],
    brokers: &Brokers,
) -> Result<Frame, EncodeError> {
    let records: Vec<Vec<u8>> = answered.iter().map(|(_, served)| joined(served)).collect();
    let mut response = FetchResponse {
        error_code: error.code(),
        ..Default::default()
    };
    if reply_to.version >= 7 {
        response.session_id = session_id;
    }
    for ((key, served), records) in answered.iter().zip(&records) {
        let data = partition(key.partition, served, records, reply_to.version);
        let (name, id) = named(&key.topic);
        match response.responses.last_mut() {
            Some(topic) if topic.topic == name && topic.topic_id == id => {
                topic.partitions.push(data);
            }
            _ => response.responses.push(FetchableTopicResponse {
                topic: name,
                topic_id: id,
                partitions: vec![data],
                ..Default::default()
            }),
        }
    }
    if reply_to.version >= LEADERS {
        let leaders = answered.iter().filter_map(|(_, served)| served.leader);
        response.node_endpoints = brokers.named_by(leaders).map(endpoint).collect();
    }
    reply_to.frame(&response)
}

fn joined(served: &Served) -> Vec<u8> {
    let batches = served.read.as_ref().map(|read| &read.batches[..]);
    batches.unwrap_or_default().concat()
}

fn named(topic: &FetchTopic) -> (&str, TopicId) {
    match topic {
        FetchTopic::Name(name) => (name, TopicId::UNKNOWN),
        FetchTopic::Id(id) => ("", *id),
    }
}

fn partition<'a>(
    partition_index: i32,
    served: &Served,
    records: &'a [u8],
    version: i16,
) -> PartitionData<'a> {
    let mut data = PartitionData {
        partition_index,
        high_watermark: -1,
        records: Some(records),
        ..Default::default()
    };
    match &served.read {
        Ok(read) => {
            data.high_watermark = read.high_watermark;
            data.last_stable_offset = read.last_stable_offset;
            data.log_start_offset = read.log_start_offset;
            data.aborted_transactions = read.aborted.as_ref().map(|all| {
                let all = all.iter().map(|one| AbortedTransaction {
                    producer_id: one.producer_id,
                    first_offset: one.first_offset,
                    ..Default::default()
                });
                all.collect()
            });
            if let Some(end) = read.diverging.filter(|_| version >= DIVERGENCE) {
                data.diverging_epoch = EpochEndOffset {
                    epoch: end.leader_epoch,
                    end_offset: end.end_offset,
                    ..Default::default()
                };
            }
        }
        Err(error) => {
            data.error_code = error.code();
            if matches!(
                *error,
                ErrorCode::UNKNOWN_TOPIC_OR_PARTITION | ErrorCode::UNKNOWN_TOPIC_ID
            ) {
                data.aborted_transactions = Some(Vec::new());
            }
        }
    }
    if let Some(node) = served.preferred.filter(|_| version >= FOLLOWERS) {
        data.preferred_read_replica = node;
    }
    if let Some((leader_id, leader_epoch)) = served.leader.filter(|_| version >= LEADERS) {
        data.current_leader = LeaderIdAndEpoch {
            leader_id,
            leader_epoch,
            ..Default::default()
        };
    }
    data
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
