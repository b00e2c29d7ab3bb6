//! DeleteGroups: deletes empty groups with their offsets.

use ottla_protocol::api::ReadRequest;
use ottla_protocol::messages::delete_groups::{DeletableGroupResult, DeleteGroupsRequest};

use crate::state::State;
use crate::state::call::{Call, Handled};

pub(crate) fn handle(state: &mut State, call: &Call<'_>, body: &[u8]) -> Handled {
    let mut request = DeleteGroupsRequest::read_body(body, call.version)?;
    let refused = state.take_refused_groups(call.node, &mut request.groups_names);
    let mut response = state.groups.delete_groups(&request);
    let refused = refused
        .into_iter()
        .map(|(group_id, error_code)| DeletableGroupResult {
            group_id,
            error_code,
            ..Default::default()
        });
    response.results.extend(refused);
    call.answer(&response)
}
