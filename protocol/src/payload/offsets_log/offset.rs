//! Offsets that groups have committed.

use crate::types::TopicId;
use crate::{Message, UnknownTaggedFields};

/// What an offset is committed for, as a key.
#[derive(Clone, Copy, Debug, Eq, Hash, Message, PartialEq)]
pub struct OffsetCommitKey<'a> {
    /// The group.
    pub group: &'a str,
    /// The topic's name.
    pub topic: &'a str,
    /// The partition.
    pub partition: i32,
}

/// An offset that a group has committed, in the oldest form, which brokers of today only read.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(versions = 0)]
pub struct LegacyOffsetCommitValue<'a> {
    /// The next offset to process, not the last processed.
    pub offset: i64,
    /// The text that was committed with it.
    pub metadata: &'a str,
    /// When it was committed, in milliseconds since the epoch.
    pub commit_timestamp: i64,
}

/// An offset that a group has committed.
///
/// Versions: 1 has a time to expire, 2 leaves that to how the broker is set up (KIP-211), 3 has leader epochs, 4 is
/// flexible and can tell the topic's id.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(versions = 0..=4, flexible = 4..)]
pub struct OffsetCommitValue<'a> {
    /// The next offset to process, not the last processed.
    pub offset: i64,
    /// Leader epoch of the last record processed; -1 unknown.
    #[field(versions = 3.., default = -1, ignorable)]
    pub leader_epoch: i32,
    /// The text that was committed with it.
    pub metadata: &'a str,
    /// When it was committed, in milliseconds since the epoch.
    pub commit_timestamp: i64,
    /// When it expires, in milliseconds since the epoch; -1: as the broker is set up.
    #[field(versions = 1, default = -1, ignorable)]
    pub expire_timestamp: i64,
    /// The topic's id, so that an offset of a topic deleted since isn't taken for one of its successor; all zero
    /// unknown.
    #[field(versions = 4.., tag = 0, ignorable)]
    pub topic_id: TopicId,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
