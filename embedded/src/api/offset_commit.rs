//! OffsetCommit: moves a group's committed offsets.

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::offset_commit::{
    OffsetCommitRequest, OffsetCommitResponse, OffsetCommitResponsePartition,
    OffsetCommitResponseTopic,
};

use crate::groups::Context;
use crate::state::State;
use crate::state::call::{Call, Handled};
use crate::state::coordinators::Coordinated;
use crate::state::topics::TopicRef;

/// From this version on topics come by id.
const BY_ID: i16 = 10;

pub(crate) fn handle(
    state: &mut State,
    call: &Call<'_>,
    mut request: OffsetCommitRequest<'_>,
) -> Handled {
    request.topics.retain(|topic| !topic.partitions.is_empty());
    let taken = take_refused(state, call.version, &mut request);
    if let Err(error) = state.check_coordinator(call.node, Coordinated::Group, request.group_id) {
        return call.answer(&refused(&request, error));
    }
    let cx = Context {
        now: call.now,
        topics: &state.topics,
        rng: &mut state.random,
    };
    let mut response = state.groups.offset_commit(&cx, call.caller(), &request);
    for (topic, partition) in taken {
        if let Some(topic) = response.topics.get_mut(topic) {
            topic.partitions.push(partition);
        }
    }
    call.answer(&response)
}

/// Takes those partitions out that a fault wants refused while others are stored, each with its answer and the place of its topic.
fn take_refused(
    state: &mut State,
    version: i16,
    request: &mut OffsetCommitRequest<'_>,
) -> Vec<(usize, OffsetCommitResponsePartition)> {
    let mut taken = Vec::new();
    if !state.refuses_parts() {
        return taken;
    }
    for (at, topic) in request.topics.iter_mut().enumerate() {
        let by = match version {
            BY_ID.. => TopicRef::Id(topic.topic_id),
            _ => TopicRef::Name(topic.name),
        };
        topic.partitions.retain(|one| {
            let checked = state.check_partition_refused(by, one.partition_index);
            taken.extend(checked.err().map(|error| {
                let refused = OffsetCommitResponsePartition {
                    partition_index: one.partition_index,
                    error_code: error.code(),
                    ..Default::default()
                };
                (at, refused)
            }));
            checked.is_ok()
        });
    }
    state.refusing = None;
    taken
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
