//! GetTelemetrySubscriptions (71): DOC
//!
//! DOC versions

use crate::types::Uuid;
use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 71, versions = 0..=0, flexible = 0..)]
pub struct GetTelemetrySubscriptionsRequest {
    /// DOC
    pub client_instance_id: Uuid,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 71, versions = 0..=0, flexible = 0..)]
pub struct GetTelemetrySubscriptionsResponse<'a> {
    /// DOC
    pub throttle_time_ms: i32,
    /// DOC
    pub error_code: i16,
    /// DOC
    pub client_instance_id: Uuid,
    /// DOC
    pub subscription_id: i32,
    /// DOC
    pub accepted_compression_types: Vec<i8>,
    /// DOC
    pub push_interval_ms: i32,
    /// DOC
    pub telemetry_max_bytes: i32,
    /// DOC
    pub delta_temporality: bool,
    /// DOC
    pub requested_metrics: Vec<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
