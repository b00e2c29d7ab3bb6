//! OffsetDelete: forgets committed offsets.

use ottla_protocol::messages::offset_delete::{OffsetDeleteRequest, OffsetDeleteResponse};

use crate::state::State;
use crate::state::call::{Call, Handled};
use crate::state::coordinators::Coordinated;
use crate::state::topics::TopicRef;

pub(crate) fn handle(
    state: &mut State,
    call: &Call<'_>,
    mut request: OffsetDeleteRequest<'_>,
) -> Handled {
    request.topics.retain(|topic| !topic.partitions.is_empty());
    if let Err(error) = state.check_coordinator(call.node, Coordinated::Group, request.group_id) {
        return call.answer(&OffsetDeleteResponse {
            error_code: error.code(),
            ..Default::default()
        });
    }
    let mut response = state.groups.offset_delete(&request);
    for topic in &mut response.topics {
        let by = TopicRef::Name(topic.name);
        for partition in &mut topic.partitions {
            let known = state.topics.partition(by, partition.partition_index);
            if let Err(error) = known {
                partition.error_code = error.code();
            }
        }
    }
    call.answer(&response)
}
