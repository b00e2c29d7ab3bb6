//! DeleteRecords: raises where logs start.

use std::collections::BTreeMap;

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::delete_records::{
    DeleteRecordsPartitionResult, DeleteRecordsRequest, DeleteRecordsResponse,
    DeleteRecordsTopicResult,
};

use crate::state::State;
use crate::state::call::{Call, Handled};
use crate::state::topics::TopicRef;
use crate::topic_name;

pub(crate) fn handle(
    state: &mut State,
    call: &Call<'_>,
    request: DeleteRecordsRequest<'_>,
) -> Handled {
    let mut topics = Vec::new();
    let named = request.topics.iter();
    for topic in named.filter(|topic| !topic.partitions.is_empty()) {
        // Of a partition that is named twice the last word counts.
        let partitions = topic.partitions.iter();
        let partitions = partitions.map(|one| (one.partition_index, one.offset));
        let partitions: BTreeMap<i32, i64> = partitions.collect();
        let partitions = partitions.into_iter();
        topics.push(DeleteRecordsTopicResult {
            name: topic.name,
            partitions: partitions
                .map(|(number, offset)| result(state, call.node, topic.name, number, offset))
                .collect(),
            ..Default::default()
        });
    }
    call.answer(&DeleteRecordsResponse {
        topics,
        ..Default::default()
    })
}

fn result(
    state: &mut State,
    node: i32,
    topic: &str,
    partition_index: i32,
    offset: i64,
) -> DeleteRecordsPartitionResult {
    let deleted = delete(state, node, topic, partition_index, offset);
    DeleteRecordsPartitionResult {
        partition_index,
        low_watermark: deleted.unwrap_or(-1),
        error_code: deleted.err().map_or(0, ErrorCode::code),
        ..Default::default()
    }
}

fn delete(
    state: &mut State,
    node: i32,
    topic: &str,
    partition_index: i32,
    offset: i64,
) -> Result<i64, ErrorCode> {
    let by = TopicRef::Name(topic);
    state.check_partition_refused(by, partition_index)?;
    let id = state.topics.get(by).ok_or(by.unknown())?.id;
    state.topics.partition(by, partition_index)?;
    if topic_name::is_internal(topic) {
        return Err(ErrorCode::INVALID_TOPIC_EXCEPTION);
    }
    let partition = state.topics.led_by(node, by, partition_index, -1)?;
    let log_start = partition.log.delete_records(offset)?;
    state.changed.insert((id, partition_index));
    Ok(log_start)
}
