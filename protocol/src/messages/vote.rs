//! Vote (52): asks a controller for its vote in an election of the metadata log's leader (raft).
//!
//! Sent by controllers to voters, for partition 0 of `__cluster_metadata` only; anything else is
//! INVALID_REQUEST. Versions: 1 says by id and directory who is meant (KIP-853), 2 can ask without
//! obligation first (pre-vote, KIP-996), so that a voter that was cut off doesn't disturb a leader
//! that works.

use crate::types::Uuid;
use crate::{Message, UnknownTaggedFields};

/// Asks one voter for its vote.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 52, versions = 0..=2, flexible = 0..)]
pub struct VoteRequest<'a> {
    /// The cluster that is meant; null: don't check. Another: INCONSISTENT_CLUSTER_ID.
    #[field(nullable)]
    pub cluster_id: Option<&'a str>,
    /// The voter that is meant; -1: whoever gets it. Another: INVALID_VOTER_KEY.
    #[field(versions = 1.., default = -1, ignorable)]
    pub voter_id: i32,
    /// The one topic, `__cluster_metadata`.
    pub topics: Vec<VoteRequestTopicData<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What is asked in one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct VoteRequestTopicData<'a> {
    /// The topic's name.
    pub topic_name: &'a str,
    /// The one partition, 0.
    pub partitions: Vec<VoteRequestPartitionData>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What is asked in one partition.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct VoteRequestPartitionData {
    /// The partition.
    pub partition_index: i32,
    /// The epoch to be leader in. In a pre-vote the asker's present one, which it hasn't raised
    /// yet.
    pub replica_epoch: i32,
    /// The asker.
    pub replica_id: i32,
    /// The asker's log directory; zeros: unknown.
    #[field(versions = 1.., ignorable)]
    pub replica_directory_id: Uuid,
    /// The log directory of the voter that is meant; zeros: unknown.
    #[field(versions = 1.., ignorable)]
    pub voter_directory_id: Uuid,
    /// Leader epoch of the last record in the asker's log; below `replica_epoch` in a real vote.
    pub last_offset_epoch: i32,
    /// The first offset after the asker's log. Whoever has a longer log of that epoch, or a later
    /// epoch, refuses.
    pub last_offset: i64,
    /// Whether it is a mere question: the voter says how it would vote, but neither keeps that nor
    /// moves to another epoch.
    #[field(versions = 2..)]
    pub pre_vote: bool,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The voter's answer.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 52, versions = 0..=2, flexible = 0..)]
pub struct VoteResponse<'a> {
    /// 0, or what is wrong with the whole request.
    pub error_code: i16,
    /// The one topic.
    pub topics: Vec<VoteResponseTopicData<'a>>,
    /// Address of the leader named in the answer, if the voter knows one.
    #[field(versions = 1.., tag = 0)]
    pub node_endpoints: Vec<NodeEndpoint<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The answer for one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct VoteResponseTopicData<'a> {
    /// The topic's name.
    pub topic_name: &'a str,
    /// The one partition.
    pub partitions: Vec<VoteResponsePartitionData>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The answer for one partition.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct VoteResponsePartitionData {
    /// The partition.
    pub partition_index: i32,
    /// 0, or why there was no vote: FENCED_LEADER_EPOCH if the voter is in a later epoch. A refusal
    /// is no error.
    pub error_code: i16,
    /// The leader that the voter knows of; -1 unknown.
    pub leader_id: i32,
    /// The epoch that the voter is in.
    pub leader_epoch: i32,
    /// Whether the asker has the vote. Unless it is a pre-vote, a voter has one an epoch and keeps
    /// on disk whom it went to.
    pub vote_granted: bool,
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
