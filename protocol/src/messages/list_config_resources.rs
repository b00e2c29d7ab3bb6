//! ListConfigResources (74): the names of what has settings: topics, brokers, groups, metrics
//! subscriptions.
//!
//! Any broker answers; their settings are in DescribeConfigs. Versions: 0 was called
//! ListClientMetricsResources and knows only metrics subscriptions (KIP-714), 1 lists all types
//! (KIP-1142).

use crate::{Message, UnknownTaggedFields};

/// Asks for names.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 74, versions = 0..=1, flexible = 0..)]
pub struct ListConfigResourcesRequest {
    /// The types wanted: 2 topics, 4 brokers, 8 brokers' loggers, 16 metrics subscriptions, 32
    /// groups; empty: all of these. Others are refused with UNSUPPORTED_VERSION.
    #[field(versions = 1..)]
    pub resource_types: Vec<i8>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The names.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 74, versions = 0..=1, flexible = 0..)]
pub struct ListConfigResourcesResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// 0, or why there are none.
    pub error_code: i16,
    /// One entry a resource, in no order.
    pub config_resources: Vec<ConfigResource<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// One resource.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct ConfigResource<'a> {
    /// Its name; for brokers and their loggers the broker's id in digits.
    pub resource_name: &'a str,
    /// Its type: 2 topic, 4 broker, 8 a broker's loggers, 16 metrics subscription, 32 group.
    #[field(versions = 1.., default = 16, ignorable)]
    pub resource_type: i8,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
