//! ShareFetch (78): acquires records for a member of a share group, and acknowledges earlier ones
//! (KIP-932).
//!
//! A share consumer sends it to the partitions' leaders, over a share session: one for each group,
//! member and broker, which remembers the partitions. Versions: 0 was a preview of Kafka 4.0 and is
//! gone, 2 can count records strictly (KIP-1206) and renew locks (KIP-1222). Trap: `records` holds
//! whole batches, also of records that others have acquired; deliver only what `acquired_records`
//! lists. There is no list of aborted transactions: the broker leaves their records out of
//! `acquired_records` itself.

use crate::types::TopicId;
use crate::{Message, UnknownTaggedFields};

/// Asks a broker for records that nobody else has at the moment; it waits until there are some.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 78, versions = 1..=2, flexible = 0..)]
pub struct ShareFetchRequest<'a> {
    /// The group.
    #[field(nullable)]
    pub group_id: Option<&'a str>,
    /// The member, under the id of its heartbeats.
    #[field(nullable)]
    pub member_id: Option<&'a str>,
    /// Number of the request in its session; 0 opens one and allows no acknowledgements, then 1, 2
    /// and so on, after the largest number 1 again. -1 closes it: what is still acquired is
    /// released, nothing is fetched.
    pub share_session_epoch: i32,
    /// How long the broker may hold the answer back until `min_bytes` are there, in milliseconds.
    pub max_wait_ms: i32,
    /// How much must be there for an answer before `max_wait_ms` has passed.
    pub min_bytes: i32,
    /// At most this much in the whole answer; the first batch comes whole all the same (KIP-74).
    #[field(default = i32::MAX)]
    pub max_bytes: i32,
    /// At most this many records; unless `share_acquire_mode` is 1, more may come, up to the end of
    /// a batch.
    pub max_records: i32,
    /// About how many records an entry of `acquired_records` should span; entries end where record
    /// batches do.
    pub batch_size: i32,
    /// 0: whole batches where possible, which is fast. 1: never more than `max_records`.
    #[field(versions = 2.., ignorable)]
    pub share_acquire_mode: i8,
    /// Whether acknowledgements of type 4 (renew) are among these. Then nothing is fetched, and
    /// `max_wait_ms`, `min_bytes`, `max_bytes` and `max_records` must be 0.
    #[field(versions = 2..)]
    pub is_renew_ack: bool,
    /// What to add to the session and what to acknowledge, by topic.
    pub topics: Vec<FetchTopic>,
    /// What the session shall forget.
    pub forgotten_topics_data: Vec<ForgottenTopic>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What to read and acknowledge of one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct FetchTopic {
    /// The topic's id.
    pub topic_id: TopicId,
    /// What to read and acknowledge, by partition.
    pub partitions: Vec<FetchPartition>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What to read and acknowledge of one partition.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct FetchPartition {
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

/// Partitions of one topic that a session shall forget.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct ForgottenTopic {
    /// The topic's id.
    pub topic_id: TopicId,
    /// The partitions.
    pub partitions: Vec<i32>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The records, by partition.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 78, versions = 1..=2, flexible = 0..)]
pub struct ShareFetchResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// 0, or why nothing was done. SHARE_SESSION_NOT_FOUND and INVALID_SHARE_SESSION_EPOCH: start a
    /// new session.
    pub error_code: i16,
    /// The broker's words on that.
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// How long acquired records stay with the member, in milliseconds; then they are released.
    pub acquisition_lock_timeout_ms: i32,
    /// The records, by topic. Only partitions with news.
    pub responses: Vec<ShareFetchableTopicResponse<'a>>,
    /// Addresses of the leaders named in `current_leader`.
    pub node_endpoints: Vec<NodeEndpoint<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The records of one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct ShareFetchableTopicResponse<'a> {
    /// The topic's id.
    pub topic_id: TopicId,
    /// The records, by partition.
    pub partitions: Vec<PartitionData<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The records of one partition, and what became of the acknowledgements.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct PartitionData<'a> {
    /// The partition.
    pub partition_index: i32,
    /// 0, or why there are no records.
    pub error_code: i16,
    /// The broker's words on that.
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// 0, or why records weren't acknowledged: INVALID_RECORD_STATE if the member no longer has
    /// them.
    pub acknowledge_error_code: i16,
    /// The broker's words on that.
    #[field(nullable)]
    pub acknowledge_error_message: Option<&'a str>,
    /// Who leads now, with NOT_LEADER_OR_FOLLOWER or FENCED_LEADER_EPOCH. Without them both its
    /// fields are 0, which does not mean broker 0.
    pub current_leader: LeaderIdAndEpoch,
    /// Record batches one after the other, the last maybe cut off.
    pub records: &'a [u8],
    /// Those of `records` that are now with this member.
    pub acquired_records: Vec<AcquiredRecords>,
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

/// A run of records now with this member.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AcquiredRecords {
    /// The first offset.
    pub first_offset: i64,
    /// The last offset, itself included.
    pub last_offset: i64,
    /// How often they have been delivered, this time included: 1 the first time. At
    /// `group.share.delivery.count.limit` (by default 5) it is the last time.
    pub delivery_count: i16,
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
