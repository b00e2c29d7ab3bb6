//! DeleteShareGroupOffsets (92): deletes offsets of a share group, by topic (KIP-932).
//!
//! An administrator sends it to the group's coordinator. The group must be empty, else
//! NON_EMPTY_GROUP. Read again, the topic starts as `share.auto.offset.reset` says.

use crate::types::TopicId;
use crate::{Message, UnknownTaggedFields};

/// Asks a group's coordinator to forget topics.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 92, versions = 0..=0, flexible = 0..)]
pub struct DeleteShareGroupOffsetsRequest<'a> {
    /// The group.
    pub group_id: &'a str,
    /// What to forget, by topic.
    pub topics: Vec<DeleteShareGroupOffsetsRequestTopic<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// One topic to forget.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DeleteShareGroupOffsetsRequestTopic<'a> {
    /// The topic's name.
    pub topic_name: &'a str,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 92, versions = 0..=0, flexible = 0..)]
pub struct DeleteShareGroupOffsetsResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// 0, or why nothing is forgotten.
    pub error_code: i16,
    /// The broker's words on that.
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// What happened, by topic.
    pub responses: Vec<DeleteShareGroupOffsetsResponseTopic<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened in one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DeleteShareGroupOffsetsResponseTopic<'a> {
    /// The topic's name.
    pub topic_name: &'a str,
    /// The topic's id.
    pub topic_id: TopicId,
    /// 0, or why it isn't forgotten.
    pub error_code: i16,
    /// The broker's words on that.
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
