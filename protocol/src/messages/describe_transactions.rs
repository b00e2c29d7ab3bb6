//! DescribeTransactions (65): DOC
//!
//! DOC versions

use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 65, versions = 0..=0, flexible = 0..)]
pub struct DescribeTransactionsRequest<'a> {
    /// DOC
    pub transactional_ids: Vec<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 65, versions = 0..=0, flexible = 0..)]
pub struct DescribeTransactionsResponse<'a> {
    /// DOC
    pub throttle_time_ms: i32,
    /// DOC
    pub transaction_states: Vec<TransactionState<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct TransactionState<'a> {
    /// DOC
    pub error_code: i16,
    /// DOC
    pub transactional_id: &'a str,
    /// DOC
    pub transaction_state: &'a str,
    /// DOC
    pub transaction_timeout_ms: i32,
    /// DOC
    pub transaction_start_time_ms: i64,
    /// DOC
    pub producer_id: i64,
    /// DOC
    pub producer_epoch: i16,
    /// DOC
    pub topics: Vec<TopicData<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct TopicData<'a> {
    /// DOC
    pub topic: &'a str,
    /// DOC
    pub partitions: Vec<i32>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
