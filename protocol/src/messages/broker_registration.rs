//! BrokerRegistration (62): registers a broker with the controller when it starts.
//!
//! Sent by brokers (KIP-631); the broker starts fenced, that is out of service, until a heartbeat
//! shows that it has caught up and wants in. Versions: 1 can migrate from ZooKeeper (KIP-866), 2
//! tells log directories (KIP-858), 3 the epoch before a clean shutdown (KIP-966), 4 also features
//! that start at level 0. An id that another live process has is refused with
//! DUPLICATE_BROKER_REGISTRATION.

use crate::types::Uuid;
use crate::{Message, UnknownTaggedFields};

/// Asks the controller to take a broker in.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 62, versions = 0..=4, flexible = 0.., response_owned)]
pub struct BrokerRegistrationRequest<'a> {
    /// The broker.
    pub broker_id: i32,
    /// The cluster that is meant; another is refused with INCONSISTENT_CLUSTER_ID.
    pub cluster_id: &'a str,
    /// A random id of this run of the broker: tells a repeated request from a restart.
    pub incarnation_id: Uuid,
    /// Where it listens.
    pub listeners: Vec<Listener<'a>>,
    /// The feature levels that it supports. Before version 4 those with a lowest level of 0 are
    /// left out.
    pub features: Vec<Feature<'a>>,
    /// Its rack, if it has one.
    #[field(nullable)]
    pub rack: Option<&'a str>,
    /// Whether it still runs with ZooKeeper; Kafka 4 refuses that.
    #[field(versions = 1..)]
    pub is_migrating_zk_broker: bool,
    /// Its log directories that work; none may belong to another broker.
    #[field(versions = 2.., ignorable)]
    pub log_dirs: Vec<Uuid>,
    /// Its broker epoch before a clean shutdown; -1: none, or it crashed and may have lost records.
    #[field(versions = 3.., default = -1, ignorable)]
    pub previous_broker_epoch: i64,
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
    /// The lowest level that the broker supports.
    pub min_supported_version: i16,
    /// The highest.
    pub max_supported_version: i16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Says whether the broker is registered.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 62, versions = 0..=4, flexible = 0..)]
pub struct BrokerRegistrationResponse {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// 0, or why it isn't. UNSUPPORTED_VERSION: a feature's level in force is not among its own.
    pub error_code: i16,
    /// The epoch to send along from now on: it fences earlier runs. -1 with an error.
    #[field(default = -1)]
    pub broker_epoch: i64,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
