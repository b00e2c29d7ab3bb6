//! ListTransactions (66): the transactions that one broker coordinates.
//!
//! Ask every broker for the whole list (KIP-664). Versions: 1 filters by duration (KIP-994), 2 by
//! pattern (KIP-1152). All filters must match; ids that the asker may not describe are left out
//! silently.

use crate::{Message, UnknownTaggedFields};

/// Asks one broker for the transactions that it coordinates.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 66, versions = 0..=2, flexible = 0..)]
pub struct ListTransactionsRequest<'a> {
    /// Only transactions in these states, such as `Ongoing`; empty: all.
    pub state_filters: Vec<&'a str>,
    /// Only transactions of these producers; empty: all.
    pub producer_id_filters: Vec<i64>,
    /// Only transactions that began longer ago than this, in milliseconds; below 0: all.
    #[field(versions = 1.., default = -1)]
    pub duration_filter: i64,
    /// Only ids that this regular expression (RE2 syntax) matches; null or empty: all. A faulty one
    /// is refused with INVALID_REGULAR_EXPRESSION.
    #[field(versions = 2.., nullable = 2..)]
    pub transactional_id_pattern: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The transactions.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 66, versions = 0..=2, flexible = 0..)]
pub struct ListTransactionsResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// 0, or why the list is empty: with COORDINATOR_LOAD_IN_PROGRESS ask again.
    pub error_code: i16,
    /// Those of `state_filters` that the broker doesn't know.
    pub unknown_state_filters: Vec<&'a str>,
    /// One entry a transactional id.
    pub transaction_states: Vec<TransactionState<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// One transaction.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct TransactionState<'a> {
    /// The transactional id.
    pub transactional_id: &'a str,
    /// The producer.
    pub producer_id: i64,
    /// Its state, such as `Ongoing`; never `Dead`.
    pub transaction_state: &'a str,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
