//! FetchSnapshot (59): reads a snapshot of the metadata log, piece by piece.
//!
//! Sent by followers and observers to the leader (KIP-630), when its answer to Fetch named a
//! snapshot because the log no longer starts where they are; for partition 0 of
//! `__cluster_metadata` only. Versions: 1 tells the follower's directory and the leader's address
//! (KIP-853).

use crate::types::Uuid;
use crate::{Message, UnknownTaggedFields};

/// Asks for the next piece of a snapshot.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 59, versions = 0..=1, flexible = 0..)]
pub struct FetchSnapshotRequest<'a> {
    /// The cluster that is meant; null: don't check. Another: INCONSISTENT_CLUSTER_ID.
    #[field(nullable, tag = 0)]
    pub cluster_id: Option<&'a str>,
    /// The replica that asks.
    #[field(default = -1)]
    pub replica_id: i32,
    /// At most this much in the answer.
    #[field(default = i32::MAX)]
    pub max_bytes: i32,
    /// The one topic, `__cluster_metadata`.
    pub topics: Vec<FetchSnapshotRequestTopicSnapshot<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What to read of one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct FetchSnapshotRequestTopicSnapshot<'a> {
    /// The topic's name.
    pub name: &'a str,
    /// The one partition, 0.
    pub partitions: Vec<FetchSnapshotRequestPartitionSnapshot>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What to read of one partition.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct FetchSnapshotRequestPartitionSnapshot {
    /// The partition.
    pub partition: i32,
    /// The leader epoch that the asker knows of; another is refused.
    pub current_leader_epoch: i32,
    /// The snapshot.
    pub snapshot_id: SnapshotId,
    /// From which byte of it, counted from 0.
    pub position: i64,
    /// The asker's log directory; zeros: unknown.
    #[field(versions = 1.., ignorable, tag = 0)]
    pub replica_directory_id: Uuid,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Names a snapshot.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct SnapshotId {
    /// The first offset after the snapshot.
    pub end_offset: i64,
    /// Leader epoch of the last record in it.
    pub epoch: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// A piece of a snapshot.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 59, versions = 0..=1, flexible = 0..)]
pub struct FetchSnapshotResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// 0, or what is wrong with the whole request.
    pub error_code: i16,
    /// The one topic.
    pub topics: Vec<FetchSnapshotResponseTopicSnapshot<'a>>,
    /// Address of the leader named in `current_leader`.
    #[field(versions = 1.., tag = 0)]
    pub node_endpoints: Vec<NodeEndpoint<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// A piece of one topic's snapshot.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct FetchSnapshotResponseTopicSnapshot<'a> {
    /// The topic's name.
    pub name: &'a str,
    /// The one partition.
    pub partitions: Vec<FetchSnapshotResponsePartitionSnapshot<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// A piece of one partition's snapshot.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct FetchSnapshotResponsePartitionSnapshot<'a> {
    /// The partition.
    pub index: i32,
    /// 0, or why there is no piece. SNAPSHOT_NOT_FOUND: it is gone, fetch anew.
    /// POSITION_OUT_OF_RANGE: `position` isn't below its size.
    pub error_code: i16,
    /// The snapshot.
    pub snapshot_id: SnapshotId,
    /// Who leads.
    #[field(tag = 0)]
    pub current_leader: LeaderIdAndEpoch,
    /// Length of the whole snapshot in bytes; it is complete when `position` and the piece reach
    /// it.
    pub size: i64,
    /// Where in the snapshot the piece starts, in bytes.
    pub position: i64,
    /// The piece: bytes of record batches, cut anywhere.
    pub unaligned_records: &'a [u8],
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The leader that a controller knows of.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct LeaderIdAndEpoch {
    /// The leader; -1 unknown.
    pub leader_id: i32,
    /// The leader's epoch.
    pub leader_epoch: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// A controller's address.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct NodeEndpoint<'a> {
    /// The controller.
    #[field(versions = 1..)]
    pub node_id: i32,
    /// Its host name.
    #[field(versions = 1..)]
    pub host: &'a str,
    /// Its port.
    #[field(versions = 1..)]
    pub port: u16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
