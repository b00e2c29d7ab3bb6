//! OffsetCommit: moves a group's committed offsets.

use ottla_protocol::api::ReadRequest;
use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::offset_commit::{
    OffsetCommitRequest, OffsetCommitResponse, OffsetCommitResponsePartition,
    OffsetCommitResponseTopic,
};

use crate::groups::Context;
use crate::state::State;
use crate::state::call::{Call, Handled};
use crate::state::coordinators::Coordinated;

pub(crate) fn handle(state: &mut State, call: &Call<'_>, body: &[u8]) -> Handled {
    let request = OffsetCommitRequest::read_body(body, call.version)?;
    if let Err(error) = state.check_coordinator(call.node, Coordinated::Group, request.group_id) {
        return call.answer(&refused(&request, error));
    }
    let cx = Context {
        now: call.now,
        topics: &state.topics,
        rng: &mut state.random,
    };
    call.answer(&state.groups.offset_commit(&cx, call.caller(), &request))
}

/// One error for each partition: the answer has no other place for it.
fn refused<'a>(request: &OffsetCommitRequest<'a>, error: ErrorCode) -> OffsetCommitResponse<'a> {
    let topics = request.topics.iter().map(|topic| {
        let partitions = topic.partitions.iter();
        let partitions = partitions.map(|partition| OffsetCommitResponsePartition {
            partition_index: partition.partition_index,
            error_code: error.code(),
            ..Default::default()
        });
        OffsetCommitResponseTopic {
            name: topic.name,
            topic_id: topic.topic_id,
            partitions: partitions.collect(),
            ..Default::default()
        }
    });
    OffsetCommitResponse {
        topics: topics.collect(),
        ..Default::default()
    }
}
