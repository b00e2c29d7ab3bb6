//! CreatePartitions (37): gives topics more partitions.
//!
//! A broker forwards it to the controller. A topic never gets fewer, and where keys choose the
//! partition, they may choose another one from then on (KIP-195). Versions: 2 is flexible, 3 has
//! THROTTLING_QUOTA_EXCEEDED (KIP-599): come back after `throttle_time_ms`.

use crate::{Message, UnknownTaggedFields};

/// Asks for more partitions.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 37, versions = 0..=3, flexible = 2..)]
pub struct CreatePartitionsRequest<'a> {
    /// The topics. A topic may appear once.
    pub topics: Vec<CreatePartitionsTopic<'a>>,
    /// How long to wait until they are made, in milliseconds.
    pub timeout_ms: i32,
    /// Whether to only say what would happen.
    pub validate_only: bool,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What one topic shall have.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct CreatePartitionsTopic<'a> {
    /// The topic's name.
    pub name: &'a str,
    /// How many partitions in all, not how many more; as many as now or fewer: INVALID_PARTITIONS.
    pub count: i32,
    /// Which brokers keep the new partitions, one entry for each of them, in order; null: the
    /// cluster chooses.
    #[field(nullable)]
    pub assignments: Option<Vec<CreatePartitionsAssignment>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Which brokers keep one new partition.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct CreatePartitionsAssignment {
    /// The brokers, preferred leader first; as many as the partitions before have.
    pub broker_ids: Vec<i32>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Says which topics have more partitions.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 37, versions = 0..=3, flexible = 2..)]
pub struct CreatePartitionsResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// What happened, one entry a topic.
    pub results: Vec<CreatePartitionsTopicResult<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened to one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct CreatePartitionsTopicResult<'a> {
    /// The topic's name.
    pub name: &'a str,
    /// 0, or why it has none more.
    pub error_code: i16,
    /// The broker's words on that.
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
