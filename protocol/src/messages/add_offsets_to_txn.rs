//! AddOffsetsToTxn (25): makes a group's committed offsets part of a transaction.
//!
//! The coordinator of the transaction adds the partition of `__consumer_offsets` that keeps the
//! group; TxnOffsetCommit to the group's coordinator follows. Versions: 2 has PRODUCER_FENCED, 3 is
//! flexible, 4 has TRANSACTION_ABORTABLE. Under transaction version 2 (KIP-890) nobody sends it:
//! TxnOffsetCommit version 5 does its work.

use crate::{Message, UnknownTaggedFields};

/// Asks a transaction's coordinator to add a group.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 25, versions = 0..=4, flexible = 3.., response_owned)]
pub struct AddOffsetsToTxnRequest<'a> {
    /// The producer's transactional id.
    pub transactional_id: &'a str,
    /// The producer's id.
    pub producer_id: i64,
    /// The producer's epoch.
    pub producer_epoch: i16,
    /// The group whose offsets are to be committed.
    pub group_id: &'a str,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Says whether the group is in.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 25, versions = 0..=4, flexible = 3..)]
pub struct AddOffsetsToTxnResponse {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// 0, or why the group isn't in. CONCURRENT_TRANSACTIONS: the last one is not through; try
    /// again.
    pub error_code: i16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
