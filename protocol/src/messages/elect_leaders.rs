//! ElectLeaders (43): has partitions choose their leaders anew.
//!
//! A broker forwards it to the controller; needs ALTER on the cluster. Versions: 0 knows the
//! preferred leaders only, 1 also elections that lose records (KIP-460), 2 is flexible.

use crate::{Message, UnknownTaggedFields};

/// Asks for elections.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 43, versions = 0..=2, flexible = 2..)]
pub struct ElectLeadersRequest<'a> {
    /// 0 preferred: the first of the replicas, if it is in sync. 1 unclean: where there is no
    /// leader, any live replica; records that it lacks are lost.
    #[field(versions = 1..)]
    pub election_type: i8,
    /// Where to elect, by topic; null: everywhere.
    #[field(nullable)]
    pub topic_partitions: Option<Vec<TopicPartitions<'a>>>,
    /// How long to wait for the new leaders, in milliseconds.
    #[field(default = 60000)]
    pub timeout_ms: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Where to elect in one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct TopicPartitions<'a> {
    /// The topic's name.
    pub topic: &'a str,
    /// The partitions.
    pub partitions: Vec<i32>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Says where there was an election.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 43, versions = 0..=2, flexible = 2..)]
pub struct ElectLeadersResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// 0, or why the whole request failed.
    #[field(versions = 1..)]
    pub error_code: i16,
    /// What happened, by topic.
    pub replica_election_results: Vec<ReplicaElectionResult<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened in one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct ReplicaElectionResult<'a> {
    /// The topic's name.
    pub topic: &'a str,
    /// What happened, by partition. If asked for all, those that needed no election are left out.
    pub partition_result: Vec<PartitionResult<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened in one partition.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct PartitionResult<'a> {
    /// The partition.
    pub partition_id: i32,
    /// 0, or why there is no other leader: ELECTION_NOT_NEEDED, PREFERRED_LEADER_NOT_AVAILABLE, or
    /// ELIGIBLE_LEADERS_NOT_AVAILABLE if not even an unclean one can be had.
    pub error_code: i16,
    /// The broker's words on that.
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
