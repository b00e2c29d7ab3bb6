//! WriteTxnMarkers: an administrator ends a transaction that hangs in a partition (KIP-664). The coordinators of this cluster write
//! their markers without it.

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::write_txn_markers::{
    WritableTxnMarker, WritableTxnMarkerPartitionResult, WritableTxnMarkerResult,
    WritableTxnMarkerTopic, WritableTxnMarkerTopicResult, WriteTxnMarkersRequest,
    WriteTxnMarkersResponse,
};

use crate::log::{EndOfTransaction, TransactionResult};
use crate::state::State;
use crate::state::call::{Call, Handled};
use crate::state::topics::TopicRef;

pub(crate) fn handle(
    state: &mut State,
    call: &Call<'_>,
    request: WriteTxnMarkersRequest<'_>,
) -> Handled {
    let mut markers = Vec::new();
    for marker in &request.markers {
        let end = end(marker);
        let topics = marker.topics.iter();
        markers.push(WritableTxnMarkerResult {
            producer_id: marker.producer_id,
            topics: topics
                .map(|topic| written(state, call, topic, end))
                .collect(),
            ..Default::default()
        });
    }
    call.answer(&WriteTxnMarkersResponse {
        markers,
        ..Default::default()
    })
}

fn end(marker: &WritableTxnMarker<'_>) -> EndOfTransaction {
    EndOfTransaction {
        producer_id: marker.producer_id,
        producer_epoch: marker.producer_epoch,
        coordinator_epoch: marker.coordinator_epoch,
        result: match marker.transaction_result {
            true => TransactionResult::Commit,
            false => TransactionResult::Abort,
        },
        transaction_version: marker.transaction_version,
    }
}

fn written<'a>(
    state: &mut State,
    call: &Call<'_>,
    topic: &WritableTxnMarkerTopic<'a>,
    end: EndOfTransaction,
) -> WritableTxnMarkerTopicResult<'a> {
    let by = TopicRef::Name(topic.name);
    let partitions = topic.partition_indexes.iter().map(|index| {
        let written = write(state, call, by, *index, end);
        WritableTxnMarkerPartitionResult {
            partition_index: *index,
            error_code: written.err().map_or(0, ErrorCode::code),
            ..Default::default()
        }
    });
    WritableTxnMarkerTopicResult {
        partitions: partitions.collect(),
        name: topic.name,
        ..Default::default()
    }
}

fn write(
    state: &mut State,
    call: &Call<'_>,
    by: TopicRef<'_>,
    index: i32,
    end: EndOfTransaction,
) -> Result<(), ErrorCode> {
    state.check_partition_refused(by, index)?;
    let id = state.topics.get(by).ok_or(by.unknown())?.id;
    let partition = state.topics.led_by(call.node, by, index, -1)?;
    partition.log.append_marker(end, call.now)?;
    state.changed.insert((id, index));
    Ok(())
}
