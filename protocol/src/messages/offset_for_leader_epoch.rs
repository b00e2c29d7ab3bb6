//! OffsetForLeaderEpoch (23): tells where a leader epoch ended in a partition's log.
//!
//! A consumer asks after a change of leader, to notice records that were lost (KIP-320); followers
//! asked before they truncated (KIP-101), until Fetch version 12 told them by itself. Goes to the
//! leader. Versions: 3 names the asker, 4 is flexible.

use crate::{Message, UnknownTaggedFields};

/// Asks leaders for the ends of epochs.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 23, versions = 2..=4, flexible = 4..)]
pub struct OffsetForLeaderEpochRequest<'a> {
    /// The asking follower; -1: a consumer; -2: a tool, also assumed before version 3.
    #[field(versions = 3.., default = -2, ignorable)]
    pub replica_id: i32,
    /// What to look up, by topic.
    pub topics: Vec<OffsetForLeaderTopic<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What to look up in one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct OffsetForLeaderTopic<'a> {
    /// The topic's name.
    pub topic: &'a str,
    /// What to look up, by partition.
    pub partitions: Vec<OffsetForLeaderPartition>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What to look up in one partition.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct OffsetForLeaderPartition {
    /// The partition.
    pub partition: i32,
    /// The leader epoch from the asker's metadata: FENCED_LEADER_EPOCH if the broker knows a newer
    /// one, UNKNOWN_LEADER_EPOCH if an older one. -1: don't check.
    #[field(default = -1)]
    pub current_leader_epoch: i32,
    /// The epoch in question: that of the last record read.
    pub leader_epoch: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The ends of epochs.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 23, versions = 2..=4, flexible = 4..)]
pub struct OffsetForLeaderEpochResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// The ends, by topic.
    pub topics: Vec<OffsetForLeaderTopicResult<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The ends in one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct OffsetForLeaderTopicResult<'a> {
    /// The topic's name.
    pub topic: &'a str,
    /// The ends, by partition.
    pub partitions: Vec<EpochEndOffset>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The end of one epoch: whoever has read beyond it has read records that are lost.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct EpochEndOffset {
    /// 0, or why there is no answer.
    pub error_code: i16,
    /// The partition.
    pub partition: i32,
    /// The largest epoch in the log not above the one asked for; -1: none.
    #[field(default = -1)]
    pub leader_epoch: i32,
    /// The first offset after that epoch, or the log's end while it lasts; -1: none.
    #[field(default = -1)]
    pub end_offset: i64,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
