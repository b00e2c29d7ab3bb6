//! ListTransactions: the transactional ids that the asked broker coordinates.

use ottla_protocol::api::ReadRequest;
use ottla_protocol::messages::list_transactions::ListTransactionsRequest;

use crate::state::State;
use crate::state::call::{Call, Handled};
use crate::state::coordinators::Coordinated;

pub(crate) fn handle(state: &mut State, call: &Call<'_>, body: &[u8]) -> Handled {
    let request = ListTransactionsRequest::read_body(body, call.version)?;
    let leads = |partition| {
        let kind = Coordinated::Transaction;
        state.coordinators.leader(kind, partition, &state.brokers) == call.node
    };
    let listing = state
        .transactions
        .list_transactions(&request, leads, call.now);
    call.answer(&listing.response())
}
