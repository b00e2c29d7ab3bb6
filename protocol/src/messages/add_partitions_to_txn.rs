//! AddPartitionsToTxn (24): DOC
//!
//! DOC versions

use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 24, versions = 0..=5, flexible = 3..)]
pub struct AddPartitionsToTxnRequest<'a> {
    /// DOC
    #[field(versions = 4..)]
    pub transactions: Vec<AddPartitionsToTxnTransaction<'a>>,
    /// DOC
    #[field(versions = ..=3)]
    pub v3_and_below_transactional_id: &'a str,
    /// DOC
    #[field(versions = ..=3)]
    pub v3_and_below_producer_id: i64,
    /// DOC
    #[field(versions = ..=3)]
    pub v3_and_below_producer_epoch: i16,
    /// DOC
    #[field(versions = ..=3)]
    pub v3_and_below_topics: Vec<AddPartitionsToTxnTopic<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AddPartitionsToTxnTransaction<'a> {
    /// DOC
    #[field(versions = 4..)]
    pub transactional_id: &'a str,
    /// DOC
    #[field(versions = 4..)]
    pub producer_id: i64,
    /// DOC
    #[field(versions = 4..)]
    pub producer_epoch: i16,
    /// DOC
    #[field(versions = 4..)]
    pub verify_only: bool,
    /// DOC
    #[field(versions = 4..)]
    pub topics: Vec<AddPartitionsToTxnTopic<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AddPartitionsToTxnTopic<'a> {
    /// DOC
    pub name: &'a str,
    /// DOC
    pub partitions: Vec<i32>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 24, versions = 0..=5, flexible = 3..)]
pub struct AddPartitionsToTxnResponse<'a> {
    /// DOC
    pub throttle_time_ms: i32,
    /// DOC
    #[field(versions = 4.., ignorable)]
    pub error_code: i16,
    /// DOC
    #[field(versions = 4..)]
    pub results_by_transaction: Vec<AddPartitionsToTxnResult<'a>>,
    /// DOC
    #[field(versions = ..=3)]
    pub results_by_topic_v3_and_below: Vec<AddPartitionsToTxnTopicResult<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AddPartitionsToTxnResult<'a> {
    /// DOC
    #[field(versions = 4..)]
    pub transactional_id: &'a str,
    /// DOC
    #[field(versions = 4..)]
    pub topic_results: Vec<AddPartitionsToTxnTopicResult<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AddPartitionsToTxnTopicResult<'a> {
    /// DOC
    pub name: &'a str,
    /// DOC
    pub results_by_partition: Vec<AddPartitionsToTxnPartitionResult>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AddPartitionsToTxnPartitionResult {
    /// DOC
    pub partition_index: i32,
    /// DOC
    pub partition_error_code: i16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
