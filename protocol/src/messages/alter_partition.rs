//! AlterPartition (56): moves a partition's set of in-sync replicas (ISR).
//!
//! Sent by a partition's leader to the controller (KIP-497); the leader may count on a smaller ISR
//! only once the controller has agreed. Versions: 2 names topics by id (KIP-841), 3 tells the
//! replicas' broker epochs, so that a broker that has restarted meanwhile can't slip in (KIP-903).
//! Below 2 is gone since Kafka 4.0.

use crate::types::TopicId;
use crate::{Message, UnknownTaggedFields};

/// Asks the controller for other in-sync replicas.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 56, versions = 2..=3, flexible = 0.., response_owned)]
pub struct AlterPartitionRequest {
    /// The broker that asks, leader of all these partitions.
    pub broker_id: i32,
    /// Its broker epoch; an old one is refused with STALE_BROKER_EPOCH. -1 unknown.
    #[field(default = -1)]
    pub broker_epoch: i64,
    /// What to change, by topic.
    pub topics: Vec<AlterPartitionRequestTopicData>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What to change in one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AlterPartitionRequestTopicData {
    /// The topic's id.
    pub topic_id: TopicId,
    /// What to change, by partition.
    pub partitions: Vec<AlterPartitionRequestPartitionData>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What to change in one partition.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AlterPartitionRequestPartitionData {
    /// The partition.
    pub partition_index: i32,
    /// The epoch that the asker leads; an old one is refused with FENCED_LEADER_EPOCH.
    pub leader_epoch: i32,
    /// Before version 3: as `new_isr_with_epochs`, without the epochs.
    #[field(versions = ..=2)]
    pub new_isr: Vec<i32>,
    /// The brokers that are in sync from now on, the leader among them.
    #[field(versions = 3..)]
    pub new_isr_with_epochs: Vec<BrokerState>,
    /// Whether the leader still recovers from an unclean election: 0 no, 1 yes; then the leader
    /// must be alone in the ISR.
    pub leader_recovery_state: i8,
    /// The partition's epoch that this change is based on; another change in between is answered
    /// with INVALID_UPDATE_VERSION.
    pub partition_epoch: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// One broker in sync.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct BrokerState {
    /// The broker.
    #[field(versions = 3..)]
    pub broker_id: i32,
    /// The broker epoch with which it fetched; another than the controller's is refused with
    /// INELIGIBLE_REPLICA. -1: don't check.
    #[field(versions = 3.., default = -1)]
    pub broker_epoch: i64,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Says per partition how it stands now.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 56, versions = 2..=3, flexible = 0..)]
pub struct AlterPartitionResponse {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// 0, or what is wrong with the whole request: then `topics` is empty.
    pub error_code: i16,
    /// What happened, by topic.
    pub topics: Vec<AlterPartitionResponseTopicData>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened in one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AlterPartitionResponseTopicData {
    /// The topic's id.
    pub topic_id: TopicId,
    /// What happened, by partition.
    pub partitions: Vec<AlterPartitionResponsePartitionData>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened in one partition.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AlterPartitionResponsePartitionData {
    /// The partition.
    pub partition_index: i32,
    /// 0, or why the rest is empty. INELIGIBLE_REPLICA: a broker is fenced or shuts down.
    /// NEW_LEADER_ELECTED: it is done, and ended a reassignment with another leader.
    /// NOT_CONTROLLER: the asker knows more than this controller, ask the new one.
    pub error_code: i16,
    /// The leader; -1: none at present.
    pub leader_id: i32,
    /// The leader's epoch.
    pub leader_epoch: i32,
    /// The brokers in sync.
    pub isr: Vec<i32>,
    /// Whether the leader still recovers from an unclean election: 0 no, 1 yes.
    pub leader_recovery_state: i8,
    /// The partition's epoch after the change, to base the next one on.
    pub partition_epoch: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
