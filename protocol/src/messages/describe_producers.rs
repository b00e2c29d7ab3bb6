//! DescribeProducers (61): the producers that write to partitions, to find transactions that hang.
//!
//! One version (KIP-664). Ask a broker that keeps a copy of the partition, usually the leader;
//! others say NOT_LEADER_OR_FOLLOWER. An administrator can end one that hangs with WriteTxnMarkers.

use crate::{Message, UnknownTaggedFields};

/// Asks a broker what it knows of producers.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 61, versions = 0..=0, flexible = 0..)]
pub struct DescribeProducersRequest<'a> {
    /// What is asked, by topic.
    pub topics: Vec<TopicRequest<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What is asked of one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct TopicRequest<'a> {
    /// The topic's name.
    pub name: &'a str,
    /// The partitions.
    pub partition_indexes: Vec<i32>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The producers, by partition.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 61, versions = 0..=0, flexible = 0..)]
pub struct DescribeProducersResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// The producers, by topic.
    pub topics: Vec<TopicResponse<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The producers of one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct TopicResponse<'a> {
    /// The topic's name.
    pub name: &'a str,
    /// The producers, by partition.
    pub partitions: Vec<PartitionResponse<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The producers of one partition.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct PartitionResponse<'a> {
    /// The partition.
    pub partition_index: i32,
    /// 0, or why there is nothing to say.
    pub error_code: i16,
    /// The broker's words on that.
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// The idempotent and transactional producers that haven't expired
    /// (`producer.id.expiration.ms`).
    pub active_producers: Vec<ProducerState>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What the partition's log remembers of one producer.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct ProducerState {
    /// The producer.
    pub producer_id: i64,
    /// Its epoch.
    pub producer_epoch: i32,
    /// Sequence number of its last record; -1: none yet.
    #[field(default = -1)]
    pub last_sequence: i32,
    /// Timestamp of its last batch, in milliseconds since the epoch; -1: none yet.
    #[field(default = -1)]
    pub last_timestamp: i64,
    /// Epoch of the transaction coordinator that wrote its last marker; -1: none yet.
    pub coordinator_epoch: i32,
    /// The first offset of its open transaction; -1: none is open.
    #[field(default = -1)]
    pub current_txn_start_offset: i64,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
