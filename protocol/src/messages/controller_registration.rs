//! ControllerRegistration (70): DOC
//!
//! DOC versions

use crate::types::Uuid;
use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 70, versions = 0..=0, flexible = 0..)]
pub struct ControllerRegistrationRequest<'a> {
    /// DOC
    pub controller_id: i32,
    /// DOC
    pub incarnation_id: Uuid,
    /// DOC
    pub zk_migration_ready: bool,
    /// DOC
    pub listeners: Vec<Listener<'a>>,
    /// DOC
    pub features: Vec<Feature<'a>>,
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
#[message(response, key = 70, versions = 0..=0, flexible = 0..)]
pub struct ControllerRegistrationResponse<'a> {
    /// DOC
    pub throttle_time_ms: i32,
    /// DOC
    pub error_code: i16,
    /// DOC
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
