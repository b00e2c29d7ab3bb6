//! OffsetDelete: forgets committed offsets.

use ottla_protocol::api::ReadRequest;
use ottla_protocol::messages::offset_delete::{OffsetDeleteRequest, OffsetDeleteResponse};

use crate::state::State;
use crate::state::call::{Call, Handled};
use crate::state::coordinators::Coordinated;

pub(crate) fn handle(state: &mut State, call: &Call<'_>, body: &[u8]) -> Handled {
    let request = OffsetDeleteRequest::read_body(body, call.version)?;
    if let Err(error) = state.check_coordinator(call.node, Coordinated::Group, request.group_id) {
        return call.answer(&OffsetDeleteResponse {
            error_code: error.code(),
            ..Default::default()
        });
    }
    call.answer(&state.groups.offset_delete(&request))
}
