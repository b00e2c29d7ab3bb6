//! ListGroups: those that the asked broker coordinates.

use ottla_protocol::api::ReadRequest;
use ottla_protocol::messages::list_groups::ListGroupsRequest;

use crate::state::State;
use crate::state::call::{Call, Handled};
use crate::state::coordinators::Coordinated;

pub(crate) fn handle(state: &mut State, call: &Call<'_>, body: &[u8]) -> Handled {
    let request = ListGroupsRequest::read_body(body, call.version)?;
    let own = |group: &str| {
        let kind = Coordinated::Group;
        state.check_coordinator(call.node, kind, group).is_ok()
    };
    call.answer(&state.groups.list_groups(&request, own))
}
