//! InitProducerId (22): gives a producer the id and epoch that its batches carry.
//!
//! Versions: 3 can raise the epoch of an id in use (KIP-360), 4 tells PRODUCER_FENCED apart.
//! Version 6 (KIP-939) is not stable in Kafka 4.3 and left out.

use crate::{Message, UnknownTaggedFields};

/// Asks for a producer id: any broker, or the transaction's coordinator.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 22, versions = 0..=5, flexible = 2.., response_owned)]
pub struct InitProducerIdRequest<'a> {
    /// The transactional id; null for a producer that is only idempotent.
    #[field(nullable)]
    pub transactional_id: Option<&'a str>,
    /// After this time the coordinator aborts an open transaction, in milliseconds.
    pub transaction_timeout_ms: i32,
    /// The id in use, to get its next epoch; -1: none.
    #[field(versions = 3.., default = -1)]
    pub producer_id: i64,
    /// The epoch in use; -1: none.
    #[field(versions = 3.., default = -1)]
    pub producer_epoch: i16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The producer's id.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 22, versions = 0..=5, flexible = 2..)]
pub struct InitProducerIdResponse {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// 0, or why there is none.
    pub error_code: i16,
    /// The id; -1 with an error.
    #[field(default = -1)]
    pub producer_id: i64,
    /// Its epoch: 0 for a new id. Sequence numbers start at 0 again.
    pub producer_epoch: i16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
