//! DeleteGroups: deletes empty groups with their offsets.

use ottla_protocol::api::ReadRequest;
use ottla_protocol::messages::delete_groups::{DeletableGroupResult, DeleteGroupsRequest};

use crate::state::State;
use crate::state::call::{Call, Handled};
use crate::state::coordinators::Coordinated;

pub(crate) fn handle(state: &mut State, call: &Call<'_>, body: &[u8]) -> Handled {
    let mut request = DeleteGroupsRequest::read_body(body, call.version)?;
    let elsewhere = |group: &str| {
        let checked = state.check_coordinator(call.node, Coordinated::Group, group);
        checked.err()
    };
    let groups = request.groups_names.iter();
    let refused: Vec<_> = groups
        .filter_map(|group_id| {
            Some(DeletableGroupResult {
                error_code: elsewhere(group_id)?.code(),
                group_id,
                ..Default::default()
            })
        })
        .collect();
    request
        .groups_names
        .retain(|group| elsewhere(group).is_none());
    let mut response = state.groups.delete_groups(&request);
    response.results.extend(refused);
    call.answer(&response)
}
