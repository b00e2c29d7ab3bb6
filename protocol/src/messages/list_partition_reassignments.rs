//! ListPartitionReassignments (46): lists the moves of partitions that are under way.
//!
//! A broker forwards it to the controller; needs DESCRIBE on the cluster (KIP-455).

use crate::{Message, UnknownTaggedFields};

/// Asks for the moves under way.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 46, versions = 0..=0, flexible = 0..)]
pub struct ListPartitionReassignmentsRequest<'a> {
    /// How long to wait for the answer, in milliseconds.
    #[field(default = 60000)]
    pub timeout_ms: i32,
    /// Where to look, by topic; null: everywhere.
    #[field(nullable)]
    pub topics: Option<Vec<ListPartitionReassignmentsTopics<'a>>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Where to look in one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct ListPartitionReassignmentsTopics<'a> {
    /// The topic's name.
    pub name: &'a str,
    /// The partitions.
    pub partition_indexes: Vec<i32>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The moves under way.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 46, versions = 0..=0, flexible = 0..)]
pub struct ListPartitionReassignmentsResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// 0, or why there is no answer.
    pub error_code: i16,
    /// The broker's words on that.
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// The moves, by topic. Partitions that don't move, or don't exist, are left out.
    pub topics: Vec<OngoingTopicReassignment<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The moves of one topic's partitions.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct OngoingTopicReassignment<'a> {
    /// The topic's name.
    pub name: &'a str,
    /// The moves, by partition.
    pub partitions: Vec<OngoingPartitionReassignment>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The move of one partition.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct OngoingPartitionReassignment {
    /// The partition.
    pub partition_index: i32,
    /// The brokers that keep it for now, those to come and to go included.
    pub replicas: Vec<i32>,
    /// The brokers to come: they keep it once they are in sync.
    pub adding_replicas: Vec<i32>,
    /// The brokers to go when that is so.
    pub removing_replicas: Vec<i32>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
