//! ShareGroupHeartbeat (76): DOC
//!
//! DOC versions

use crate::types::TopicId;
use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 76, versions = 1..=1, flexible = 0..)]
pub struct ShareGroupHeartbeatRequest<'a> {
    /// DOC
    pub group_id: &'a str,
    /// DOC
    pub member_id: &'a str,
    /// DOC
    pub member_epoch: i32,
    /// DOC
    #[field(nullable)]
    pub rack_id: Option<&'a str>,
    /// DOC
    #[field(nullable)]
    pub subscribed_topic_names: Option<Vec<&'a str>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 76, versions = 1..=1, flexible = 0..)]
pub struct ShareGroupHeartbeatResponse<'a> {
    /// DOC
    pub throttle_time_ms: i32,
    /// DOC
    pub error_code: i16,
    /// DOC
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// DOC
    #[field(nullable)]
    pub member_id: Option<&'a str>,
    /// DOC
    pub member_epoch: i32,
    /// DOC
    pub heartbeat_interval_ms: i32,
    /// DOC
    #[field(nullable)]
    pub assignment: Option<Assignment>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct Assignment {
    /// DOC
    pub topic_partitions: Vec<TopicPartitions>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct TopicPartitions {
    /// DOC
    pub topic_id: TopicId,
    /// DOC
    pub partitions: Vec<i32>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
