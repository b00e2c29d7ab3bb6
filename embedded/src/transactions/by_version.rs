//! Codes that a client of an older version would not understand, as Kafka puts them.

use ottla_protocol::error_code::ErrorCode;

/// Before InitProducerId 4 there was no PRODUCER_FENCED.
#[must_use]
pub fn init_error(error: ErrorCode, version: i16) -> ErrorCode {
    fenced_before(error, version, 4)
}

/// Before AddPartitionsToTxn 2 and AddOffsetsToTxn 2 there was no PRODUCER_FENCED.
#[must_use]
pub fn partitions_error(error: ErrorCode, version: i16) -> ErrorCode {
    fenced_before(error, version, 2)
}

/// Before EndTxn 2 there was no PRODUCER_FENCED.
#[must_use]
pub fn end_error(error: ErrorCode, version: i16) -> ErrorCode {
    fenced_before(error, version, 2)
}

fn fenced_before(error: ErrorCode, version: i16, since: i16) -> ErrorCode {
    match error {
        ErrorCode::PRODUCER_FENCED if version < since => ErrorCode::INVALID_PRODUCER_EPOCH,
        error => error,
    }
}

/// What Produce says of a partition that is not in the transaction, or could not be added. What would only make a client look for its
/// leader anew is NOT_ENOUGH_REPLICAS, which makes it try again.
#[must_use]
pub fn produce_error(error: ErrorCode, version: i16) -> ErrorCode {
    match verification_error(error, version >= 11) {
        ErrorCode::CONCURRENT_TRANSACTIONS if version >= 12 => ErrorCode::CONCURRENT_TRANSACTIONS,
        ErrorCode::CONCURRENT_TRANSACTIONS
        | ErrorCode::NETWORK_EXCEPTION
        | ErrorCode::COORDINATOR_LOAD_IN_PROGRESS
        | ErrorCode::COORDINATOR_NOT_AVAILABLE
        | ErrorCode::NOT_COORDINATOR => ErrorCode::NOT_ENOUGH_REPLICAS,
        error => error,
    }
}

/// What TxnOffsetCommit says where the group is not in the transaction, or could not be added.
#[must_use]
pub fn offset_commit_error(error: ErrorCode, version: i16) -> ErrorCode {
    match verification_error(error, version >= 4) {
        ErrorCode::NETWORK_EXCEPTION => ErrorCode::COORDINATOR_LOAD_IN_PROGRESS,
        error => error,
    }
}

fn verification_error(error: ErrorCode, knows_abortable: bool) -> ErrorCode {
    match error {
        ErrorCode::PRODUCER_FENCED => ErrorCode::INVALID_PRODUCER_EPOCH,
        ErrorCode::TRANSACTION_ABORTABLE if !knows_abortable => ErrorCode::INVALID_TXN_STATE,
        error => error,
    }
}
