//! ConsumerGroupDescribe: state and members of groups of the consumer protocol.

use ottla_protocol::api::ReadRequest;
use ottla_protocol::messages::consumer_group_describe::{
    ConsumerGroupDescribeRequest, DescribedGroup,
};

use super::GROUP_OPERATIONS;
use crate::state::State;
use crate::state::call::{Call, Handled};
use crate::state::coordinators::Coordinated;

pub(crate) fn handle(state: &mut State, call: &Call<'_>, body: &[u8]) -> Handled {
    let mut request = ConsumerGroupDescribeRequest::read_body(body, call.version)?;
    let elsewhere = |group: &str| {
        let checked = state.check_coordinator(call.node, Coordinated::Group, group);
        checked.err()
    };
    let groups = request.group_ids.iter();
    let refused: Vec<_> = groups
        .filter_map(|group| {
            Some(DescribedGroup {
                error_code: elsewhere(group)?.code(),
                group_id: group,
                ..Default::default()
            })
        })
        .collect();
    request.group_ids.retain(|group| elsewhere(group).is_none());
    let mut response = state
        .groups
        .consumer_group_describe(&state.topics, &request);
    if request.include_authorized_operations {
        for group in response
            .groups
            .iter_mut()
            .filter(|group| group.error_code == 0)
        {
            group.authorized_operations = GROUP_OPERATIONS;
        }
    }
    response.groups.extend(refused);
    call.answer(&response)
}
