//! CreateTopics (19): makes topics.
//!
//! Versions: 4 lets the broker choose partitions and replicas, 5 tells the settings, 7 the id.

use crate::types::TopicId;
use crate::{Message, UnknownTaggedFields};

/// Asks for new topics.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 19, versions = 2..=7, flexible = 5..)]
pub struct CreateTopicsRequest<'a> {
    /// The topics to make.
    pub topics: Vec<CreatableTopic<'a>>,
    /// How long to wait until they are made, in milliseconds.
    #[field(default = 60000)]
    pub timeout_ms: i32,
    /// Whether to only say what would happen.
    pub validate_only: bool,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// A topic to make.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct CreatableTopic<'a> {
    /// The topic's name.
    pub name: &'a str,
    /// Number of partitions; -1: as the broker is set up, or as in `assignments`.
    pub num_partitions: i32,
    /// Copies of each partition; -1: as the broker is set up, or as in `assignments`.
    pub replication_factor: i16,
    /// Which brokers keep which partition; empty: the cluster chooses.
    pub assignments: Vec<CreatableReplicaAssignment>,
    /// The topic's settings other than the default.
    pub configs: Vec<CreatableTopicConfig<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Which brokers keep one partition.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct CreatableReplicaAssignment {
    /// The partition.
    pub partition_index: i32,
    /// The brokers, preferred leader first.
    pub broker_ids: Vec<i32>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// One setting.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct CreatableTopicConfig<'a> {
    /// Its name, such as `retention.ms`.
    pub name: &'a str,
    /// Its value.
    #[field(nullable)]
    pub value: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 19, versions = 2..=7, flexible = 5..)]
pub struct CreateTopicsResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// One entry a topic.
    pub topics: Vec<CreatableTopicResult<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened to one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct CreatableTopicResult<'a> {
    /// The topic's name.
    pub name: &'a str,
    /// The new topic's id.
    #[field(versions = 7.., ignorable)]
    pub topic_id: TopicId,
    /// 0, or why it wasn't made.
    pub error_code: i16,
    /// The broker's words on that.
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// 0, or why `configs` is missing.
    #[field(versions = 5.., ignorable, tag = 0)]
    pub topic_config_error_code: i16,
    /// Number of partitions; -1 unknown.
    #[field(versions = 5.., default = -1, ignorable)]
    pub num_partitions: i32,
    /// Copies of each partition; -1 unknown.
    #[field(versions = 5.., default = -1, ignorable)]
    pub replication_factor: i16,
    /// The topic's settings; null: not told.
    #[field(versions = 5.., nullable = 5.., ignorable)]
    pub configs: Option<Vec<CreatableTopicConfigs<'a>>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// One setting in force.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct CreatableTopicConfigs<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its value; null if it is secret.
    #[field(nullable)]
    pub value: Option<&'a str>,
    /// Whether it can't be changed.
    pub read_only: bool,
    /// Where it comes from: 1 the topic, 2 and 3 brokers' dynamic settings, 4 the broker's file, 5
    /// the default, -1 unknown.
    #[field(default = -1)]
    pub config_source: i8,
    /// Whether it is secret.
    pub is_sensitive: bool,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
