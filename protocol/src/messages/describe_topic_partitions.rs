//! DescribeTopicPartitions (75): who leads and keeps the partitions of topics, page by page.
//!
//! One version (KIP-966). As Metadata, but large clusters fit, and it tells of replicas that may
//! lead although they aren't in sync (ELR). Any broker answers; clients that produce and consume
//! stay with Metadata. Topics come sorted by name; those asked for by name that the asker may not
//! describe come last.

use crate::types::TopicId;
use crate::wire::NodeIds;
use crate::{Message, UnknownTaggedFields};

/// Asks for a page.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 75, versions = 0..=0, flexible = 0..)]
pub struct DescribeTopicPartitionsRequest<'a> {
    /// The topics wanted; empty: all.
    pub topics: Vec<TopicRequest<'a>>,
    /// At most this many partitions in the page; the broker has a limit of its own
    /// (`max.request.partition.size.limit`).
    #[field(default = 2000)]
    pub response_partition_limit: i32,
    /// Where the page begins: the last answer's `next_cursor`; null: at the beginning.
    #[field(nullable)]
    pub cursor: Option<Cursor<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// One topic wanted.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct TopicRequest<'a> {
    /// The topic's name.
    pub name: &'a str,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// A place in the list.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct Cursor<'a> {
    /// The topic's name; in a request it must be one of `topics`, unless that is empty.
    pub topic_name: &'a str,
    /// The first partition of the page.
    pub partition_index: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// A page.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 75, versions = 0..=0, flexible = 0..)]
pub struct DescribeTopicPartitionsResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// The topics on this page.
    pub topics: Vec<DescribeTopicPartitionsResponseTopic<'a>>,
    /// Where the next page begins; null: this was the last one.
    #[field(nullable)]
    pub next_cursor: Option<Cursor<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// One topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribeTopicPartitionsResponseTopic<'a> {
    /// 0, or why there is nothing to say.
    pub error_code: i16,
    /// The topic's name; brokers always tell it.
    #[field(nullable)]
    pub name: Option<&'a str>,
    /// The topic's id; zeros with an error.
    pub topic_id: TopicId,
    /// Whether it is one of Kafka's own, such as `__consumer_offsets`.
    pub is_internal: bool,
    /// Those of its partitions that are on this page.
    pub partitions: Vec<DescribeTopicPartitionsResponsePartition>,
    /// Bits of what the asker may do with the topic; told unasked.
    #[field(default = i32::MIN)]
    pub topic_authorized_operations: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// One partition.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribeTopicPartitionsResponsePartition {
    /// 0, or what it lacks.
    pub error_code: i16,
    /// The partition.
    pub partition_index: i32,
    /// The leader; -1: none at present.
    pub leader_id: i32,
    /// The leader's epoch; -1 unknown.
    #[field(default = -1)]
    pub leader_epoch: i32,
    /// The brokers that keep a copy, preferred leader first.
    pub replica_nodes: NodeIds,
    /// Those of them that are in sync.
    pub isr_nodes: NodeIds,
    /// Those of them that aren't in sync but have all that was acknowledged, and may lead without
    /// loss; null: not told.
    #[field(nullable)]
    pub eligible_leader_replicas: Option<Vec<i32>>,
    /// Those of them that were so until they crashed, for an election when nobody else is left;
    /// null: not told.
    #[field(nullable)]
    pub last_known_elr: Option<Vec<i32>>,
    /// Those of them that are offline.
    pub offline_replicas: NodeIds,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
