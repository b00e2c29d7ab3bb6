//! BrokerRegistration (62): DOC
//!
//! DOC versions

use crate::types::Uuid;
use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 62, versions = 0..=4, flexible = 0.., response_owned)]
pub struct BrokerRegistrationRequest<'a> {
    /// DOC
    pub broker_id: i32,
    /// DOC
    pub cluster_id: &'a str,
    /// DOC
    pub incarnation_id: Uuid,
    /// DOC
    pub listeners: Vec<Listener<'a>>,
    /// DOC
    pub features: Vec<Feature<'a>>,
    /// DOC
    #[field(nullable)]
    pub rack: Option<&'a str>,
    /// DOC
    #[field(versions = 1..)]
    pub is_migrating_zk_broker: bool,
    /// DOC
    #[field(versions = 2.., ignorable)]
    pub log_dirs: Vec<Uuid>,
    /// DOC
    #[field(versions = 3.., default = -1, ignorable)]
    pub previous_broker_epoch: i64,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct Listener<'a> {
    /// DOC
    pub name: &'a str,
    /// DOC
    pub host: &'a str,
    /// DOC
    pub port: u16,
    /// DOC
    pub security_protocol: i16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct Feature<'a> {
    /// DOC
    pub name: &'a str,
    /// DOC
    pub min_supported_version: i16,
    /// DOC
    pub max_supported_version: i16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 62, versions = 0..=4, flexible = 0..)]
pub struct BrokerRegistrationResponse {
    /// DOC
    pub throttle_time_ms: i32,
    /// DOC
    pub error_code: i16,
    /// DOC
    #[field(default = -1)]
    pub broker_epoch: i64,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
