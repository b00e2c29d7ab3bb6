//! AlterPartitionReassignments (45): moves partitions to other brokers, or stops that.
//!
//! A broker forwards it to the controller; needs ALTER on the cluster (KIP-455). The answer comes
//! when the moves have begun; ListPartitionReassignments tells which still go on. Versions: 1 can
//! forbid a change of the number of replicas (KIP-860).

use crate::{Message, UnknownTaggedFields};

/// Asks for moves.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 45, versions = 0..=1, flexible = 0..)]
pub struct AlterPartitionReassignmentsRequest<'a> {
    /// How long to wait until the moves have begun, in milliseconds.
    #[field(default = 60000)]
    pub timeout_ms: i32,
    /// Whether a partition may have more or fewer replicas than before; if not, such a move is
    /// refused with INVALID_REPLICATION_FACTOR.
    #[field(versions = 1.., default = true)]
    pub allow_replication_factor_change: bool,
    /// What to move, by topic.
    pub topics: Vec<ReassignableTopic<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What to move of one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct ReassignableTopic<'a> {
    /// The topic's name.
    pub name: &'a str,
    /// What to move, by partition.
    pub partitions: Vec<ReassignablePartition>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Where one partition shall be.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct ReassignablePartition {
    /// The partition.
    pub partition_index: i32,
    /// The brokers, preferred leader first; null: stop the move under way and go back, or
    /// NO_REASSIGNMENT_IN_PROGRESS.
    #[field(nullable)]
    pub replicas: Option<Vec<i32>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Says which moves have begun.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 45, versions = 0..=1, flexible = 0..)]
pub struct AlterPartitionReassignmentsResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// Whether a change of the number of replicas was allowed, as asked.
    #[field(versions = 1.., default = true, ignorable)]
    pub allow_replication_factor_change: bool,
    /// 0, or why the whole request failed.
    pub error_code: i16,
    /// The broker's words on that.
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// What happened, by topic.
    pub responses: Vec<ReassignableTopicResponse<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened in one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct ReassignableTopicResponse<'a> {
    /// The topic's name.
    pub name: &'a str,
    /// What happened, by partition.
    pub partitions: Vec<ReassignablePartitionResponse<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened in one partition.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct ReassignablePartitionResponse<'a> {
    /// The partition.
    pub partition_index: i32,
    /// 0, or why it isn't moved; others of the same request may be.
    pub error_code: i16,
    /// The broker's words on that.
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
