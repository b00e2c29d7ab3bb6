//! AlterReplicaLogDirs (34): moves a broker's replicas to another of its log directories.
//!
//! Goes to the broker that keeps the replicas, each broker apart (KIP-113). The answer comes when
//! the copying has begun; DescribeLogDirs tells how far it is. Versions: 2 is flexible.

use crate::{Message, UnknownTaggedFields};

/// Asks a broker to move replicas.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 34, versions = 1..=2, flexible = 2..)]
pub struct AlterReplicaLogDirsRequest<'a> {
    /// What to move, by target.
    pub dirs: Vec<AlterReplicaLogDir<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What to move to one directory.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AlterReplicaLogDir<'a> {
    /// The directory's absolute path, one of the broker's `log.dirs`.
    pub path: &'a str,
    /// What to move, by topic.
    pub topics: Vec<AlterReplicaLogDirTopic<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What to move of one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AlterReplicaLogDirTopic<'a> {
    /// The topic's name.
    pub name: &'a str,
    /// The partitions.
    pub partitions: Vec<i32>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Says which moves have begun.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 34, versions = 1..=2, flexible = 2..)]
pub struct AlterReplicaLogDirsResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// What happened, by topic.
    pub results: Vec<AlterReplicaLogDirTopicResult<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened in one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AlterReplicaLogDirTopicResult<'a> {
    /// The topic's name.
    pub topic_name: &'a str,
    /// What happened, by partition.
    pub partitions: Vec<AlterReplicaLogDirPartitionResult>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened in one partition.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AlterReplicaLogDirPartitionResult {
    /// The partition.
    pub partition_index: i32,
    /// 0, or why it isn't moved. REPLICA_NOT_AVAILABLE: the broker has no such replica, but will
    /// put it there when it gets one.
    pub error_code: i16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
