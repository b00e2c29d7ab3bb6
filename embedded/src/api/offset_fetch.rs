//! OffsetFetch: reads committed offsets; of one group before version 8, of several since.

use ottla_protocol::api::ReadRequest;
use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::offset_fetch::{
    OffsetFetchRequest, OffsetFetchResponse, OffsetFetchResponseGroup,
    OffsetFetchResponsePartition, OffsetFetchResponseTopic,
};

use crate::state::State;
use crate::state::call::{Call, Handled};
use crate::state::coordinators::Coordinated;

pub(crate) fn handle(state: &mut State, call: &Call<'_>, body: &[u8]) -> Handled {
    let mut request = OffsetFetchRequest::read_body(body, call.version)?;
    let elsewhere = |group: &str| {
        let checked = state.check_coordinator(call.node, Coordinated::Group, group);
        checked.err().map(ErrorCode::code)
    };
    if call.version < 8 {
        if let Some(error_code) = elsewhere(request.group_id) {
            return call.answer(&refused(&request, error_code, call.version));
        }
        return call.answer(
            &state
                .groups
                .offset_fetch(&state.topics, call.version, &request),
        );
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
    response.groups.extend(refused);
    call.answer(&response)
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
