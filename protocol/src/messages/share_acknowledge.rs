//! ShareAcknowledge (79): DOC
//!
//! DOC versions

use crate::types::TopicId;
use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 79, versions = 1..=2, flexible = 0..)]
pub struct ShareAcknowledgeRequest<'a> {
    /// DOC
    #[field(nullable)]
    pub group_id: Option<&'a str>,
    /// DOC
    #[field(nullable)]
    pub member_id: Option<&'a str>,
    /// DOC
    pub share_session_epoch: i32,
    /// DOC
    #[field(versions = 2..)]
    pub is_renew_ack: bool,
    /// DOC
    pub topics: Vec<AcknowledgeTopic>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AcknowledgeTopic {
    /// DOC
    pub topic_id: TopicId,
    /// DOC
    pub partitions: Vec<AcknowledgePartition>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AcknowledgePartition {
    /// DOC
    pub partition_index: i32,
    /// DOC
    pub acknowledgement_batches: Vec<AcknowledgementBatch>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AcknowledgementBatch {
    /// DOC
    pub first_offset: i64,
    /// DOC
    pub last_offset: i64,
    /// DOC
    pub acknowledge_types: Vec<i8>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 79, versions = 1..=2, flexible = 0..)]
pub struct ShareAcknowledgeResponse<'a> {
    /// DOC
    pub throttle_time_ms: i32,
    /// DOC
    pub error_code: i16,
    /// DOC
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// DOC
    #[field(versions = 2.., ignorable)]
    pub acquisition_lock_timeout_ms: i32,
    /// DOC
    pub responses: Vec<ShareAcknowledgeTopicResponse<'a>>,
    /// DOC
    pub node_endpoints: Vec<NodeEndpoint<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct ShareAcknowledgeTopicResponse<'a> {
    /// DOC
    pub topic_id: TopicId,
    /// DOC
    pub partitions: Vec<PartitionData<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct PartitionData<'a> {
    /// DOC
    pub partition_index: i32,
    /// DOC
    pub error_code: i16,
    /// DOC
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// DOC
    pub current_leader: LeaderIdAndEpoch,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct LeaderIdAndEpoch {
    /// DOC
    pub leader_id: i32,
    /// DOC
    pub leader_epoch: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct NodeEndpoint<'a> {
    /// DOC
    pub node_id: i32,
    /// DOC
    pub host: &'a str,
    /// DOC
    pub port: i32,
    /// DOC
    #[field(nullable)]
    pub rack: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
