//! ListPartitionReassignments: none is ever under way, since a move takes no time.

use ottla_protocol::messages::list_partition_reassignments::{
    ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse,
};

use crate::state::State;
use crate::state::call::{Call, Handled};

pub(crate) fn handle(
    _state: &mut State,
    call: &Call<'_>,
    _: ListPartitionReassignmentsRequest<'_>,
) -> Handled {
    call.answer(&ListPartitionReassignmentsResponse::default())
}
