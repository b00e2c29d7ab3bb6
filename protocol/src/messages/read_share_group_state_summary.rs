//! ReadShareGroupStateSummary (87): reads how far partitions of a share group are, without the
//! states of records (KIP-932).
//!
//! The group's coordinator sends it to the share coordinator of a group's partition, which keeps
//! the state in `__share_group_state` (FindCoordinator, key type 2). It needs CLUSTER_ACTION on the
//! cluster: no client sends it. DescribeShareGroupOffsets is answered from it. Versions: 1 has what
//! lag is counted by (KIP-1226).

use crate::types::TopicId;
use crate::{Message, UnknownTaggedFields};

/// Asks a share coordinator how far partitions are.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 87, versions = 0..=1, flexible = 0..)]
pub struct ReadShareGroupStateSummaryRequest<'a> {
    /// The group.
    pub group_id: &'a str,
    /// What to read, by topic.
    pub topics: Vec<ReadStateSummaryData>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What to read of one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct ReadStateSummaryData {
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
    /// The partition's leader epoch, as far as the asker knows it.
    pub leader_epoch: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The state, by partition.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 87, versions = 0..=1, flexible = 0..)]
pub struct ReadShareGroupStateSummaryResponse<'a> {
    /// The state, by topic.
    pub results: Vec<ReadStateSummaryResult<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The state of one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct ReadStateSummaryResult<'a> {
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
    /// Epoch of the last leader that read or wrote the state.
    pub leader_epoch: i32,
    /// The first offset that is not done with; all before it are. -1: as `share.auto.offset.reset`
    /// says.
    pub start_offset: i64,
    /// How many offsets from `start_offset` on are done with, acknowledged or archived; -1 unknown.
    /// The lag is counted by it (KIP-1226).
    #[field(versions = 1.., default = -1, ignorable)]
    pub delivery_complete_count: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
