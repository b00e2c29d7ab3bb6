//! OffsetCommit (8): moves a group's committed offsets.
//!
//! Versions: 5 drops the retention time, 6 adds leader epochs, 7 static members, 9 serves members
//! of the consumer protocol (KIP-848), 10 names topics by id.

use crate::types::TopicId;
use crate::{Message, UnknownTaggedFields};

/// Asks a group's coordinator to store committed offsets.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 8, versions = 2..=10, flexible = 8..)]
pub struct OffsetCommitRequest<'a> {
    /// The group.
    pub group_id: &'a str,
    /// Generation (classic protocol) or member epoch (consumer protocol). -1: not a member; such a
    /// commit is only taken while the group is empty.
    #[field(default = -1)]
    pub generation_id_or_member_epoch: i32,
    /// The member; empty with generation -1.
    pub member_id: &'a str,
    /// The static member's name (KIP-345).
    #[field(versions = 7.., nullable = 7..)]
    pub group_instance_id: Option<&'a str>,
    /// How long to keep the offsets, in milliseconds; -1: as the broker is set up. Gone since
    /// KIP-211: offsets expired while their consumers were alive.
    #[field(versions = ..=4, default = -1, ignorable)]
    pub retention_time_ms: i64,
    /// What to store, by topic.
    pub topics: Vec<OffsetCommitRequestTopic<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What to store for one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct OffsetCommitRequestTopic<'a> {
    /// The topic's name.
    #[field(versions = ..=9, ignorable)]
    pub name: &'a str,
    /// The topic's id.
    #[field(versions = 10.., ignorable)]
    pub topic_id: TopicId,
    /// What to store, by partition.
    pub partitions: Vec<OffsetCommitRequestPartition<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What to store for one partition.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct OffsetCommitRequestPartition<'a> {
    /// The partition.
    pub partition_index: i32,
    /// The next offset to process, not the last processed.
    pub committed_offset: i64,
    /// Leader epoch of the last record processed, to detect truncation later; -1 unknown.
    #[field(versions = 6.., default = -1, ignorable)]
    pub committed_leader_epoch: i32,
    /// A text kept with the offset; the broker refuses more than `offset.metadata.max.bytes`
    /// (4096) of it.
    #[field(nullable)]
    pub committed_metadata: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Says per partition whether the offset is stored.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 8, versions = 2..=10, flexible = 8..)]
pub struct OffsetCommitResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    #[field(versions = 3.., ignorable)]
    pub throttle_time_ms: i32,
    /// What happened, by topic.
    pub topics: Vec<OffsetCommitResponseTopic<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened in one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct OffsetCommitResponseTopic<'a> {
    /// The topic's name.
    #[field(versions = ..=9, ignorable)]
    pub name: &'a str,
    /// The topic's id.
    #[field(versions = 10.., ignorable)]
    pub topic_id: TopicId,
    /// What happened, by partition.
    pub partitions: Vec<OffsetCommitResponsePartition>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened in one partition.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct OffsetCommitResponsePartition {
    /// The partition.
    pub partition_index: i32,
    /// 0, or why the offset is not stored; others of the same request may be.
    pub error_code: i16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
