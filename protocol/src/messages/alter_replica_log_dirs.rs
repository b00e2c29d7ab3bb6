//! AlterReplicaLogDirs (34): DOC
//!
//! DOC versions

use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 34, versions = 1..=2, flexible = 2..)]
pub struct AlterReplicaLogDirsRequest<'a> {
    /// DOC
    pub dirs: Vec<AlterReplicaLogDir<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AlterReplicaLogDir<'a> {
    /// DOC
    pub path: &'a str,
    /// DOC
    pub topics: Vec<AlterReplicaLogDirTopic<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AlterReplicaLogDirTopic<'a> {
    /// DOC
    pub name: &'a str,
    /// DOC
    pub partitions: Vec<i32>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 34, versions = 1..=2, flexible = 2..)]
pub struct AlterReplicaLogDirsResponse<'a> {
    /// DOC
    pub throttle_time_ms: i32,
    /// DOC
    pub results: Vec<AlterReplicaLogDirTopicResult<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AlterReplicaLogDirTopicResult<'a> {
    /// DOC
    pub topic_name: &'a str,
    /// DOC
    pub partitions: Vec<AlterReplicaLogDirPartitionResult>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AlterReplicaLogDirPartitionResult {
    /// DOC
    pub partition_index: i32,
    /// DOC
    pub error_code: i16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
