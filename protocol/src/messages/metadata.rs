//! Metadata (3): brokers, topics, and who leads what.
//!
//! Versions: 4 can leave topics uncreated, 7 has leader epochs, 10 topic ids, 12 asks by them, 13
//! has an error of its own.

use crate::types::TopicId;
use crate::wire::NodeIds;
use crate::{Message, UnknownTaggedFields};

/// Asks any broker for what it knows of the cluster.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 3, versions = 0..=13, flexible = 9..)]
pub struct MetadataRequest<'a> {
    /// The topics wanted; null: all. Version 0 can't say null, and takes an empty list for all.
    #[field(nullable = 1..)]
    pub topics: Option<Vec<MetadataRequestTopic<'a>>>,
    /// Whether asking for an unknown topic may create it. The default is Kafka's; before version 4
    /// there is no saying no.
    #[field(versions = 4.., default = true)]
    pub allow_auto_topic_creation: bool,
    /// Whether to tell what the asker may do with the cluster.
    #[field(versions = 8..=10)]
    pub include_cluster_authorized_operations: bool,
    /// Whether to tell what the asker may do with each topic.
    #[field(versions = 8..)]
    pub include_topic_authorized_operations: bool,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// One topic wanted.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct MetadataRequestTopic<'a> {
    /// The topic's id, if asked by id.
    #[field(versions = 10.., ignorable)]
    pub topic_id: TopicId,
    /// The topic's name; null if asked by id (version 12).
    #[field(nullable = 10..)]
    pub name: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What one broker knows of the cluster, which may be old.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 3, versions = 0..=13, flexible = 9..)]
pub struct MetadataResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    #[field(versions = 3.., ignorable)]
    pub throttle_time_ms: i32,
    /// The brokers alive.
    pub brokers: Vec<MetadataResponseBroker<'a>>,
    /// The cluster's id.
    #[field(versions = 2.., nullable = 2.., ignorable)]
    pub cluster_id: Option<&'a str>,
    /// The broker to send administration to; -1 unknown. With KRaft any broker will do.
    #[field(versions = 1.., default = -1, ignorable)]
    pub controller_id: i32,
    /// The topics wanted.
    pub topics: Vec<MetadataResponseTopic<'a>>,
    /// Bits of what the asker may do with the cluster; the default says: not asked.
    #[field(versions = 8..=10, default = i32::MIN)]
    pub cluster_authorized_operations: i32,
    /// 0, or why there is no answer.
    #[field(versions = 13.., ignorable)]
    pub error_code: i16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// A broker's address.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct MetadataResponseBroker<'a> {
    /// The broker.
    pub node_id: i32,
    /// Its host name.
    pub host: &'a str,
    /// Its port.
    pub port: i32,
    /// Its rack, if it has one.
    #[field(versions = 1.., nullable = 1.., ignorable)]
    pub rack: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// One topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct MetadataResponseTopic<'a> {
    /// 0, or why there is nothing to say.
    pub error_code: i16,
    /// The topic's name; null if it was asked by an id that nobody knows.
    #[field(nullable = 12..)]
    pub name: Option<&'a str>,
    /// The topic's id.
    #[field(versions = 10.., ignorable)]
    pub topic_id: TopicId,
    /// Whether it is one of Kafka's own, such as `__consumer_offsets`.
    #[field(versions = 1.., ignorable)]
    pub is_internal: bool,
    /// Its partitions, in no order.
    pub partitions: Vec<MetadataResponsePartition>,
    /// Bits of what the asker may do with the topic; the default says: not asked.
    #[field(versions = 8.., default = i32::MIN)]
    pub topic_authorized_operations: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// One partition.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct MetadataResponsePartition {
    /// 0, or what it lacks: with LEADER_NOT_AVAILABLE the rest still holds.
    pub error_code: i16,
    /// The partition.
    pub partition_index: i32,
    /// The leader; -1: none at present.
    pub leader_id: i32,
    /// The leader's epoch; an answer with a lower one than known is old. -1 unknown.
    #[field(versions = 7.., default = -1, ignorable)]
    pub leader_epoch: i32,
    /// The brokers that keep a copy, preferred leader first.
    pub replica_nodes: NodeIds,
    /// Those of them that are in sync.
    pub isr_nodes: NodeIds,
    /// Those of them that are offline.
    #[field(versions = 5.., ignorable)]
    pub offline_replicas: NodeIds,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
