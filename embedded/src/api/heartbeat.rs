//! Heartbeat: a member of a classic group is still there.

use ottla_protocol::api::ReadRequest;
use ottla_protocol::messages::heartbeat::{HeartbeatRequest, HeartbeatResponse};

use crate::groups::Context;
use crate::state::State;
use crate::state::call::{Call, Handled};
use crate::state::coordinators::Coordinated;

pub(crate) fn handle(state: &mut State, call: &Call<'_>, body: &[u8]) -> Handled {
    let request = HeartbeatRequest::read_body(body, call.version)?;
    if let Err(error) = state.check_coordinator(call.node, Coordinated::Group, request.group_id) {
        return call.answer(&HeartbeatResponse {
            error_code: error.code(),
            ..Default::default()
        });
    }
    let cx = Context {
        now: call.now,
        topics: &state.topics,
        rng: &mut state.random,
    };
    call.answer(&state.groups.heartbeat(&cx, &request))
}
