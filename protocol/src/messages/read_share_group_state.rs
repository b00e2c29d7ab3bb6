//! ReadShareGroupState (84): reads the state of partitions of a share group (KIP-932).
//!
//! A partition's leader sends it to the share coordinator of a group's partition, which keeps the
//! state in `__share_group_state` (FindCoordinator, key type 2). It needs CLUSTER_ACTION on the
//! cluster: no client sends it. It comes once, when the leader takes over; from then on writes of
//! older leaders fail with FENCED_LEADER_EPOCH.

use crate::types::TopicId;
use crate::{Message, UnknownTaggedFields};

/// Asks a share coordinator for the whole state of partitions.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 84, versions = 0..=0, flexible = 0..)]
pub struct ReadShareGroupStateRequest<'a> {
    /// The group.
    pub group_id: &'a str,
    /// What to read, by topic.
    pub topics: Vec<ReadStateData>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What to read of one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct ReadStateData {
    /// The topic's id.
    pub topic_id: TopicId,
    /// What to read, by partition.
    pub partitions: Vec<PartitionData>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What to read of one partition.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct PartitionData {
    /// The partition.
    pub partition: i32,
    /// The reading leader's epoch; a newer one on record fences it.
    pub leader_epoch: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The state, by partition.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 84, versions = 0..=0, flexible = 0..)]
pub struct ReadShareGroupStateResponse<'a> {
    /// The state, by topic.
    pub results: Vec<ReadStateResult<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The state of one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct ReadStateResult<'a> {
    /// The topic's id.
    pub topic_id: TopicId,
    /// The state, by partition.
    pub partitions: Vec<PartitionResult<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The state of one partition.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct PartitionResult<'a> {
    /// The partition.
    pub partition: i32,
    /// 0, or why there is nothing to say.
    pub error_code: i16,
    /// The broker's words on that.
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// The group's epoch when the state was initialized; what comes with an older one is fenced.
    pub state_epoch: i32,
    /// The first offset that is not done with; all before it are. -1: as `share.auto.offset.reset`
    /// says.
    pub start_offset: i64,
    /// The states of records from there on; after the last one everything is available.
    pub state_batches: Vec<StateBatch>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// A run of records in one state.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct StateBatch {
    /// The first offset.
    pub first_offset: i64,
    /// The last offset, itself included.
    pub last_offset: i64,
    /// The state: 0 available, 2 acknowledged, 4 archived (not to be delivered again). 1, acquired,
    /// is never stored.
    pub delivery_state: i8,
    /// How often the records have been delivered.
    pub delivery_count: i16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
