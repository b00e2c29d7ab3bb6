//! DeleteRecords: raises where logs start.

use ottla_protocol::api::ReadRequest;
use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::delete_records::{
    DeleteRecordsPartition, DeleteRecordsPartitionResult, DeleteRecordsRequest,
    DeleteRecordsResponse, DeleteRecordsTopicResult,
};

use crate::state::State;
use crate::state::call::{Call, Handled};
use crate::state::topics::TopicRef;

pub(crate) fn handle(state: &mut State, call: &Call<'_>, body: &[u8]) -> Handled {
    let request = DeleteRecordsRequest::read_body(body, call.version)?;
    let mut topics = Vec::new();
    for topic in &request.topics {
        let partitions = topic.partitions.iter();
        topics.push(DeleteRecordsTopicResult {
            name: topic.name,
            partitions: partitions
                .map(|one| result(state, call.node, topic.name, one))
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
    wanted: &DeleteRecordsPartition,
) -> DeleteRecordsPartitionResult {
    let deleted = delete(state, node, topic, wanted);
    DeleteRecordsPartitionResult {
        partition_index: wanted.partition_index,
        low_watermark: deleted.unwrap_or(-1),
        error_code: deleted.err().map_or(0, ErrorCode::code),
        ..Default::default()
    }
}

fn delete(
    state: &mut State,
    node: i32,
    topic: &str,
    wanted: &DeleteRecordsPartition,
) -> Result<i64, ErrorCode> {
    let by = TopicRef::Name(topic);
    state.check_partition_refused(by, wanted.partition_index)?;
    let id = state.topics.get(by).ok_or(by.unknown())?.id;
    let partition = state.topics.led_by(node, by, wanted.partition_index, -1)?;
    let log_start = partition.log.delete_records(wanted.offset)?;
    state.changed.insert((id, wanted.partition_index));
    Ok(log_start)
}
