//! GetTelemetrySubscriptions: no metrics are wanted. Java's clients ask, and complain where nobody answers (KIP-714).

use ottla_protocol::api::ReadRequest;
use ottla_protocol::messages::get_telemetry_subscriptions::{
    GetTelemetrySubscriptionsRequest, GetTelemetrySubscriptionsResponse,
};

use crate::state::State;
use crate::state::call::{Call, Handled};

/// How long a client waits before it asks again: Kafka's default.
const PUSH_INTERVAL_MS: i32 = 300_000;

pub(crate) fn handle(state: &mut State, call: &Call<'_>, body: &[u8]) -> Handled {
    let request = GetTelemetrySubscriptionsRequest::read_body(body, call.version)?;
    let client_instance_id = match request.client_instance_id.is_unknown() {
        true => state.draw_id(),
        false => request.client_instance_id,
    };
    call.answer(&GetTelemetrySubscriptionsResponse {
        client_instance_id,
        accepted_compression_types: vec![4, 3, 1, 2],
        push_interval_ms: PUSH_INTERVAL_MS,
        telemetry_max_bytes: 1 << 20,
        delta_temporality: true,
        ..Default::default()
    })
}
