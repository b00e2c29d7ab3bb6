//! ConsumerGroupHeartbeat: all that a member of the consumer protocol says (KIP-848).

use ottla_protocol::api::ReadRequest;
use ottla_protocol::messages::consumer_group_heartbeat::{
    ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse,
};

use crate::groups::Context;
use crate::state::State;
use crate::state::call::{Call, Handled};
use crate::state::coordinators::Coordinated;

pub(crate) fn handle(state: &mut State, call: &Call<'_>, body: &[u8]) -> Handled {
    let request = ConsumerGroupHeartbeatRequest::read_body(body, call.version)?;
    if let Err(error) = state.check_coordinator(call.node, Coordinated::Group, request.group_id) {
        return call.answer(&ConsumerGroupHeartbeatResponse {
            error_code: error.code(),
            ..Default::default()
        });
    }
    let mut cx = Context {
        now: call.now,
        topics: &state.topics,
        rng: &mut state.random,
    };
    let outcome = state
        .groups
        .consumer_group_heartbeat(&mut cx, call.caller(), &request);
    call.answer(&outcome.response())
}
