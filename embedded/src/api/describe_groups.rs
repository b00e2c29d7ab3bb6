//! DescribeGroups: state and members of classic groups.

use ottla_protocol::api::ReadRequest;
use ottla_protocol::messages::describe_groups::{DescribeGroupsRequest, DescribedGroup};

use super::GROUP_OPERATIONS;
use crate::state::State;
use crate::state::call::{Call, Handled};
use crate::state::coordinators::Coordinated;

pub(crate) fn handle(state: &mut State, call: &Call<'_>, body: &[u8]) -> Handled {
    let mut request = DescribeGroupsRequest::read_body(body, call.version)?;
    let elsewhere = |group: &str| {
        let checked = state.check_coordinator(call.node, Coordinated::Group, group);
        checked.err()
    };
    let groups = request.groups.iter();
    let refused: Vec<_> = groups
        .filter_map(|group| {
            Some(DescribedGroup {
                error_code: elsewhere(group)?.code(),
                group_id: group,
                ..Default::default()
            })
        })
        .collect();
    request.groups.retain(|group| elsewhere(group).is_none());
    let mut response = state.groups.describe_groups(call.version, &request);
    if request.include_authorized_operations {
        for group in &mut response.groups {
            group.authorized_operations = GROUP_OPERATIONS;
        }
    }
    response.groups.extend(refused);
    call.answer(&response)
}
