//! DescribeTopicPartitions: topics page by page (KIP-966).

use ottla_protocol::api::ReadRequest;
use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::describe_topic_partitions::{
    Cursor, DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse,
    DescribeTopicPartitionsResponsePartition, DescribeTopicPartitionsResponseTopic,
};

use super::metadata::TOPIC_OPERATIONS;
use crate::state::State;
use crate::state::brokers::Brokers;
use crate::state::call::{Call, Handled};
use crate::state::topics::{Partition, Topic};
use crate::topic_name;

/// No answer has more partitions, whatever is asked for (`max.request.partition.size.limit`).
const MOST: i32 = 2000;

pub(crate) fn handle(state: &mut State, call: &Call<'_>, body: &[u8]) -> Handled {
    let request = DescribeTopicPartitionsRequest::read_body(body, call.version)?;
    let mut names: Vec<&str> = match request.topics.is_empty() {
        true => state.topics.all().map(|topic| &*topic.name).collect(),
        false => request.topics.iter().map(|topic| topic.name).collect(),
    };
    names.sort_unstable();
    names.dedup();
    let from = request.cursor.clone().unwrap_or_default();
    names.retain(|name| *name >= from.topic_name);
    let mut room = request.response_partition_limit.clamp(1, MOST) as usize;
    let mut response = DescribeTopicPartitionsResponse::default();
    for name in names {
        let first = match name == from.topic_name {
            true => from.partition_index.max(0),
            false => 0,
        };
        if room == 0 {
            response.next_cursor = Some(cursor(name, first));
            break;
        }
        let Some(topic) = state.topics.named(name) else {
            response.topics.push(unknown(name));
            continue;
        };
        let told = part(topic, first, room, &state.brokers);
        let next = first + told.partitions.len() as i32;
        room -= told.partitions.len();
        response.topics.push(told);
        if (next as usize) < topic.partitions.len() {
            response.next_cursor = Some(cursor(name, next));
            break;
        }
    }
    call.answer(&response)
}

fn cursor(topic_name: &str, partition_index: i32) -> Cursor<'_> {
    Cursor {
        topic_name,
        partition_index,
        ..Default::default()
    }
}

fn unknown(name: &str) -> DescribeTopicPartitionsResponseTopic<'_> {
    let error = match topic_name::fault(name) {
        Some(_) => ErrorCode::INVALID_TOPIC_EXCEPTION,
        None => ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
    };
    DescribeTopicPartitionsResponseTopic {
        error_code: error.code(),
        name: Some(name),
        ..Default::default()
    }
}

fn part<'a>(
    topic: &'a Topic,
    first: i32,
    most: usize,
    brokers: &Brokers,
) -> DescribeTopicPartitionsResponseTopic<'a> {
    let all = (0..).zip(&topic.partitions);
    let page = all.skip(first as usize).take(most);
    DescribeTopicPartitionsResponseTopic {
        name: Some(&topic.name),
        topic_id: topic.id,
        is_internal: topic_name::is_internal(&topic.name),
        partitions: page
            .map(|(number, one)| line(number, one, brokers))
            .collect(),
        topic_authorized_operations: TOPIC_OPERATIONS,
        ..Default::default()
    }
}

fn line(
    partition_index: i32,
    partition: &Partition,
    brokers: &Brokers,
) -> DescribeTopicPartitionsResponsePartition {
    let error = match partition.leader {
        Some(_) => ErrorCode::NONE,
        None => ErrorCode::LEADER_NOT_AVAILABLE,
    };
    DescribeTopicPartitionsResponsePartition {
        error_code: error.code(),
        partition_index,
        leader_id: partition.leader.unwrap_or(-1),
        leader_epoch: partition.leader_epoch(),
        replica_nodes: partition.replicas.iter().copied().collect(),
        isr_nodes: partition.isr.iter().copied().collect(),
        eligible_leader_replicas: Some(Vec::new()),
        last_known_elr: Some(Vec::new()),
        offline_replicas: partition.offline(brokers).collect(),
        ..Default::default()
    }
}
