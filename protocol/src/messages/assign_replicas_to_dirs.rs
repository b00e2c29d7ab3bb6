//! AssignReplicasToDirs (73): tells the controller in which log directory a broker keeps which
//! replica.
//!
//! One version (KIP-858). Sent by brokers with several log directories, when they put a new replica
//! somewhere or move one: so the controller knows what fails when a directory does. Kafka packs at
//! most 2250 replicas into a request.

use crate::types::{TopicId, Uuid};
use crate::{Message, UnknownTaggedFields};

/// Tells where replicas are.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 73, versions = 0..=0, flexible = 0.., response_owned)]
pub struct AssignReplicasToDirsRequest {
    /// The broker that tells.
    pub broker_id: i32,
    /// Its broker epoch; an old one is refused with STALE_BROKER_EPOCH. -1 unknown.
    #[field(default = -1)]
    pub broker_epoch: i64,
    /// What is where, by directory.
    pub directories: Vec<AssignReplicasToDirsRequestDirectoryData>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What is in one directory.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AssignReplicasToDirsRequestDirectoryData {
    /// The directory's id.
    pub id: Uuid,
    /// What is there, by topic; what isn't named stays as it was.
    pub topics: Vec<AssignReplicasToDirsRequestTopicData>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What is there of one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AssignReplicasToDirsRequestTopicData {
    /// The topic's id.
    pub topic_id: TopicId,
    /// The partitions.
    pub partitions: Vec<AssignReplicasToDirsRequestPartitionData>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// One replica that is there.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AssignReplicasToDirsRequestPartitionData {
    /// The partition.
    pub partition_index: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Says per replica whether the controller knows now.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 73, versions = 0..=0, flexible = 0..)]
pub struct AssignReplicasToDirsResponse {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// 0, or what is wrong with the whole request.
    pub error_code: i16,
    /// What happened, by directory.
    pub directories: Vec<AssignReplicasToDirsResponseDirectoryData>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened in one directory.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AssignReplicasToDirsResponseDirectoryData {
    /// The directory's id.
    pub id: Uuid,
    /// What happened, by topic.
    pub topics: Vec<AssignReplicasToDirsResponseTopicData>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened in one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AssignReplicasToDirsResponseTopicData {
    /// The topic's id.
    pub topic_id: TopicId,
    /// What happened, by partition.
    pub partitions: Vec<AssignReplicasToDirsResponsePartitionData>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened in one partition.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AssignReplicasToDirsResponsePartitionData {
    /// The partition.
    pub partition_index: i32,
    /// 0, or why it isn't known; NOT_LEADER_OR_FOLLOWER: the broker shall have no replica of it.
    pub error_code: i16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
