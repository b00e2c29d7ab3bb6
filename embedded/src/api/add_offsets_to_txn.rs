//! AddOffsetsToTxn: takes a group's offsets into a transaction.

use ottla_protocol::messages::add_offsets_to_txn::{
    AddOffsetsToTxnRequest, AddOffsetsToTxnResponse,
};

use crate::state::State;
use crate::state::call::{Call, Handled};
use crate::state::coordinators::Coordinated;

pub(crate) fn handle(
    state: &mut State,
    call: &Call<'_>,
    request: AddOffsetsToTxnRequest<'_>,
) -> Handled {
    let id = request.transactional_id;
    if let Err(error) = state.check_coordinator(call.node, Coordinated::Transaction, id) {
        return call.answer(&AddOffsetsToTxnResponse {
            error_code: error.code(),
            ..Default::default()
        });
    }
    let coordinators = &state.coordinators;
    let partition = coordinators.partition_of(Coordinated::Group, request.group_id);
    let response =
        state
            .transactions
            .add_offsets_to_txn(&request, partition, call.version, call.now);
    call.answer(&response)
}
