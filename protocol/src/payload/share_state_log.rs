//! The records of `__share_group_state`: how far share groups (KIP-932) are with each partition.
//!
//! The state of a partition is its last snapshot and the updates that follow it with the same snapshot epoch.
//! The topic isn't compacted: the share coordinator deletes what is older than the snapshots.

use super::record_types::record_types;
use super::{Definition, versioned};
use crate::error::{DecodeError, EncodeError};
use crate::schema::Versions;
use crate::types::TopicId;
use crate::{Message, UnknownTaggedFields};

record_types! { <'a>
    /// The whole state of a partition.
    0 ShareSnapshot: SharePartitionKey<'a>, ShareSnapshotValue;
    /// What has changed since.
    1 ShareUpdate: SharePartitionKey<'a>, ShareUpdateValue;
}

/// A partition that a share group consumes, as a key.
#[derive(Clone, Copy, Debug, Eq, Hash, Message, PartialEq)]
pub struct SharePartitionKey<'a> {
    /// The group.
    pub group_id: &'a str,
    /// The topic's id.
    pub topic_id: TopicId,
    /// The partition.
    pub partition: i32,
}

/// The whole state of a partition that a share group consumes.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(versions = 0, flexible = 0..)]
pub struct ShareSnapshotValue {
    /// The snapshot's number, one more than that of the last.
    pub snapshot_epoch: i32,
    /// Raised when the state is set up anew, so that writes meant for the old one are refused.
    pub state_epoch: i32,
    /// The leader epoch of the partition's leader that wrote it.
    pub leader_epoch: i32,
    /// The first offset that the group isn't done with.
    pub start_offset: i64,
    /// How many of the offsets from the first one on are done with already (KIP-1226); -1 unknown.
    #[field(default = -1, tag = 0)]
    pub delivery_complete_count: i32,
    /// When the state was set up, in milliseconds since the epoch.
    pub create_timestamp: i64,
    /// When this snapshot was written, in milliseconds since the epoch.
    pub write_timestamp: i64,
    /// What records from the first one on are at, in runs of offsets.
    pub state_batches: Vec<StateBatch>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What has changed in a partition's state since the snapshot.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(versions = 0, flexible = 0..)]
pub struct ShareUpdateValue {
    /// The number of the snapshot that it goes with.
    pub snapshot_epoch: i32,
    /// The leader epoch of the partition's leader that wrote it.
    pub leader_epoch: i32,
    /// The first offset that the group isn't done with; -1: as before.
    pub start_offset: i64,
    /// How many of the offsets from the first one on are done with already (KIP-1226); -1 unknown.
    #[field(default = -1, tag = 0)]
    pub delivery_complete_count: i32,
    /// The runs of offsets that have changed.
    pub state_batches: Vec<StateBatch>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// A run of offsets that are at the same.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct StateBatch {
    /// The first offset.
    pub first_offset: i64,
    /// The last offset, included.
    pub last_offset: i64,
    /// 0 available, 2 acknowledged, 4 archived (given up or rejected).
    pub delivery_state: i8,
    /// How many times the records were delivered.
    pub delivery_count: i16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
