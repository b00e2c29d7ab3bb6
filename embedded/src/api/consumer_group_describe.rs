//! ConsumerGroupDescribe: state and members of groups of the consumer protocol.

use ottla_protocol::api::ReadRequest;
use ottla_protocol::messages::consumer_group_describe::{
    ConsumerGroupDescribeRequest, DescribedGroup,
};

use super::GROUP_OPERATIONS;
use crate::state::State;
use crate::state::call::{Call, Handled};

pub(crate) fn handle(state: &mut State, call: &Call<'_>, body: &[u8]) -> Handled {
    let mut request = ConsumerGroupDescribeRequest::read_body(body, call.version)?;
    let refused = state.take_refused_groups(call.node, &mut request.group_ids);
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
    let refused = refused
        .into_iter()
        .map(|(group_id, error_code)| DescribedGroup {
            group_id,
            error_code,
            ..Default::default()
        });
    response.groups.extend(refused);
    call.answer(&response)
}
