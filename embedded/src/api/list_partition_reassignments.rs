//! ListPartitionReassignments: none is ever under way, since a move takes no time.

use ottla_protocol::api::ReadRequest;
use ottla_protocol::messages::list_partition_reassignments::{
    ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse,
};

use crate::state::State;
use crate::state::call::{Call, Handled};

pub(crate) fn handle(_state: &mut State, call: &Call<'_>, body: &[u8]) -> Handled {
    ListPartitionReassignmentsRequest::read_body(body, call.version)?;
    call.answer(&ListPartitionReassignmentsResponse::default())
}
