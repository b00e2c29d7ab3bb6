//! Fetch (1): reads record batches from partitions.
//!
//! Versions: 5 tells the log start, 7 has sessions (KIP-227), 9 fences by leader epoch (KIP-320),
//! 10 allows zstd, 11 has racks and preferred replicas (KIP-392), 12 finds divergence, 13 names
//! topics by id, 16 tells of the new leader. A batch in the answer may start before the asked
//! offset, and the last one may be cut off.

use crate::types::{TopicId, Uuid};
use crate::{Message, UnknownTaggedFields};

/// Asks a broker for records from given offsets on; it waits until there are some.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 1, versions = 4..=18, flexible = 12..)]
pub struct FetchRequest<'a> {
    /// The cluster that is meant; used among brokers only.
    #[field(versions = 12.., nullable = 12.., ignorable, tag = 0)]
    pub cluster_id: Option<&'a str>,
    /// The asking replica; -1: a consumer.
    #[field(versions = ..=14, default = -1)]
    pub replica_id: i32,
    /// The asking replica; default for a consumer.
    #[field(versions = 15.., tag = 1)]
    pub replica_state: ReplicaState,
    /// How long the broker may hold the answer back until `min_bytes` are there, in milliseconds.
    pub max_wait_ms: i32,
    /// How much must be there for an answer before `max_wait_ms` has passed.
    pub min_bytes: i32,
    /// At most this much in the whole answer; the first batch comes whole all the same (KIP-74).
    #[field(default = i32::MAX)]
    pub max_bytes: i32,
    /// 0 read uncommitted; 1 read committed: only up to the last stable offset, with the list of
    /// aborted transactions.
    pub isolation_level: i8,
    /// The fetch session; 0: none yet.
    #[field(versions = 7.., ignorable)]
    pub session_id: i32,
    /// Number of the request in its session; 0 opens one, -1 goes without.
    #[field(versions = 7.., default = -1, ignorable)]
    pub session_epoch: i32,
    /// What to read, by topic; within a session only what changed. Served in this order until
    /// `max_bytes`.
    pub topics: Vec<FetchTopic<'a>>,
    /// What the session shall forget.
    #[field(versions = 7..)]
    pub forgotten_topics_data: Vec<ForgottenTopic<'a>>,
    /// The consumer's rack, for reading from a follower nearby; empty: none.
    #[field(versions = 11.., ignorable)]
    pub rack_id: &'a str,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The replica that asks.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct ReplicaState {
    /// The replica; -1: a consumer.
    #[field(default = -1)]
    pub replica_id: i32,
    /// The replica's broker epoch; -1 unknown.
    #[field(default = -1)]
    pub replica_epoch: i64,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What to read of one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct FetchTopic<'a> {
    /// The topic's name.
    #[field(versions = ..=12, ignorable)]
    pub topic: &'a str,
    /// The topic's id.
    #[field(versions = 13.., ignorable)]
    pub topic_id: TopicId,
    /// What to read, by partition.
    pub partitions: Vec<FetchPartition>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What to read of one partition.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct FetchPartition {
    /// The partition.
    pub partition: i32,
    /// The leader epoch from the asker's metadata, to be fenced if it is old; -1: don't check.
    #[field(versions = 9.., default = -1, ignorable)]
    pub current_leader_epoch: i32,
    /// The first offset wanted.
    pub fetch_offset: i64,
    /// Leader epoch of the last record read, to find divergence; -1: don't check.
    #[field(versions = 12.., default = -1)]
    pub last_fetched_epoch: i32,
    /// A follower's oldest offset; -1 from a consumer.
    #[field(versions = 5.., default = -1, ignorable)]
    pub log_start_offset: i64,
    /// At most this much from this partition; its first batch comes whole all the same.
    pub partition_max_bytes: i32,
    /// A follower's log directory.
    #[field(versions = 17.., ignorable, tag = 0)]
    pub replica_directory_id: Uuid,
    /// A follower's high watermark; the default says unknown.
    #[field(versions = 18.., default = i64::MAX, ignorable, tag = 1)]
    pub high_watermark: i64,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Partitions of one topic that a session shall forget.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct ForgottenTopic<'a> {
    /// The topic's name.
    #[field(versions = ..=12, ignorable)]
    pub topic: &'a str,
    /// The topic's id.
    #[field(versions = 13.., ignorable)]
    pub topic_id: TopicId,
    /// The partitions.
    pub partitions: Vec<i32>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The records, by partition.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 1, versions = 4..=18, flexible = 12..)]
