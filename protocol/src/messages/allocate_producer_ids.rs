//! AllocateProducerIds (67): gives a broker a block of producer ids to hand out.
//!
//! One version (KIP-730). Sent by brokers to the controller, when the block is running out from
//! which InitProducerId is answered. A block belongs to one broker for ever; what it doesn't hand
//! out is lost.

use crate::{Message, UnknownTaggedFields};

/// Asks the controller for producer ids.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 67, versions = 0..=0, flexible = 0.., response_owned)]
pub struct AllocateProducerIdsRequest {
    /// The broker that asks.
    pub broker_id: i32,
    /// Its broker epoch; an old one is refused with STALE_BROKER_EPOCH. -1 unknown.
    #[field(default = -1)]
    pub broker_epoch: i64,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// A block of producer ids.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 67, versions = 0..=0, flexible = 0..)]
pub struct AllocateProducerIdsResponse {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// 0, or why there is none.
    pub error_code: i16,
    /// The first id of the block.
    pub producer_id_start: i64,
    /// How many ids the block has, from there on upwards; Kafka gives 1000.
    pub producer_id_len: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
