//! Produce (0): appends record batches to partitions.
//!
//! Versions: 7 allows zstd, 8 says which records were refused, 10 tells of the new leader, 12 adds
//! partitions to a transaction by itself (KIP-890), 13 names topics by id. With `acks` 0 the
//! broker sends no response at all.

use crate::types::TopicId;
use crate::{Message, UnknownTaggedFields};

/// Asks the leaders of partitions to append record batches.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 0, versions = 3..=13, flexible = 9..)]
pub struct ProduceRequest<'a> {
    /// The producer's transactional id; null outside transactions.
    #[field(nullable)]
    pub transactional_id: Option<&'a str>,
    /// Who must have the records before the answer: -1 all in-sync replicas, 1 the leader, 0
    /// nobody (and no answer comes).
    pub acks: i16,
    /// How long the leader may wait for the replicas, in milliseconds.
    pub timeout_ms: i32,
    /// The record batches, by topic. A topic may appear once.
    pub topic_data: Vec<TopicProduceData<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The batches for one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct TopicProduceData<'a> {
    /// The topic's name.
    #[field(versions = ..=12, ignorable)]
    pub name: &'a str,
    /// The topic's id.
    #[field(versions = 13.., ignorable)]
    pub topic_id: TopicId,
    /// The batches, by partition. A partition may appear once.
    pub partition_data: Vec<PartitionProduceData<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The batch for one partition.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct PartitionProduceData<'a> {
    /// The partition.
    pub index: i32,
    /// One record batch in format v2; brokers refuse more than one.
    #[field(nullable)]
    pub records: Option<&'a [u8]>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Says per partition where the records went, or why they didn't.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 0, versions = 3..=13, flexible = 9..)]
pub struct ProduceResponse<'a> {
    /// What happened, by topic.
    pub responses: Vec<TopicProduceResponse<'a>>,
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// Addresses of the leaders named in `current_leader` (KIP-951).
    #[field(versions = 10.., tag = 0)]
    pub node_endpoints: Vec<NodeEndpoint<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened in one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct TopicProduceResponse<'a> {
    /// The topic's name.
    #[field(versions = ..=12, ignorable)]
    pub name: &'a str,
    /// The topic's id.
    #[field(versions = 13.., ignorable)]
    pub topic_id: TopicId,
    /// What happened, by partition.
    pub partition_responses: Vec<PartitionProduceResponse<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened in one partition.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct PartitionProduceResponse<'a> {
    /// The partition.
    pub index: i32,
    /// 0, or why nothing was appended.
    pub error_code: i16,
    /// Offset of the first record appended; -1 with an error.
    pub base_offset: i64,
    /// The broker's clock at the append, if the topic stamps with it; else -1.
    #[field(default = -1)]
    pub log_append_time_ms: i64,
    /// The oldest offset in the log. An idempotent producer tells lost state from deleted records
    /// by it.
    #[field(versions = 5.., default = -1, ignorable)]
    pub log_start_offset: i64,
    /// The records at fault, when the whole batch was refused for some of them (KIP-467).
    #[field(versions = 8.., ignorable)]
    pub record_errors: Vec<BatchIndexAndErrorMessage<'a>>,
    /// The broker's words on the refusal.
    #[field(versions = 8.., nullable = 8.., ignorable)]
    pub error_message: Option<&'a str>,
    /// Who leads now, with NOT_LEADER_OR_FOLLOWER (KIP-951).
    #[field(versions = 10.., tag = 0)]
    pub current_leader: LeaderIdAndEpoch,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// One record for which its batch was refused.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct BatchIndexAndErrorMessage<'a> {
    /// The record's place in the batch, from 0.
    pub batch_index: i32,
    /// The broker's words on this record.
    #[field(nullable)]
    pub batch_index_error_message: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The leader that a broker knows of.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct LeaderIdAndEpoch {
    /// The leader; -1 unknown.
    #[field(default = -1)]
    pub leader_id: i32,
    /// The leader's epoch; -1 unknown.
    #[field(default = -1)]
    pub leader_epoch: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// A broker's address.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct NodeEndpoint<'a> {
    /// The broker.
    pub node_id: i32,
    /// Its host name.
    pub host: &'a str,
    /// Its port.
    pub port: i32,
    /// Its rack, if it has one.
    #[field(nullable)]
    pub rack: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
