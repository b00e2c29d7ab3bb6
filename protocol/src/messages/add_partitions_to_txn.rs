//! AddPartitionsToTxn (24): makes partitions part of a transaction.
//!
//! Goes to the transaction's coordinator, before the first record for a partition. Versions: 2 has
//! PRODUCER_FENCED, 3 is flexible and the last for clients; 4 and 5 are for brokers alone
//! (CLUSTER_ACTION): many transactions at once, also to verify them; 5 has TRANSACTION_ABORTABLE
//! (KIP-890). Under transaction version 2 no client sends it: Produce version 12 adds partitions by
//! itself.

use crate::{Message, UnknownTaggedFields};

/// Asks to add partitions, or whether they are in.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 24, versions = 0..=5, flexible = 3..)]
pub struct AddPartitionsToTxnRequest<'a> {
    /// The transactions, since version 4.
    #[field(versions = 4..)]
    pub transactions: Vec<AddPartitionsToTxnTransaction<'a>>,
    /// The producer's transactional id, before version 4.
    #[field(versions = ..=3)]
    pub v3_and_below_transactional_id: &'a str,
    /// The producer's id, before version 4.
    #[field(versions = ..=3)]
    pub v3_and_below_producer_id: i64,
    /// The producer's epoch, before version 4.
    #[field(versions = ..=3)]
    pub v3_and_below_producer_epoch: i16,
    /// The partitions to add, by topic, before version 4.
    #[field(versions = ..=3)]
    pub v3_and_below_topics: Vec<AddPartitionsToTxnTopic<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// One transaction, as a partition's leader asks for it.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AddPartitionsToTxnTransaction<'a> {
    /// The producer's transactional id.
    #[field(versions = 4..)]
    pub transactional_id: &'a str,
    /// The producer's id.
    #[field(versions = 4..)]
    pub producer_id: i64,
    /// The producer's epoch.
    #[field(versions = 4..)]
    pub producer_epoch: i16,
    /// Whether to add nothing and only say which partitions are in. One that isn't has
    /// TRANSACTION_ABORTABLE.
    #[field(versions = 4..)]
    pub verify_only: bool,
    /// The partitions, by topic.
    #[field(versions = 4..)]
    pub topics: Vec<AddPartitionsToTxnTopic<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Partitions of one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AddPartitionsToTxnTopic<'a> {
    /// The topic's name.
    pub name: &'a str,
    /// The partitions.
    pub partitions: Vec<i32>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Says which partitions are in.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 24, versions = 0..=5, flexible = 3..)]
pub struct AddPartitionsToTxnResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// 0, or why the whole request failed.
    #[field(versions = 4.., ignorable)]
    pub error_code: i16,
    /// What happened, by transaction, since version 4.
    #[field(versions = 4..)]
    pub results_by_transaction: Vec<AddPartitionsToTxnResult<'a>>,
    /// What happened, by topic, before version 4.
    #[field(versions = ..=3)]
    pub results_by_topic_v3_and_below: Vec<AddPartitionsToTxnTopicResult<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened in one transaction.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AddPartitionsToTxnResult<'a> {
    /// The transactional id.
    #[field(versions = 4..)]
    pub transactional_id: &'a str,
    /// What happened, by topic.
    #[field(versions = 4..)]
    pub topic_results: Vec<AddPartitionsToTxnTopicResult<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened in one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AddPartitionsToTxnTopicResult<'a> {
    /// The topic's name.
    pub name: &'a str,
    /// What happened, by partition.
    pub results_by_partition: Vec<AddPartitionsToTxnPartitionResult>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened in one partition.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AddPartitionsToTxnPartitionResult {
    /// The partition.
    pub partition_index: i32,
    /// 0, or why the partition isn't in. If one is refused, none is added: the others then have
    /// OPERATION_NOT_ATTEMPTED. CONCURRENT_TRANSACTIONS: the last one is not through; try again.
    pub partition_error_code: i16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
