//! EndTxn: commits or aborts.

use ottla_protocol::api::ReadRequest;
use ottla_protocol::messages::end_txn::EndTxnRequest;

use crate::state::State;
use crate::state::call::{Call, Handled};
use crate::state::coordinators::Coordinated;
use crate::transactions::EndTxnOutcome;

pub(crate) fn handle(state: &mut State, call: &Call<'_>, body: &[u8]) -> Handled {
    let request = EndTxnRequest::read_body(body, call.version)?;
    let id = request.transactional_id;
    let outcome = match state.check_coordinator(call.node, Coordinated::Transaction, id) {
        Ok(()) => state.transactions.end_txn(&request, call.version, call.now),
        Err(error) => EndTxnOutcome(Err(error)),
    };
    call.answer(&outcome.response(call.version))
}
