//! PushTelemetry (72): DOC
//!
//! DOC versions

use crate::types::Uuid;
use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 72, versions = 0..=0, flexible = 0.., response_owned)]
pub struct PushTelemetryRequest<'a> {
    /// DOC
    pub client_instance_id: Uuid,
    /// DOC
    pub subscription_id: i32,
    /// DOC
    pub terminating: bool,
    /// DOC
    pub compression_type: i8,
    /// DOC
    pub metrics: &'a [u8],
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 72, versions = 0..=0, flexible = 0..)]
pub struct PushTelemetryResponse {
    /// DOC
    pub throttle_time_ms: i32,
    /// DOC
    pub error_code: i16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
