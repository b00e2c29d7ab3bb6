//! FindCoordinator: who coordinates groups and transactions; one key before version 4, then many.

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::find_coordinator::{
    Coordinator, FindCoordinatorRequest, FindCoordinatorResponse,
};

use crate::state::State;
use crate::state::call::{Call, Handled};
use crate::state::coordinators::Coordinated;

pub(crate) fn handle(
    state: &mut State,
    call: &Call<'_>,
    request: FindCoordinatorRequest<'_>,
) -> Handled {
    match request.key_type {
        0 => state.show_internal_topic(Coordinated::Group),
        1 => state.show_internal_topic(Coordinated::Transaction),
        _ => {}
    }
    if call.version < 4 {
        let mut found = find(state, request.key_type, request.key);
        if found.error_code == 0 {
            found.error_message = Some(ErrorCode::NONE.name());
        }
        return call.answer(&FindCoordinatorResponse {
            error_code: found.error_code,
            error_message: found.error_message,
            node_id: found.node_id,
            host: found.host,
            port: found.port,
            ..Default::default()
        });
    }
    let keys = request.coordinator_keys.iter();
    call.answer(&FindCoordinatorResponse {
        coordinators: keys.map(|key| find(state, request.key_type, key)).collect(),
        ..Default::default()
    })
}

fn find<'a>(state: &'a State, key_type: i8, key: &'a str) -> Coordinator<'a> {
    if let Err(error) = state.check_refused() {
        return none(key, error);
    }
    let kind = match key_type {
        0 => Coordinated::Group,
        1 => Coordinated::Transaction,
        _ => return none(key, ErrorCode::INVALID_REQUEST),
    };
    let node = state.coordinators.of(kind, key, &state.brokers);
    match state.brokers.get(node) {
        Some(broker) => Coordinator {
            key,
            node_id: node,
            host: &broker.host,
            port: broker.port.into(),
            error_message: Some(""),
            ..Default::default()
        },
        None => none(key, ErrorCode::COORDINATOR_NOT_AVAILABLE),
    }
}

fn none(key: &str, error: ErrorCode) -> Coordinator<'_> {
    Coordinator {
        key,
        node_id: -1,
        port: -1,
        error_code: error.code(),
        error_message: Some(error.name()),
        ..Default::default()
    }
}
