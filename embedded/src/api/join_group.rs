//! JoinGroup: enters a classic group; answered when the generation is made.

use ottla_protocol::api::ReadRequest;
use ottla_protocol::messages::join_group::{JoinGroupRequest, JoinGroupResponse};

use crate::groups::Context;
use crate::state::State;
use crate::state::call::{Answer, Call, Handled};
use crate::state::coordinators::Coordinated;

pub(crate) fn handle(state: &mut State, call: &Call<'_>, body: &[u8]) -> Handled {
    let request = JoinGroupRequest::read_body(body, call.version)?;
    if let Err(error) = state.check_coordinator(call.node, Coordinated::Group, request.group_id) {
        return call.answer(&JoinGroupResponse {
            error_code: error.code(),
            member_id: request.member_id,
            protocol_name: (call.version < 7).then_some(""),
            ..Default::default()
        });
    }
    let ticket = state.draw_ticket();
    state.waiting.insert(ticket, call.reply_to());
    let mut cx = Context {
        now: call.now,
        topics: &state.topics,
        rng: &mut state.random,
    };
    state
        .groups
        .join_group(&mut cx, call.caller(), ticket, &request);
    Ok(Answer::Later(ticket))
}
