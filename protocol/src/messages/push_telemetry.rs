//! PushTelemetry (72): pushes a client's metrics to a broker (KIP-714).
//!
//! One version. Sent by clients once each push interval at most: else THROTTLING_QUOTA_EXCEEDED.
//! UNKNOWN_SUBSCRIPTION_ID and UNSUPPORTED_COMPRESSION_TYPE: ask for the subscriptions again,
//! without waiting. TELEMETRY_TOO_LARGE: this push is lost. INVALID_REQUEST, INVALID_RECORD: push
//! no more.

use crate::types::Uuid;
use crate::{Message, UnknownTaggedFields};

/// A client's metrics.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 72, versions = 0..=0, flexible = 0.., response_owned)]
pub struct PushTelemetryRequest<'a> {
    /// The client's id from GetTelemetrySubscriptions; zeros are refused.
    pub client_instance_id: Uuid,
    /// What it was asked for.
    pub subscription_id: i32,
    /// Whether this is the client's last push: it needn't wait for the interval, and none may
    /// follow.
    pub terminating: bool,
    /// How `metrics` is compressed: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd.
    pub compression_type: i8,
    /// The metrics: OpenTelemetry's `MetricsData` (v1) in protobuf, then compressed.
    pub metrics: &'a [u8],
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Says whether they were taken.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 72, versions = 0..=0, flexible = 0..)]
pub struct PushTelemetryResponse {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// 0, or why they weren't.
    pub error_code: i16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
