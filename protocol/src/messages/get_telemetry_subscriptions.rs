//! GetTelemetrySubscriptions (71): asks which of its metrics a client shall push, and how often
//! (KIP-714).
//!
//! One version. Sent by clients at their start and then once each push interval at most: else
//! THROTTLING_QUOTA_EXCEEDED. Brokers offer this API, as ApiVersions tells, only if a plug-in takes
//! the metrics. PushTelemetry is what follows.

use crate::types::Uuid;
use crate::{Message, UnknownTaggedFields};

/// Asks any broker what to push.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 71, versions = 0..=0, flexible = 0..)]
pub struct GetTelemetrySubscriptionsRequest {
    /// The client's id; zeros: none yet, give me one.
    pub client_instance_id: Uuid,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What to push.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 71, versions = 0..=0, flexible = 0..)]
pub struct GetTelemetrySubscriptionsResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// 0, or why there is no answer.
    pub error_code: i16,
    /// The client's id for its whole life, with any broker.
    pub client_instance_id: Uuid,
    /// Names what is wanted at present; pushes carry it, and are refused once it has changed.
    pub subscription_id: i32,
    /// The compressions that pushes may use, best first: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd;
    /// empty: none. 0 is always allowed.
    pub accepted_compression_types: Vec<i8>,
    /// How long to wait between pushes, in milliseconds. Spread the first one: 0.5 to 1.5 times
    /// this.
    pub push_interval_ms: i32,
    /// How many bytes `metrics` of a push may have.
    pub telemetry_max_bytes: i32,
    /// How to push counters: true the increase since the last push, false the sum since the start.
    /// Kafka asks for true.
    pub delta_temporality: bool,
    /// How the names of wanted metrics begin. An empty list: none, ask again after an interval; one
    /// that is `*` or empty: all.
    pub requested_metrics: Vec<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
