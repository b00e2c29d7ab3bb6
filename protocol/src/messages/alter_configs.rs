//! AlterConfigs (33): replaces all settings of a resource at once.
//!
//! A setting left out goes back to its default: two writers undo each other's work. Use
//! IncrementalAlterConfigs (KIP-339), which every broker since 2.3 knows. About a broker, ask that
//! broker. Versions: 2 is flexible.

use crate::wire::secret::Secret;
use crate::{Message, UnknownTaggedFields};

/// Asks to replace settings.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 33, versions = 0..=2, flexible = 2..)]
pub struct AlterConfigsRequest<'a> {
    /// Whose settings. A resource may appear once.
    pub resources: Vec<AlterConfigsResource<'a>>,
    /// Whether to only say what would happen.
    pub validate_only: bool,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// All settings that one resource shall have.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AlterConfigsResource<'a> {
    /// What kind: 2 topic, 4 broker, 16 client metrics subscription, 32 group.
    pub resource_type: i8,
    /// The topic, the broker's id, the subscription or the group. With type 4, empty: all brokers.
    pub resource_name: &'a str,
    /// The settings; the others go back to their defaults.
    pub configs: Vec<AlterableConfig<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// One setting.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AlterableConfig<'a> {
    /// Its name, such as `retention.ms`.
    pub name: &'a str,
    /// Its value; null is refused.
    #[field(nullable)]
    pub value: Option<Secret<&'a str>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Says whose settings are replaced.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 33, versions = 0..=2, flexible = 2..)]
pub struct AlterConfigsResponse<'a> {
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
