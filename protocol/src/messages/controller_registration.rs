//! ControllerRegistration (70): tells the controller that leads where another controller listens
//! and what it supports.
//!
//! One version (KIP-919). Sent by each controller at its start; without this, nobody could be told
//! of controllers' addresses or check their feature levels before an upgrade.

use crate::types::Uuid;
use crate::{Message, UnknownTaggedFields};

/// Asks to take a controller's particulars in.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 70, versions = 0..=0, flexible = 0..)]
pub struct ControllerRegistrationRequest<'a> {
    /// The controller.
    pub controller_id: i32,
    /// A random id of this run of the controller.
    pub incarnation_id: Uuid,
    /// Whether it is set up to migrate from ZooKeeper; never with Kafka 4.
    pub zk_migration_ready: bool,
    /// Where it listens.
    pub listeners: Vec<Listener<'a>>,
    /// The feature levels that it supports.
    pub features: Vec<Feature<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// One listener.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct Listener<'a> {
    /// The listener's name.
    pub name: &'a str,
    /// Its host name.
    pub host: &'a str,
    /// Its port.
    pub port: u16,
    /// 0 PLAINTEXT, 1 SSL, 2 SASL_PLAINTEXT, 3 SASL_SSL.
    pub security_protocol: i16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The levels of one feature.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct Feature<'a> {
    /// The feature's name, such as `metadata.version`.
    pub name: &'a str,
    /// The lowest level that the controller supports.
    pub min_supported_version: i16,
    /// The highest.
    pub max_supported_version: i16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Says whether it is registered.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 70, versions = 0..=0, flexible = 0..)]
pub struct ControllerRegistrationResponse<'a> {
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
