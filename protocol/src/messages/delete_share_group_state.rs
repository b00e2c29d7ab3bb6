//! DeleteShareGroupState (86): deletes the state of partitions of a share group (KIP-932).
//!
//! The group's coordinator sends it to the share coordinator of a group's partition, which keeps
//! the state in `__share_group_state` (FindCoordinator, key type 2). It needs CLUSTER_ACTION on the
//! cluster: no client sends it. It comes when the group, a topic or the group's offsets are
//! deleted. State that isn't there is no error.

use crate::types::TopicId;
use crate::{Message, UnknownTaggedFields};

/// Asks a share coordinator to forget partitions.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 86, versions = 0..=0, flexible = 0..)]
pub struct DeleteShareGroupStateRequest<'a> {
    /// The group.
    pub group_id: &'a str,
    /// What to delete, by topic.
    pub topics: Vec<DeleteStateData>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What to delete of one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DeleteStateData {
    /// The topic's id.
    pub topic_id: TopicId,
    /// What to delete, by partition.
    pub partitions: Vec<PartitionData>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What to delete of one partition.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct PartitionData {
    /// The partition.
    pub partition: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Says per partition whether the state is gone.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 86, versions = 0..=0, flexible = 0..)]
pub struct DeleteShareGroupStateResponse<'a> {
    /// What happened, by topic.
    pub results: Vec<DeleteStateResult<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened in one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DeleteStateResult<'a> {
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
    /// 0, or why the state isn't gone.
    pub error_code: i16,
    /// The broker's words on that.
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
