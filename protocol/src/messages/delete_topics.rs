//! DeleteTopics (20): deletes topics and what is in them.
//!
//! Versions: 5 has the broker's words, 6 names topics by name or by id.

use crate::types::TopicId;
use crate::{Message, UnknownTaggedFields};

/// Asks for the end of topics.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 20, versions = 1..=6, flexible = 4..)]
pub struct DeleteTopicsRequest<'a> {
    /// The topics to delete.
    #[field(versions = 6..)]
    pub topics: Vec<DeleteTopicState<'a>>,
    /// The topics to delete, before version 6.
    #[field(versions = ..=5, ignorable)]
    pub topic_names: Vec<&'a str>,
    /// How long to wait until they are gone, in milliseconds.
    pub timeout_ms: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// A topic to delete, by name or by id.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DeleteTopicState<'a> {
    /// The topic's name; null if by id.
    #[field(nullable)]
    pub name: Option<&'a str>,
    /// The topic's id; zero if by name.
    pub topic_id: TopicId,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 20, versions = 1..=6, flexible = 4..)]
pub struct DeleteTopicsResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// One entry a topic.
    pub responses: Vec<DeletableTopicResult<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened to one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DeletableTopicResult<'a> {
    /// The topic's name; null if it was named by an id that nobody knows.
    #[field(nullable = 6..)]
    pub name: Option<&'a str>,
    /// The topic's id.
    #[field(versions = 6.., ignorable)]
    pub topic_id: TopicId,
    /// 0, or why it still is there.
    pub error_code: i16,
    /// The broker's words on that.
    #[field(versions = 5.., nullable = 5.., ignorable)]
    pub error_message: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
