//! UnregisterBroker (64): strikes a broker that won't come back off the cluster's metadata.
//!
//! One version. Sent by administrators; brokers forward it to the controller. The broker's replicas
//! stay assigned to it: move them away first. One that still runs should be stopped before. An id
//! that isn't registered: BROKER_ID_NOT_REGISTERED.

use crate::{Message, UnknownTaggedFields};

/// Asks to forget a broker.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 64, versions = 0..=0, flexible = 0..)]
pub struct UnregisterBrokerRequest {
    /// The broker.
    pub broker_id: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Says whether it is forgotten.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 64, versions = 0..=0, flexible = 0..)]
pub struct UnregisterBrokerResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// 0, or why it isn't.
    pub error_code: i16,
    /// The broker's words on that.
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
