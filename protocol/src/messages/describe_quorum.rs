//! DescribeQuorum (55): leader, voters and observers of the metadata log (raft), and how far each
//! has come.
//!
//! Sent by administrators: brokers forward it to the leader, a controller that doesn't lead answers
//! NOT_LEADER_OR_FOLLOWER. Versions: 1 has times (KIP-836), 2 directories, addresses and words on
//! errors (KIP-853). Only partition 0 of `__cluster_metadata` is known.

use crate::types::Uuid;
use crate::{Message, UnknownTaggedFields};

/// Asks the leader of the metadata log for its quorum.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 55, versions = 0..=2, flexible = 0..)]
pub struct DescribeQuorumRequest<'a> {
    /// The one topic, `__cluster_metadata`.
    pub topics: Vec<DescribeQuorumRequestTopicData<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What is asked of one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribeQuorumRequestTopicData<'a> {
    /// The topic's name.
    pub topic_name: &'a str,
    /// The one partition, 0.
    pub partitions: Vec<DescribeQuorumRequestPartitionData>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// One partition.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribeQuorumRequestPartitionData {
    /// The partition.
    pub partition_index: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The quorum, as its leader sees it.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 55, versions = 0..=2, flexible = 0..)]
pub struct DescribeQuorumResponse<'a> {
    /// 0, or why there is nothing to say.
    pub error_code: i16,
    /// The broker's words on that.
    #[field(versions = 2.., nullable = 2.., ignorable)]
    pub error_message: Option<&'a str>,
    /// The one topic.
    pub topics: Vec<DescribeQuorumResponseTopicData<'a>>,
    /// Where the voters listen.
    #[field(versions = 2..)]
    pub nodes: Vec<Node<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The quorum of one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribeQuorumResponseTopicData<'a> {
    /// The topic's name.
    pub topic_name: &'a str,
    /// The one partition.
    pub partitions: Vec<DescribeQuorumResponsePartitionData<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The quorum of one partition.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribeQuorumResponsePartitionData<'a> {
    /// The partition.
    pub partition_index: i32,
    /// 0, or why there is nothing to say; NOT_LEADER_OR_FOLLOWER: ask another controller.
    pub error_code: i16,
    /// The broker's words on that.
    #[field(versions = 2.., nullable = 2.., ignorable)]
    pub error_message: Option<&'a str>,
    /// The leader; -1 unknown.
    pub leader_id: i32,
    /// The leader's epoch.
    pub leader_epoch: i32,
    /// The first offset that isn't yet on most voters; -1 unknown.
    pub high_watermark: i64,
    /// The controllers that vote, the leader too.
    pub current_voters: Vec<ReplicaState>,
    /// Brokers, and controllers without a vote, that fetch the log; who was silent for five minutes
    /// drops out.
    pub observers: Vec<ReplicaState>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// How far one replica has come.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct ReplicaState {
    /// The replica.
    pub replica_id: i32,
    /// The replica's log directory; zeros: unknown.
    #[field(versions = 2..)]
    pub replica_directory_id: Uuid,
    /// The first offset after its log, as of its last fetch; -1 unknown.
    pub log_end_offset: i64,
    /// When it last fetched, by the leader's clock in milliseconds since the epoch; for the leader
    /// itself: now. -1 unknown.
    #[field(versions = 1.., default = -1, ignorable)]
    pub last_fetch_timestamp: i64,
    /// Up to when it has everything, by the leader's clock in milliseconds since the epoch; now
    /// less this is its lag. For the leader itself: now. -1 unknown.
    #[field(versions = 1.., default = -1, ignorable)]
    pub last_caught_up_timestamp: i64,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// A controller's addresses.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct Node<'a> {
    /// The controller.
    #[field(versions = 2..)]
    pub node_id: i32,
    /// Its listeners.
    #[field(versions = 2..)]
    pub listeners: Vec<Listener<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// One listener.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct Listener<'a> {
    /// The listener's name.
    #[field(versions = 2..)]
    pub name: &'a str,
    /// Its host name.
    #[field(versions = 2..)]
    pub host: &'a str,
    /// Its port.
    #[field(versions = 2..)]
    pub port: u16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
