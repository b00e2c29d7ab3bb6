//! The records of `__transaction_state`: where each transactional id's coordinator keeps what it knows.
//!
//! The topic is compacted, so the last record of a key counts. A transactional id that was not used for
//! `transactional.id.expiration.ms` is deleted by a tombstone.

use super::record_types::record_types;
use super::{Definition, versioned};
use crate::error::{DecodeError, EncodeError};
use crate::schema::Versions;
use crate::{Message, UnknownTaggedFields};

record_types! { <'a>
    /// What a transactional id is at.
    0 TransactionLog: TransactionLogKey<'a>, TransactionLogValue<'a>;
}

/// A transactional id, as a key.
#[derive(Clone, Copy, Debug, Eq, Hash, Message, PartialEq)]
pub struct TransactionLogKey<'a> {
    /// The transactional id.
    pub transactional_id: &'a str,
}

/// What a transactional id is at: its producer, and its last transaction.
///
/// Versions: 1 is flexible and, with transactions of version 2 (KIP-890), tells the producer ids before and after.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(versions = 0..=1, flexible = 1..)]
pub struct TransactionLogValue<'a> {
    /// The id of the producer that uses the transactional id.
    pub producer_id: i64,
    /// The producer id of the transaction before, so that its end can be asked for again after the id was changed; -1:
    /// none.
    #[field(versions = 1.., default = -1, tag = 0)]
    pub previous_producer_id: i64,
    /// The producer id that the next transaction will have, while the epochs of this one run out; -1: none.
    #[field(versions = 1.., default = -1, tag = 1)]
    pub next_producer_id: i64,
    /// The producer's epoch.
    pub producer_epoch: i16,
    /// The epoch that goes with the next producer id; -1: none.
    #[field(versions = 1.., default = -1, tag = 3)]
    pub next_producer_epoch: i16,
    /// How long a transaction may stay open before the coordinator aborts it, in milliseconds.
    pub transaction_timeout_ms: i32,
    /// 0 empty, 1 ongoing, 2 and 3 about to be committed or aborted, 4 and 5 committed or aborted, 6 dead, 7 about to
    /// be fenced by a new epoch.
    pub transaction_status: i8,
    /// The partitions that the transaction has written to; null while there is no transaction.
    #[field(nullable)]
    pub transaction_partitions: Option<Vec<TransactionPartitions<'a>>>,
    /// When this last changed, in milliseconds since the epoch.
    pub transaction_last_update_timestamp_ms: i64,
    /// When the transaction began, in milliseconds since the epoch; -1: none has.
    pub transaction_start_timestamp_ms: i64,
    /// The version of transactions that the client speaks: 2 raises the epoch with each one (KIP-890).
    #[field(versions = 1.., tag = 2)]
    pub client_transaction_version: i16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Partitions of one topic in a transaction.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct TransactionPartitions<'a> {
    /// The topic's name.
    pub topic: &'a str,
    /// The partitions.
    pub partition_ids: Vec<i32>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
