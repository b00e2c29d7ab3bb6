//! AlterPartition (56): DOC
//!
//! DOC versions

use crate::types::TopicId;
use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 56, versions = 2..=3, flexible = 0.., response_owned)]
pub struct AlterPartitionRequest {
    /// DOC
    pub broker_id: i32,
    /// DOC
    #[field(default = -1)]
    pub broker_epoch: i64,
    /// DOC
    pub topics: Vec<AlterPartitionRequestTopicData>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AlterPartitionRequestTopicData {
    /// DOC
    pub topic_id: TopicId,
    /// DOC
    pub partitions: Vec<AlterPartitionRequestPartitionData>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AlterPartitionRequestPartitionData {
    /// DOC
    pub partition_index: i32,
    /// DOC
    pub leader_epoch: i32,
    /// DOC
    #[field(versions = ..=2)]
    pub new_isr: Vec<i32>,
    /// DOC
    #[field(versions = 3..)]
    pub new_isr_with_epochs: Vec<BrokerState>,
    /// DOC
    pub leader_recovery_state: i8,
    /// DOC
    pub partition_epoch: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct BrokerState {
    /// DOC
    #[field(versions = 3..)]
    pub broker_id: i32,
    /// DOC
    #[field(versions = 3.., default = -1)]
    pub broker_epoch: i64,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 56, versions = 2..=3, flexible = 0..)]
pub struct AlterPartitionResponse {
    /// DOC
    pub throttle_time_ms: i32,
    /// DOC
    pub error_code: i16,
    /// DOC
    pub topics: Vec<AlterPartitionResponseTopicData>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AlterPartitionResponseTopicData {
    /// DOC
    pub topic_id: TopicId,
    /// DOC
    pub partitions: Vec<AlterPartitionResponsePartitionData>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AlterPartitionResponsePartitionData {
    /// DOC
    pub partition_index: i32,
    /// DOC
    pub error_code: i16,
    /// DOC
    pub leader_id: i32,
    /// DOC
    pub leader_epoch: i32,
    /// DOC
    pub isr: Vec<i32>,
    /// DOC
    pub leader_recovery_state: i8,
    /// DOC
    pub partition_epoch: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
