//! OffsetFetch: reads committed offsets; of one group before version 8, of several since.

use ottla_protocol::api::ReadRequest;
use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::offset_fetch::{
    OffsetFetchRequest, OffsetFetchResponse, OffsetFetchResponseGroup,
    OffsetFetchResponsePartition, OffsetFetchResponseTopic,
};

use crate::faults::Refusal;
use crate::state::State;
use crate::state::call::{Call, Handled};
use crate::state::coordinators::Coordinated;
use crate::state::topics::TopicRef;

pub(crate) fn handle(state: &mut State, call: &Call<'_>, body: &[u8]) -> Handled {
    let request = OffsetFetchRequest::read_body(body, call.version)?;
    if !state.refuses_parts() {
        return answer(state, call, request, None);
    }
    let refusal = state.refusing.take();
    answer(state, call, request, refusal.as_ref())
}

fn answer<'a>(
    state: &State,
    call: &Call<'_>,
    mut request: OffsetFetchRequest<'a>,
    refusal: Option<&Refusal>,
) -> Handled {
    let elsewhere = |group: &str| {
        let checked = state.check_coordinator(call.node, Coordinated::Group, group);
        checked.err().map(ErrorCode::code)
    };
    if call.version < 8 {
        if let Some(error_code) = elsewhere(request.group_id) {
            return call.answer(&refused(&request, error_code, call.version));
        }
        let mut response = state
            .groups
            .offset_fetch(&state.topics, call.version, &request);
        refuse_parts_of_one(&mut response, refusal);
        return call.answer(&response);
    }
    let groups = request.groups.iter();
    let refused: Vec<_> = groups
        .filter_map(|group| {
            Some(OffsetFetchResponseGroup {
                group_id: group.group_id,
                error_code: elsewhere(group.group_id)?,
                ..Default::default()
            })
        })
        .collect();
    request
        .groups
        .retain(|group| elsewhere(group.group_id).is_none());
    let mut response = state
        .groups
        .offset_fetch(&state.topics, call.version, &request);
    refuse_parts(state, &mut response, refusal);
    response.groups.extend(refused);
    call.answer(&response)
}

/// What a fault wants refused while the rest is told.
fn refuse_parts(state: &State, response: &mut OffsetFetchResponse<'_>, refusal: Option<&Refusal>) {
    let Some(refusal) = refusal else { return };
    let groups = response.groups.iter_mut();
    for topic in groups.flat_map(|group| &mut group.topics) {
        let name = match topic.name {
            "" => state
                .topics
                .get(TopicRef::Id(topic.topic_id))
                .map_or("", |topic| &*topic.name),
            name => name,
        };
        for one in &mut topic.partitions {
            if refusal.covers(name, one.partition_index) {
                one.committed_offset = -1;
                one.error_code = refusal.error.code();
            }
        }
    }
}

fn refuse_parts_of_one(response: &mut OffsetFetchResponse<'_>, refusal: Option<&Refusal>) {
    let Some(refusal) = refusal else { return };
    for topic in &mut response.topics {
        for one in &mut topic.partitions {
            if refusal.covers(topic.name, one.partition_index) {
                one.committed_offset = -1;
                one.error_code = refusal.error.code();
            }
        }
    }
}

/// Version 1 has no place for an error of the whole.
fn refused<'a>(
    request: &OffsetFetchRequest<'a>,
    error_code: i16,
    version: i16,
) -> OffsetFetchResponse<'a> {
    if version > 1 {
        return OffsetFetchResponse {
            error_code,
            ..Default::default()
        };
    }
    let topics = request.topics.iter().flatten().map(|topic| {
        let partitions = topic.partition_indexes.iter();
        let partitions = partitions.map(|number| OffsetFetchResponsePartition {
            partition_index: *number,
            committed_offset: -1,
            metadata: Some(""),
            error_code,
            ..Default::default()
        });
        OffsetFetchResponseTopic {
            name: topic.name,
            partitions: partitions.collect(),
            ..Default::default()
        }
    });
    OffsetFetchResponse {
        topics: topics.collect(),
        ..Default::default()
    }
}
