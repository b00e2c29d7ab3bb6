//! TxnOffsetCommit (28): moves a group's committed offsets when a transaction commits.
//!
//! Goes to the group's coordinator, after AddOffsetsToTxn. The offsets wait there for the
//! transaction's end. Versions: 2 adds leader epochs, 3 is flexible and fences by member and
//! generation (KIP-447), 4 has TRANSACTION_ABORTABLE, 5 adds the group to the transaction by
//! itself: use it only under transaction version 2 (KIP-890), and then without AddOffsetsToTxn.

use crate::{Message, UnknownTaggedFields};

/// Asks a group's coordinator to store offsets as part of a transaction.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 28, versions = 0..=5, flexible = 3..)]
pub struct TxnOffsetCommitRequest<'a> {
    /// The producer's transactional id.
    pub transactional_id: &'a str,
    /// The group.
    pub group_id: &'a str,
    /// The producer's id.
    pub producer_id: i64,
    /// The producer's epoch.
    pub producer_epoch: i16,
    /// Generation (classic protocol) or member epoch (consumer protocol) of the member that read
    /// the records; an old one: ILLEGAL_GENERATION. -1 without a member: not checked.
    #[field(versions = 3.., default = -1)]
    pub generation_id: i32,
    /// The member; empty: not checked.
    #[field(versions = 3..)]
    pub member_id: &'a str,
    /// The static member's name (KIP-345).
    #[field(versions = 3.., nullable = 3..)]
    pub group_instance_id: Option<&'a str>,
    /// What to store, by topic.
    pub topics: Vec<TxnOffsetCommitRequestTopic<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What to store for one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct TxnOffsetCommitRequestTopic<'a> {
    /// The topic's name.
    pub name: &'a str,
    /// What to store, by partition.
    pub partitions: Vec<TxnOffsetCommitRequestPartition<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What to store for one partition.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct TxnOffsetCommitRequestPartition<'a> {
    /// The partition.
    pub partition_index: i32,
    /// The next offset to process, not the last processed.
    pub committed_offset: i64,
    /// Leader epoch of the last record processed, to detect truncation later; -1 unknown.
    #[field(versions = 2.., default = -1, ignorable)]
    pub committed_leader_epoch: i32,
    /// A text kept with the offset; the broker refuses more than `offset.metadata.max.bytes` (4096)
    /// of it.
    #[field(nullable)]
    pub committed_metadata: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Says per partition whether the offset is taken.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 28, versions = 0..=5, flexible = 3..)]
pub struct TxnOffsetCommitResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// What happened, by topic.
    pub topics: Vec<TxnOffsetCommitResponseTopic<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened in one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct TxnOffsetCommitResponseTopic<'a> {
    /// The topic's name.
    pub name: &'a str,
    /// What happened, by partition.
    pub partitions: Vec<TxnOffsetCommitResponsePartition>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened in one partition.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct TxnOffsetCommitResponsePartition {
    /// The partition.
    pub partition_index: i32,
    /// 0, or why the offset isn't taken; abort the transaction then, unless it can be tried again.
    pub error_code: i16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
