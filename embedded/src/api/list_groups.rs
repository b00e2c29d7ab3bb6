//! ListGroups: those that the asked broker coordinates.

use ottla_protocol::messages::list_groups::ListGroupsRequest;

use crate::state::State;
use crate::state::call::{Call, Handled};
use crate::state::coordinators::Coordinated;

pub(crate) fn handle(
    state: &mut State,
    call: &Call<'_>,
    request: ListGroupsRequest<'_>,
) -> Handled {
    // Not `check_coordinator`: a fault that wants requests refused would leave no group.
    let own = |group: &str| {
        let kind = Coordinated::Group;
        state.coordinators.of(kind, group, &state.brokers) == call.node
    };
    call.answer(&state.groups.list_groups(&request, own))
}
