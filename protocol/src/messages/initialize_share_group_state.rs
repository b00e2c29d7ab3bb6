//! InitializeShareGroupState (83): sets up the state of partitions of a share group (KIP-932).
//!
//! The group's coordinator sends it to the share coordinator of a group's partition, which keeps
//! the state in `__share_group_state` (FindCoordinator, key type 2). It needs CLUSTER_ACTION on the
//! cluster: no client sends it. It comes when a group gets new partitions, or when an administrator
//! moves its offsets; what was stored before is dropped. Expect FENCED_STATE_EPOCH if the group has
//! moved on.

use crate::types::TopicId;
use crate::{Message, UnknownTaggedFields};

/// Asks a share coordinator to begin with partitions, or to begin anew.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 83, versions = 0..=0, flexible = 0..)]
pub struct InitializeShareGroupStateRequest<'a> {
    /// The group.
    pub group_id: &'a str,
    /// What to set up, by topic.
    pub topics: Vec<InitializeStateData>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What to set up of one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct InitializeStateData {
    /// The topic's id.
    pub topic_id: TopicId,
    /// What to set up, by partition.
    pub partitions: Vec<PartitionData>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What to set up of one partition.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct PartitionData {
    /// The partition.
    pub partition: i32,
    /// The group's epoch when the state was initialized; what comes with an older one is fenced.
    pub state_epoch: i32,
    /// The first offset to deliver; -1: as `share.auto.offset.reset` says, when the partition is
    /// first read.
    pub start_offset: i64,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Says per partition whether the state is set up.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 83, versions = 0..=0, flexible = 0..)]
pub struct InitializeShareGroupStateResponse<'a> {
    /// What happened, by topic.
    pub results: Vec<InitializeStateResult<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened in one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct InitializeStateResult<'a> {
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
    /// 0, or why the state isn't set up.
    pub error_code: i16,
    /// The broker's words on that.
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
