//! DescribeTransactions: what transactional ids are at.

use ottla_protocol::api::ReadRequest;
use ottla_protocol::messages::describe_transactions::DescribeTransactionsRequest;

use crate::state::State;
use crate::state::call::{Call, Handled};
use crate::state::coordinators::Coordinated;
use crate::transactions::Description;

pub(crate) fn handle(state: &mut State, call: &Call<'_>, body: &[u8]) -> Handled {
    let request = DescribeTransactionsRequest::read_body(body, call.version)?;
    let leads = |partition| {
        let kind = Coordinated::Transaction;
        state.coordinators.leader(kind, partition, &state.brokers) == call.node
    };
    let described = state.transactions.describe_transactions(&request, leads);
    call.answer(&Description::response(&described))
}
