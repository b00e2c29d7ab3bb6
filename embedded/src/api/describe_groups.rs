//! DescribeGroups: state and members of classic groups.

use ottla_protocol::api::ReadRequest;
use ottla_protocol::messages::describe_groups::{DescribeGroupsRequest, DescribedGroup};

use super::GROUP_OPERATIONS;
use crate::state::State;
use crate::state::call::{Call, Handled};

pub(crate) fn handle(state: &mut State, call: &Call<'_>, body: &[u8]) -> Handled {
    let mut request = DescribeGroupsRequest::read_body(body, call.version)?;
    let refused = state.take_refused_groups(call.node, &mut request.groups);
    let mut response = state.groups.describe_groups(call.version, &request);
    if request.include_authorized_operations {
        for group in &mut response.groups {
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
