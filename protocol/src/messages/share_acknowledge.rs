//! ShareAcknowledge (79): says what became of records acquired by ShareFetch (KIP-932).
//!
//! A share consumer sends it to the partitions' leaders when it has nothing to fetch or can't wait;
//! else acknowledgements ride on ShareFetch, over the same session and its count of requests.
//! Versions: 0 was a preview of Kafka 4.0 and is gone, 2 renews locks (KIP-1222). Expect
//! INVALID_RECORD_STATE when the lock has run out: then somebody else may have the records.

use crate::types::TopicId;
use crate::{Message, UnknownTaggedFields};

/// Tells a broker what became of records.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 79, versions = 1..=2, flexible = 0..)]
pub struct ShareAcknowledgeRequest<'a> {
    /// The group.
    #[field(nullable)]
    pub group_id: Option<&'a str>,
    /// The member, under the id of its heartbeats.
    #[field(nullable)]
    pub member_id: Option<&'a str>,
    /// Number of the request in its session, which ShareFetch opened; 0 is refused. -1 closes the
    /// session: what is still acquired is released.
    pub share_session_epoch: i32,
    /// Whether acknowledgements of type 4 (renew) are among these.
    #[field(versions = 2..)]
    pub is_renew_ack: bool,
    /// What to acknowledge, by topic.
    pub topics: Vec<AcknowledgeTopic>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What to acknowledge of one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AcknowledgeTopic {
    /// The topic's id.
    pub topic_id: TopicId,
    /// What to acknowledge, by partition.
    pub partitions: Vec<AcknowledgePartition>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What to acknowledge of one partition.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AcknowledgePartition {
    /// The partition.
    pub partition_index: i32,
    /// What became of records acquired earlier, by rising offset, without overlaps.
    pub acknowledgement_batches: Vec<AcknowledgementBatch>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What became of a run of records.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AcknowledgementBatch {
    /// The first offset.
    pub first_offset: i64,
    /// The last offset, itself included.
    pub last_offset: i64,
    /// What became of them: one type for all, or one for each offset. 0 gap (no record is there), 1
    /// accept (processed), 2 release (deliver it again), 3 reject (never deliver it again), 4 renew
    /// (still at work: start the lock anew; from version 2 on).
    pub acknowledge_types: Vec<i8>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Says per partition whether the broker has taken it down.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 79, versions = 1..=2, flexible = 0..)]
pub struct ShareAcknowledgeResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// 0, or why nothing was done. SHARE_SESSION_NOT_FOUND and INVALID_SHARE_SESSION_EPOCH: start a
    /// new session.
    pub error_code: i16,
    /// The broker's words on that.
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// How long acquired records stay with the member, in milliseconds; then they are released.
    #[field(versions = 2.., ignorable)]
    pub acquisition_lock_timeout_ms: i32,
    /// What happened, by topic.
    pub responses: Vec<ShareAcknowledgeTopicResponse<'a>>,
    /// Addresses of the leaders named in `current_leader`.
    pub node_endpoints: Vec<NodeEndpoint<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened in one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct ShareAcknowledgeTopicResponse<'a> {
    /// The topic's id.
    pub topic_id: TopicId,
    /// What happened, by partition.
    pub partitions: Vec<PartitionData<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened in one partition.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct PartitionData<'a> {
    /// The partition.
    pub partition_index: i32,
    /// 0, or why records weren't acknowledged: INVALID_RECORD_STATE if the member no longer has
    /// them.
    pub error_code: i16,
    /// The broker's words on that.
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// Who leads now, with NOT_LEADER_OR_FOLLOWER or FENCED_LEADER_EPOCH. Without them both its
    /// fields are 0, which does not mean broker 0.
    pub current_leader: LeaderIdAndEpoch,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The leader that a broker knows of.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct LeaderIdAndEpoch {
    /// The leader; -1 unknown.
    pub leader_id: i32,
    /// The leader's epoch; -1 unknown.
    pub leader_epoch: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// A broker's address.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct NodeEndpoint<'a> {
    /// The broker.
    pub node_id: i32,
    /// Its host name.
    pub host: &'a str,
    /// Its port.
    pub port: i32,
    /// Its rack, if it has one.
    #[field(nullable)]
    pub rack: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
