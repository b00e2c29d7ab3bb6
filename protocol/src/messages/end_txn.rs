//! EndTxn (26): commits or aborts a transaction.
//!
//! Goes to the transaction's coordinator, which answers once the outcome is certain, before the
//! markers are in the partitions. Versions: 2 has PRODUCER_FENCED, 3 is flexible, 4 has
//! TRANSACTION_ABORTABLE, 5 raises the producer's epoch with each transaction, so that late
//! requests of the last one are fenced (transaction version 2, KIP-890). Version 5 only where the
//! feature `transaction.version` is at least 2, though ApiVersions offers it everywhere.

use crate::{Message, UnknownTaggedFields};

/// Asks a transaction's coordinator for the end of it.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 26, versions = 0..=5, flexible = 3.., response_owned)]
pub struct EndTxnRequest<'a> {
    /// The producer's transactional id.
    pub transactional_id: &'a str,
    /// The producer's id.
    pub producer_id: i64,
    /// The producer's epoch.
    pub producer_epoch: i16,
    /// Whether to commit; if not, abort.
    pub committed: bool,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Says whether the end is certain.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 26, versions = 0..=5, flexible = 3..)]
pub struct EndTxnResponse {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// 0, or why the transaction hasn't ended; TRANSACTION_ABORTABLE: abort it.
    /// CONCURRENT_TRANSACTIONS: it is already ending, or the one before still is; try again.
    pub error_code: i16,
    /// The id to go on with; a new one when the epochs of the last are used up. -1 with an error.
    #[field(versions = 5.., default = -1, ignorable)]
    pub producer_id: i64,
    /// The epoch to go on with: one more, or 0 with a new id. -1 with an error.
    #[field(versions = 5.., default = -1, ignorable)]
    pub producer_epoch: i16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
