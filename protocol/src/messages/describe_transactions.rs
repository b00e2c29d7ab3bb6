//! DescribeTransactions (65): state of transactions, by transactional id.
//!
//! One version (KIP-664). Ask the coordinator of each id (FindCoordinator with key type 1); others
//! say NOT_COORDINATOR.

use crate::{Message, UnknownTaggedFields};

/// Asks a coordinator about transactions.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 65, versions = 0..=0, flexible = 0..)]
pub struct DescribeTransactionsRequest<'a> {
    /// The transactional ids; empty: none.
    pub transactional_ids: Vec<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The transactions.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 65, versions = 0..=0, flexible = 0..)]
pub struct DescribeTransactionsResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// One entry a transactional id.
    pub transaction_states: Vec<TransactionState<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// One transaction.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct TransactionState<'a> {
    /// 0, or why there is nothing to say, such as TRANSACTIONAL_ID_NOT_FOUND.
    pub error_code: i16,
    /// The transactional id.
    pub transactional_id: &'a str,
    /// `Empty`, `Ongoing`, `PrepareCommit`, `PrepareAbort`, `CompleteCommit`, `CompleteAbort`,
    /// `PrepareEpochFence` or `Dead`.
    pub transaction_state: &'a str,
    /// After this time the coordinator aborts the transaction, in milliseconds.
    pub transaction_timeout_ms: i32,
    /// When it began, in milliseconds since the epoch; -1: it hasn't.
    pub transaction_start_time_ms: i64,
    /// The producer.
    pub producer_id: i64,
    /// Its epoch.
    pub producer_epoch: i16,
    /// The partitions in it, by topic; while it ends only those that still lack the marker.
    pub topics: Vec<TopicData<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The partitions of one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct TopicData<'a> {
    /// The topic's name.
    pub topic: &'a str,
    /// The partitions.
    pub partitions: Vec<i32>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
