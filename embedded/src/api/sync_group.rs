//! SyncGroup: hands out a generation's assignment; answered when the leader has brought it.

use ottla_protocol::api::ReadRequest;
use ottla_protocol::messages::sync_group::{SyncGroupRequest, SyncGroupResponse};

use crate::groups::Context;
use crate::state::State;
use crate::state::call::{Answer, Call, Handled};
use crate::state::coordinators::Coordinated;

pub(crate) fn handle(state: &mut State, call: &Call<'_>, body: &[u8]) -> Handled {
    let request = SyncGroupRequest::read_body(body, call.version)?;
    if let Err(error) = state.check_coordinator(call.node, Coordinated::Group, request.group_id) {
        return call.answer(&SyncGroupResponse {
            error_code: error.code(),
            ..Default::default()
        });
    }
    let ticket = state.draw_ticket();
    state.waiting.insert(ticket, call.reply_to());
    let cx = Context {
        now: call.now,
        topics: &state.topics,
        rng: &mut state.random,
    };
    state.groups.sync_group(&cx, ticket, &request);
    Ok(Answer::Later(ticket))
}
