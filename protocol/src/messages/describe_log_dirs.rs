//! DescribeLogDirs (35): tells what lies in a broker's log directories.
//!
//! Goes to each broker apart (KIP-113); needs DESCRIBE on the cluster. Versions: 2 is flexible, 3
//! says why there is no answer (before it, the list was just empty), 4 tells the volume's size
//! (KIP-827), 5 whether a directory takes new replicas (KIP-1066).

use crate::{Message, UnknownTaggedFields};

/// Asks a broker what it keeps where.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 35, versions = 1..=5, flexible = 2..)]
pub struct DescribeLogDirsRequest<'a> {
    /// Which replicas, by topic; null: all.
    #[field(nullable)]
    pub topics: Option<Vec<DescribableLogDirTopic<'a>>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Replicas of one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribableLogDirTopic<'a> {
    /// The topic's name.
    pub topic: &'a str,
    /// The partitions.
    pub partitions: Vec<i32>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What the broker keeps where.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 35, versions = 1..=5, flexible = 2..)]
pub struct DescribeLogDirsResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// 0, or why there is no answer.
    #[field(versions = 3.., ignorable)]
    pub error_code: i16,
    /// One entry a directory, also where none of the asked replicas are.
    pub results: Vec<DescribeLogDirsResult<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What is in one directory.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribeLogDirsResult<'a> {
    /// 0, or KAFKA_STORAGE_ERROR if the directory is offline; nothing else is known then.
    pub error_code: i16,
    /// The directory's absolute path.
    pub log_dir: &'a str,
    /// The replicas there, by topic.
    pub topics: Vec<DescribeLogDirsTopic<'a>>,
    /// Size of the volume that the directory is on; -1 unknown. Tiered storage doesn't count.
    #[field(versions = 4.., default = -1, ignorable)]
    pub total_bytes: i64,
    /// Room left on that volume; -1 unknown.
    #[field(versions = 4.., default = -1, ignorable)]
    pub usable_bytes: i64,
    /// Whether the directory takes no new replicas.
    #[field(versions = 5.., ignorable)]
    pub is_cordoned: bool,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Replicas of one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribeLogDirsTopic<'a> {
    /// The topic's name.
    pub name: &'a str,
    /// The replicas, by partition.
    pub partitions: Vec<DescribeLogDirsPartition>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// One replica.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribeLogDirsPartition {
    /// The partition.
    pub partition_index: i32,
    /// Size of its segments on this disk, in bytes.
    pub partition_size: i64,
    /// How many offsets it is behind: behind the high watermark, or, while it is being moved here,
    /// behind the replica in the old directory. -1 unknown.
    pub offset_lag: i64,
    /// Whether AlterReplicaLogDirs is moving it here; the old one serves until that is done.
    pub is_future_key: bool,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
