//! AssignReplicasToDirs (73): DOC
//!
//! DOC versions

use crate::types::{TopicId, Uuid};
use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 73, versions = 0..=0, flexible = 0.., response_owned)]
pub struct AssignReplicasToDirsRequest {
    /// DOC
    pub broker_id: i32,
    /// DOC
    #[field(default = -1)]
    pub broker_epoch: i64,
    /// DOC
    pub directories: Vec<AssignReplicasToDirsRequestDirectoryData>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AssignReplicasToDirsRequestDirectoryData {
    /// DOC
    pub id: Uuid,
    /// DOC
    pub topics: Vec<AssignReplicasToDirsRequestTopicData>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AssignReplicasToDirsRequestTopicData {
    /// DOC
    pub topic_id: TopicId,
    /// DOC
    pub partitions: Vec<AssignReplicasToDirsRequestPartitionData>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AssignReplicasToDirsRequestPartitionData {
    /// DOC
    pub partition_index: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 73, versions = 0..=0, flexible = 0..)]
pub struct AssignReplicasToDirsResponse {
    /// DOC
    pub throttle_time_ms: i32,
    /// DOC
    pub error_code: i16,
    /// DOC
    pub directories: Vec<AssignReplicasToDirsResponseDirectoryData>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AssignReplicasToDirsResponseDirectoryData {
    /// DOC
    pub id: Uuid,
    /// DOC
    pub topics: Vec<AssignReplicasToDirsResponseTopicData>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AssignReplicasToDirsResponseTopicData {
    /// DOC
    pub topic_id: TopicId,
    /// DOC
    pub partitions: Vec<AssignReplicasToDirsResponsePartitionData>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AssignReplicasToDirsResponsePartitionData {
    /// DOC
    pub partition_index: i32,
    /// DOC
    pub error_code: i16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
