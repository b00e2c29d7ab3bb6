//! BeginQuorumEpoch (53): tells a voter who was elected leader of the metadata log (raft).
//!
//! Sent by the new leader to all other voters, again and again until they fetch from it; for
//! partition 0 of `__cluster_metadata` only. Versions: 1 is flexible, says who is meant and where
//! the leader listens (KIP-853). Observers get none: they find the leader by asking.

use crate::types::Uuid;
use crate::{Message, UnknownTaggedFields};

/// Tells one voter that an epoch has begun.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 53, versions = 0..=1, flexible = 1..)]
pub struct BeginQuorumEpochRequest<'a> {
    /// The cluster that is meant; null: don't check. Another: INCONSISTENT_CLUSTER_ID.
    #[field(nullable)]
    pub cluster_id: Option<&'a str>,
    /// The voter that is meant; -1: whoever gets it. Another: INVALID_VOTER_KEY.
    #[field(versions = 1.., default = -1, ignorable)]
    pub voter_id: i32,
    /// The one topic, `__cluster_metadata`.
    pub topics: Vec<BeginQuorumEpochRequestTopicData<'a>>,
    /// Where the leader listens; empty: as the receiver has it in its set of voters.
    #[field(versions = 1.., ignorable)]
    pub leader_endpoints: Vec<LeaderEndpoint<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What has begun in one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct BeginQuorumEpochRequestTopicData<'a> {
    /// The topic's name.
    pub topic_name: &'a str,
    /// The one partition, 0.
    pub partitions: Vec<BeginQuorumEpochRequestPartitionData>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What has begun in one partition.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct BeginQuorumEpochRequestPartitionData {
    /// The partition.
    pub partition_index: i32,
    /// The log directory of the voter that is meant; zeros: unknown.
    #[field(versions = 1.., ignorable)]
    pub voter_directory_id: Uuid,
    /// The new leader, which is the sender.
    pub leader_id: i32,
    /// The epoch that it leads.
    pub leader_epoch: i32,
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
#[message(response, key = 53, versions = 0..=1, flexible = 1..)]
pub struct BeginQuorumEpochResponse<'a> {
    /// 0, or what is wrong with the whole request.
    pub error_code: i16,
    /// The one topic.
    pub topics: Vec<BeginQuorumEpochResponseTopicData<'a>>,
    /// Address of the leader named in the answer, if the voter knows one.
    #[field(versions = 1.., tag = 0)]
    pub node_endpoints: Vec<NodeEndpoint<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The answer for one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct BeginQuorumEpochResponseTopicData<'a> {
    /// The topic's name.
    pub topic_name: &'a str,
    /// The one partition.
    pub partitions: Vec<BeginQuorumEpochResponsePartitionData>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The answer for one partition.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct BeginQuorumEpochResponsePartitionData {
    /// The partition.
    pub partition_index: i32,
    /// 0, or why the voter doesn't follow: FENCED_LEADER_EPOCH if it is in a later epoch.
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
