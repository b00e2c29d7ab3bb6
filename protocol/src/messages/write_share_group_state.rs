//! WriteShareGroupState (85): stores changes of state of partitions of a share group (KIP-932).
//!
//! A partition's leader sends it to the share coordinator of a group's partition, which keeps the
//! state in `__share_group_state` (FindCoordinator, key type 2). It needs CLUSTER_ACTION on the
//! cluster: no client sends it. An acknowledgement is answered when its write has succeeded.
//! Versions: 1 has what lag is counted by (KIP-1226). Expect FENCED_LEADER_EPOCH from a leader that
//! another has replaced, FENCED_STATE_EPOCH after the state was initialized anew.

use crate::types::TopicId;
use crate::{Message, UnknownTaggedFields};

/// Asks a share coordinator to store changes.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 85, versions = 0..=1, flexible = 0..)]
pub struct WriteShareGroupStateRequest<'a> {
    /// The group.
    pub group_id: &'a str,
    /// What to store, by topic.
    pub topics: Vec<WriteStateData>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What to store of one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct WriteStateData {
    /// The topic's id.
    pub topic_id: TopicId,
    /// What to store, by partition.
    pub partitions: Vec<PartitionData>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What to store of one partition.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct PartitionData {
    /// The partition.
    pub partition: i32,
    /// The group's epoch when the state was initialized; what comes with an older one is fenced.
    pub state_epoch: i32,
    /// The writing leader's epoch; a newer one on record fences it.
    pub leader_epoch: i32,
    /// The first offset that is not done with; all before it are. -1: as before.
    pub start_offset: i64,
    /// How many offsets from `start_offset` on are done with, acknowledged or archived; -1 unknown.
    /// The lag is counted by it (KIP-1226).
    #[field(versions = 1.., default = -1, ignorable)]
    pub delivery_complete_count: i32,
    /// What has changed; the coordinator lays it over what it has.
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

/// Says per partition whether the changes are stored.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 85, versions = 0..=1, flexible = 0..)]
pub struct WriteShareGroupStateResponse<'a> {
    /// What happened, by topic.
    pub results: Vec<WriteStateResult<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened in one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct WriteStateResult<'a> {
    /// The topic's id.
    pub topic_id: TopicId,
    /// What happened, by partition.
    pub partitions: Vec<PartitionResult<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened in one partition.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct PartitionResult<'a> {
    /// The partition.
    pub partition: i32,
    /// 0, or why nothing is stored.
    pub error_code: i16,
    /// The broker's words on that.
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
