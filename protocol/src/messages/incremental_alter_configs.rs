//! IncrementalAlterConfigs (44): changes settings one by one.
//!
//! Settings that are not named stay as they are, unlike with AlterConfigs (KIP-339). About a broker
//! or its loggers, ask that broker; about the rest, any. Each resource changes wholly or not at
//! all. Versions: 1 is flexible.

use crate::wire::secret::Secret;
use crate::{Message, UnknownTaggedFields};

/// Asks to change settings.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 44, versions = 0..=1, flexible = 1..)]
pub struct IncrementalAlterConfigsRequest<'a> {
    /// Whose settings. A resource may appear once.
    pub resources: Vec<AlterConfigsResource<'a>>,
    /// Whether to only say what would happen.
    pub validate_only: bool,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What to change at one resource.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AlterConfigsResource<'a> {
    /// What kind: 2 topic, 4 broker, 8 a broker's loggers, 16 client metrics subscription, 32
    /// group.
    pub resource_type: i8,
    /// The topic, the broker's id, the subscription or the group. With type 4, empty: all brokers.
    pub resource_name: &'a str,
    /// The settings to change. A setting may appear once.
    pub configs: Vec<AlterableConfig<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// One setting to change.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AlterableConfig<'a> {
    /// Its name, such as `retention.ms`, or a logger's.
    pub name: &'a str,
    /// What to do: 0 set; 1 delete, back to the default; 2 append to a list; 3 subtract from a
    /// list.
    pub config_operation: i8,
    /// The value, or what to append or subtract, separated by commas; null only to delete.
    #[field(nullable)]
    pub value: Option<Secret<&'a str>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Says whose settings are changed.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 44, versions = 0..=1, flexible = 1..)]
pub struct IncrementalAlterConfigsResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// What happened, one entry a resource.
    pub responses: Vec<AlterConfigsResourceResponse<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened to one resource.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AlterConfigsResourceResponse<'a> {
    /// 0, or why none of its settings is changed.
    pub error_code: i16,
    /// The broker's words on that.
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// What kind, as asked.
    pub resource_type: i8,
    /// Its name, as asked.
    pub resource_name: &'a str,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
