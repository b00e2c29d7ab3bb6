//! ListTransactions (66): DOC
//!
//! DOC versions

use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 66, versions = 0..=2, flexible = 0..)]
pub struct ListTransactionsRequest<'a> {
    /// DOC
    pub state_filters: Vec<&'a str>,
    /// DOC
    pub producer_id_filters: Vec<i64>,
    /// DOC
    #[field(versions = 1.., default = -1)]
    pub duration_filter: i64,
    /// DOC
    #[field(versions = 2.., nullable = 2..)]
    pub transactional_id_pattern: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 66, versions = 0..=2, flexible = 0..)]
pub struct ListTransactionsResponse<'a> {
    /// DOC
    pub throttle_time_ms: i32,
    /// DOC
    pub error_code: i16,
    /// DOC
    pub unknown_state_filters: Vec<&'a str>,
    /// DOC
    pub transaction_states: Vec<TransactionState<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct TransactionState<'a> {
    /// DOC
    pub transactional_id: &'a str,
    /// DOC
    pub producer_id: i64,
    /// DOC
    pub transaction_state: &'a str,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
