//! EndQuorumEpoch (54): tells a voter that the leader of the metadata log resigns (raft).
//!
//! Sent by the leader to the other voters when it shuts down, so that they elect at once instead of
//! waiting until fetches fail; for partition 0 of `__cluster_metadata` only. Versions: 1 is
//! flexible, names the heirs by id and directory, and says where the leader listened (KIP-853).

use crate::types::Uuid;
use crate::{Message, UnknownTaggedFields};

/// Tells one voter that an epoch ends.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 54, versions = 0..=1, flexible = 1..)]
pub struct EndQuorumEpochRequest<'a> {
    /// The cluster that is meant; null: don't check. Another: INCONSISTENT_CLUSTER_ID.
    #[field(nullable)]
    pub cluster_id: Option<&'a str>,
    /// The one topic, `__cluster_metadata`.
    pub topics: Vec<EndQuorumEpochRequestTopicData<'a>>,
    /// Where the leader listens; empty: as the receiver has it in its set of voters.
    #[field(versions = 1.., ignorable)]
    pub leader_endpoints: Vec<LeaderEndpoint<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What ends in one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct EndQuorumEpochRequestTopicData<'a> {
    /// The topic's name.
    pub topic_name: &'a str,
    /// The one partition, 0.
    pub partitions: Vec<EndQuorumEpochRequestPartitionData>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What ends in one partition.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct EndQuorumEpochRequestPartitionData {
    /// The partition.
    pub partition_index: i32,
    /// The leader that resigns, which is the sender.
    pub leader_id: i32,
    /// The epoch that it led.
    pub leader_epoch: i32,
    /// Before version 1: as `preferred_candidates`, without the directories.
    #[field(versions = ..=0, ignorable)]
    pub preferred_successors: Vec<i32>,
    /// Who shall follow, longest log first. The first stands for election at once, each further one
    /// waits longer.
    #[field(versions = 1.., ignorable)]
    pub preferred_candidates: Vec<ReplicaInfo>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// One voter that may follow.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct ReplicaInfo {
    /// The voter.
    #[field(versions = 1..)]
    pub candidate_id: i32,
    /// Its log directory; zeros: unknown.
    #[field(versions = 1..)]
    pub candidate_directory_id: Uuid,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// One listener of the leader.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct LeaderEndpoint<'a> {
    /// The listener's name.
    #[field(versions = 1..)]
    pub name: &'a str,
    /// Its host name.
    #[field(versions = 1..)]
    pub host: &'a str,
    /// Its port.
    #[field(versions = 1..)]
    pub port: u16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The voter's answer.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 54, versions = 0..=1, flexible = 1..)]
pub struct EndQuorumEpochResponse<'a> {
    /// 0, or what is wrong with the whole request.
    pub error_code: i16,
    /// The one topic.
    pub topics: Vec<EndQuorumEpochResponseTopicData<'a>>,
    /// Address of the leader named in the answer, if the voter knows one.
    #[field(versions = 1.., tag = 0)]
    pub node_endpoints: Vec<NodeEndpoint<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The answer for one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct EndQuorumEpochResponseTopicData<'a> {
    /// The topic's name.
    pub topic_name: &'a str,
    /// The one partition.
    pub partitions: Vec<EndQuorumEpochResponsePartitionData>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The answer for one partition.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct EndQuorumEpochResponsePartitionData {
    /// The partition.
    pub partition_index: i32,
    /// 0, or why the voter ignores it: FENCED_LEADER_EPOCH if it is in a later epoch.
    pub error_code: i16,
    /// The leader that the voter knows of; -1 unknown.
    pub leader_id: i32,
    /// The epoch that the voter is in.
    pub leader_epoch: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// A controller's address.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct NodeEndpoint<'a> {
    /// The controller.
    #[field(versions = 1..)]
    pub node_id: i32,
    /// Its host name.
    #[field(versions = 1..)]
    pub host: &'a str,
    /// Its port.
    #[field(versions = 1..)]
    pub port: u16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
