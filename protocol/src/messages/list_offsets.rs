//! ListOffsets (2): finds offsets by time, and a partition's bounds.
//!
//! Versions: 2 knows isolation levels, 4 leader epochs. Each of the special timestamps needs a
//! version of its own; an older broker takes the number for a time, or answers
//! UNSUPPORTED_VERSION.

use crate::{Message, UnknownTaggedFields};

/// Asks the leaders of partitions for offsets.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 2, versions = 1..=11, flexible = 6..)]
pub struct ListOffsetsRequest<'a> {
    /// The asking replica; -1: a consumer, which has to say so: the default is broker 0, which would read past the
    /// high watermark.
    pub replica_id: i32,
    /// 0 read uncommitted; 1 read committed: the newest offset is then the last stable one.
    #[field(versions = 2..)]
    pub isolation_level: i8,
    /// What to look for, by topic.
    pub topics: Vec<ListOffsetsTopic<'a>>,
    /// How long the broker may look in remote storage, in milliseconds.
    #[field(versions = 10.., ignorable)]
    pub timeout_ms: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What to look for in one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct ListOffsetsTopic<'a> {
    /// The topic's name.
    pub name: &'a str,
    /// What to look for, by partition.
    pub partitions: Vec<ListOffsetsPartition>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What to look for in one partition.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct ListOffsetsPartition {
    /// The partition.
    pub partition_index: i32,
    /// The leader epoch from the asker's metadata, to be fenced if it is old; -1: don't check.
    #[field(versions = 4.., default = -1, ignorable)]
    pub current_leader_epoch: i32,
    /// The first record not older than this, in milliseconds; or -1 newest, -2 oldest, -3 the
    /// record with the largest timestamp (version 7), -4 oldest on the broker's own disk (8), -5
    /// newest in remote storage (9), -6 oldest not yet in remote storage (11).
    pub timestamp: i64,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The offsets, by partition.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 2, versions = 1..=11, flexible = 6..)]
pub struct ListOffsetsResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    #[field(versions = 2.., ignorable)]
    pub throttle_time_ms: i32,
    /// The offsets, by topic.
    pub topics: Vec<ListOffsetsTopicResponse<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The offsets of one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct ListOffsetsTopicResponse<'a> {
    /// The topic's name.
    pub name: &'a str,
    /// The offsets, by partition.
    pub partitions: Vec<ListOffsetsPartitionResponse>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The offset of one partition.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct ListOffsetsPartitionResponse {
    /// The partition.
    pub partition_index: i32,
    /// 0, or why there is no offset.
    pub error_code: i16,
    /// The timestamp of the record found; -1 for bounds, and when nothing was found.
    #[field(default = -1)]
    pub timestamp: i64,
    /// The offset found. -1 without an error: no record is as young as that.
    #[field(default = -1)]
    pub offset: i64,
    /// Leader epoch of the record found; -1 unknown.
    #[field(versions = 4.., default = -1)]
    pub leader_epoch: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
