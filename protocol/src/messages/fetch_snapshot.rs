//! FetchSnapshot (59): DOC
//!
//! DOC versions

use crate::types::Uuid;
use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 59, versions = 0..=1, flexible = 0..)]
pub struct FetchSnapshotRequest<'a> {
    /// DOC
    #[field(nullable, tag = 0)]
    pub cluster_id: Option<&'a str>,
    /// DOC
    #[field(default = -1)]
    pub replica_id: i32,
    /// DOC
    #[field(default = i32::MAX)]
    pub max_bytes: i32,
    /// DOC
    pub topics: Vec<FetchSnapshotRequestTopicSnapshot<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct FetchSnapshotRequestTopicSnapshot<'a> {
    /// DOC
    pub name: &'a str,
    /// DOC
    pub partitions: Vec<FetchSnapshotRequestPartitionSnapshot>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct FetchSnapshotRequestPartitionSnapshot {
    /// DOC
    pub partition: i32,
    /// DOC
    pub current_leader_epoch: i32,
    /// DOC
    pub snapshot_id: SnapshotId,
    /// DOC
    pub position: i64,
    /// DOC
    #[field(versions = 1.., ignorable, tag = 0)]
    pub replica_directory_id: Uuid,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct SnapshotId {
    /// DOC
    pub end_offset: i64,
    /// DOC
    pub epoch: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 59, versions = 0..=1, flexible = 0..)]
pub struct FetchSnapshotResponse<'a> {
    /// DOC
    pub throttle_time_ms: i32,
    /// DOC
    pub error_code: i16,
    /// DOC
    pub topics: Vec<FetchSnapshotResponseTopicSnapshot<'a>>,
    /// DOC
    #[field(versions = 1.., tag = 0)]
    pub node_endpoints: Vec<NodeEndpoint<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct FetchSnapshotResponseTopicSnapshot<'a> {
    /// DOC
    pub name: &'a str,
    /// DOC
    pub partitions: Vec<FetchSnapshotResponsePartitionSnapshot<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct FetchSnapshotResponsePartitionSnapshot<'a> {
    /// DOC
    pub index: i32,
    /// DOC
    pub error_code: i16,
    /// DOC
    pub snapshot_id: SnapshotId,
    /// DOC
    #[field(tag = 0)]
    pub current_leader: LeaderIdAndEpoch,
    /// DOC
    pub size: i64,
    /// DOC
    pub position: i64,
    /// DOC
    pub unaligned_records: &'a [u8],
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct LeaderIdAndEpoch {
    /// DOC
    pub leader_id: i32,
    /// DOC
    pub leader_epoch: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct NodeEndpoint<'a> {
    /// DOC
    #[field(versions = 1..)]
    pub node_id: i32,
    /// DOC
    #[field(versions = 1..)]
    pub host: &'a str,
    /// DOC
    #[field(versions = 1..)]
    pub port: u16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
