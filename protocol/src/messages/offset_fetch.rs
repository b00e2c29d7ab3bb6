//! OffsetFetch (9): reads groups' committed offsets.
//!
//! Versions: 2 reads all partitions of a group, 5 has leader epochs, 7 can wait for open
//! transactions, 8 asks for several groups at once, 9 serves members of the consumer protocol
//! (KIP-848), 10 names topics by id.

use crate::types::TopicId;
use crate::{Message, UnknownTaggedFields};

/// Asks the coordinator of one group, or since version 8 of several, for committed offsets.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 9, versions = 1..=10, flexible = 6..)]
pub struct OffsetFetchRequest<'a> {
    /// The group, before version 8.
    #[field(versions = ..=7)]
    pub group_id: &'a str,
    /// The partitions wanted, before version 8; null: all.
    #[field(versions = ..=7, nullable = 2..)]
    pub topics: Option<Vec<OffsetFetchRequestTopic<'a>>>,
    /// The groups and partitions wanted.
    #[field(versions = 8..)]
    pub groups: Vec<OffsetFetchRequestGroup<'a>>,
    /// Whether to refuse, with UNSTABLE_OFFSET_COMMIT, what an open transaction may still change.
    #[field(versions = 7..)]
    pub require_stable: bool,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The partitions wanted of one topic, before version 8.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct OffsetFetchRequestTopic<'a> {
    /// The topic's name.
    pub name: &'a str,
    /// The partitions.
    pub partition_indexes: Vec<i32>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What is wanted of one group.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct OffsetFetchRequestGroup<'a> {
    /// The group.
    pub group_id: &'a str,
    /// The asking member under the consumer protocol; null: not a member.
    #[field(versions = 9.., nullable = 9.., ignorable)]
    pub member_id: Option<&'a str>,
    /// Its member epoch; -1: not a member.
    #[field(versions = 9.., default = -1, ignorable)]
    pub member_epoch: i32,
    /// The partitions wanted; null: all.
    #[field(nullable)]
    pub topics: Option<Vec<OffsetFetchRequestTopics<'a>>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The partitions wanted of one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct OffsetFetchRequestTopics<'a> {
    /// The topic's name.
    #[field(versions = ..=9, ignorable)]
    pub name: &'a str,
    /// The topic's id.
    #[field(versions = 10.., ignorable)]
    pub topic_id: TopicId,
    /// The partitions.
    pub partition_indexes: Vec<i32>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The committed offsets.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 9, versions = 1..=10, flexible = 6..)]
pub struct OffsetFetchResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    #[field(versions = 3.., ignorable)]
    pub throttle_time_ms: i32,
    /// The offsets of the one group, before version 8.
    #[field(versions = ..=7)]
    pub topics: Vec<OffsetFetchResponseTopic<'a>>,
    /// 0, or why there are none, before version 8.
    #[field(versions = 2..=7, ignorable)]
    pub error_code: i16,
    /// The offsets, by group.
    #[field(versions = 8..)]
    pub groups: Vec<OffsetFetchResponseGroup<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The committed offsets of one topic, before version 8.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct OffsetFetchResponseTopic<'a> {
    /// The topic's name.
    pub name: &'a str,
    /// The offsets, by partition.
    pub partitions: Vec<OffsetFetchResponsePartition<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The committed offset of one partition, before version 8.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct OffsetFetchResponsePartition<'a> {
    /// The partition.
    pub partition_index: i32,
    /// The next offset to process. -1 without an error: nothing is committed.
    pub committed_offset: i64,
    /// Leader epoch of the last record processed; -1 unknown.
    #[field(versions = 5.., default = -1, ignorable)]
    pub committed_leader_epoch: i32,
    /// The text kept with the offset.
    #[field(nullable)]
    pub metadata: Option<&'a str>,
    /// 0, or why there is no offset.
    pub error_code: i16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The committed offsets of one group.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct OffsetFetchResponseGroup<'a> {
    /// The group.
    pub group_id: &'a str,
    /// The offsets, by topic.
    pub topics: Vec<OffsetFetchResponseTopics<'a>>,
    /// 0, or why there are none.
    pub error_code: i16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The committed offsets of one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct OffsetFetchResponseTopics<'a> {
    /// The topic's name.
    #[field(versions = ..=9, ignorable)]
    pub name: &'a str,
    /// The topic's id.
    #[field(versions = 10.., ignorable)]
    pub topic_id: TopicId,
    /// The offsets, by partition.
    pub partitions: Vec<OffsetFetchResponsePartitions<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The committed offset of one partition.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct OffsetFetchResponsePartitions<'a> {
    /// The partition.
    pub partition_index: i32,
    /// The next offset to process. -1 without an error: nothing is committed.
    pub committed_offset: i64,
    /// Leader epoch of the last record processed; -1 unknown.
    #[field(default = -1)]
    pub committed_leader_epoch: i32,
    /// The text kept with the offset.
    #[field(nullable)]
    pub metadata: Option<&'a str>,
    /// 0, or why there is no offset.
    pub error_code: i16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
