//! InitProducerId: an identity for a producer, with a transactional id or without.

use ottla_protocol::api::ReadRequest;
use ottla_protocol::messages::init_producer_id::InitProducerIdRequest;

use crate::state::State;
use crate::state::call::{Call, Handled};
use crate::state::coordinators::Coordinated;
use crate::transactions::InitProducerIdOutcome;

pub(crate) fn handle(state: &mut State, call: &Call<'_>, body: &[u8]) -> Handled {
    let request = InitProducerIdRequest::read_body(body, call.version)?;
    let checked = match request.transactional_id {
        Some(id) => state.check_coordinator(call.node, Coordinated::Transaction, id),
        None => state.check_refused(),
    };
    let outcome = match checked {
        Ok(()) => state
            .transactions
            .init_producer_id(&request, call.node, call.now),
        Err(error) => InitProducerIdOutcome(Err(error)),
    };
    call.answer(&outcome.response(call.version))
}