pub struct FetchResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// 0, or what is wrong with the session: then start a new one.
    #[field(versions = 7.., ignorable)]
    pub error_code: i16,
    /// The session that the broker opened or goes on with; 0: none.
    #[field(versions = 7..)]
    pub session_id: i32,
    /// The records, by topic. In a session: only partitions with news.
    pub responses: Vec<FetchableTopicResponse<'a>>,
    /// Addresses of the leaders named in `current_leader` (KIP-951).
    #[field(versions = 16.., tag = 0)]
    pub node_endpoints: Vec<NodeEndpoint<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The records of one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct FetchableTopicResponse<'a> {
    /// The topic's name.
    #[field(versions = ..=12, ignorable)]
    pub topic: &'a str,
    /// The topic's id.
    #[field(versions = 13.., ignorable)]
    pub topic_id: TopicId,
    /// The records, by partition.
    pub partitions: Vec<PartitionData<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The records of one partition, and its bounds.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct PartitionData<'a> {
    /// The partition.
    pub partition_index: i32,
    /// 0, or why there are no records.
    pub error_code: i16,
    /// The first offset that is not yet on all in-sync replicas; -1 with an error.
    pub high_watermark: i64,
    /// The first offset of a transaction still open, or the high watermark; -1 unknown.
    #[field(default = -1)]
    pub last_stable_offset: i64,
    /// The oldest offset; -1 unknown.
    #[field(versions = 5.., default = -1, ignorable)]
    pub log_start_offset: i64,
    /// Where the log went another way than the asker's `last_fetched_epoch`, if it did.
    #[field(versions = 12.., tag = 0)]
    pub diverging_epoch: EpochEndOffset,
    /// Who leads now, with NOT_LEADER_OR_FOLLOWER or FENCED_LEADER_EPOCH.
    #[field(versions = 12.., tag = 1)]
    pub current_leader: LeaderIdAndEpoch,
    /// The snapshot to load instead; used among controllers only.
    #[field(versions = 12.., tag = 2)]
    pub snapshot_id: SnapshotId,
    /// The aborted transactions among the records; null when reading uncommitted. Don't count on
    /// their order.
    #[field(nullable)]
    pub aborted_transactions: Option<Vec<AbortedTransaction>>,
    /// The follower to read from; the answer then holds no records. -1: stay.
    #[field(versions = 11.., default = -1)]
    pub preferred_read_replica: i32,
    /// Record batches one after the other, the last maybe cut off.
    #[field(nullable)]
    pub records: Option<&'a [u8]>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The end of the largest epoch not above the one asked for.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct EpochEndOffset {
    /// The leader epoch; -1: no divergence.
    #[field(default = -1)]
    pub epoch: i32,
    /// The first offset after that epoch; -1: no divergence.
    #[field(default = -1)]
    pub end_offset: i64,
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

/// A snapshot of the metadata log.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct SnapshotId {
    /// The first offset after the snapshot; -1: none.
    #[field(default = -1)]
    pub end_offset: i64,
    /// Its leader epoch; -1: none.
    #[field(default = -1)]
    pub epoch: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// One transaction whose records are to be left out.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AbortedTransaction {
    /// Its producer.
    pub producer_id: i64,
    /// Its first offset; it ends with the producer's next abort marker.
    pub first_offset: i64,
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
