//! DescribeConfigs (32): reads the settings of topics, brokers, groups and client metrics.
//!
//! About a broker or its loggers, ask that broker; about the rest, any. Versions: 1 tells where a
//! value comes from and what it hides, 3 tells types and documentation, 4 is flexible. New kinds of
//! resources (client metrics by KIP-714, groups by KIP-848) came without a version.

use crate::{Message, UnknownTaggedFields};

/// Asks for settings.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 32, versions = 1..=4, flexible = 4..)]
pub struct DescribeConfigsRequest<'a> {
    /// Whose settings.
    pub resources: Vec<DescribeConfigsResource<'a>>,
    /// Whether to tell where else the value is set.
    pub include_synonyms: bool,
    /// Whether to tell what a setting does.
    #[field(versions = 3..)]
    pub include_documentation: bool,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Whose settings, and which.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribeConfigsResource<'a> {
    /// What kind: 2 topic, 4 broker, 8 a broker's loggers, 16 client metrics subscription, 32
    /// group.
    pub resource_type: i8,
    /// The topic, the broker's id, the subscription or the group. With type 4, empty: the settings
    /// made at run time for all brokers.
    pub resource_name: &'a str,
    /// The settings' names; null or empty: all.
    #[field(nullable)]
    pub configuration_keys: Option<Vec<&'a str>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The settings.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 32, versions = 1..=4, flexible = 4..)]
pub struct DescribeConfigsResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// The settings, one entry a resource.
    pub results: Vec<DescribeConfigsResult<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The settings of one resource.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribeConfigsResult<'a> {
    /// 0, or why there are none.
    pub error_code: i16,
    /// The broker's words on that.
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// What kind: 2 topic, 4 broker, 8 a broker's loggers, 16 client metrics subscription, 32
    /// group.
    pub resource_type: i8,
    /// Its name, as asked.
    pub resource_name: &'a str,
    /// The settings.
    pub configs: Vec<DescribeConfigsResourceResult<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// One setting.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribeConfigsResourceResult<'a> {
    /// Its name, such as `retention.ms`.
    pub name: &'a str,
    /// Its value; null if it is secret, or there is none.
    #[field(nullable)]
    pub value: Option<&'a str>,
    /// Whether it can't be changed at run time.
    pub read_only: bool,
    /// Where it comes from: 1 the topic, 2 the broker's settings made at run time, 3 the same for
    /// all brokers, 4 the broker's file, 5 the default, 6 the broker's loggers, 7 client metrics, 8
    /// the group, -1 unknown.
    #[field(default = -1)]
    pub config_source: i8,
    /// Whether it is secret.
    pub is_sensitive: bool,
    /// Where it is set, the one in force first, then what that hides; empty unless asked for.
    pub synonyms: Vec<DescribeConfigsSynonym<'a>>,
    /// Type of the value: 1 boolean, 2 string, 3 int, 4 short, 5 long, 6 double, 7 list, 8 class, 9
    /// password, 0 unknown.
    #[field(versions = 3.., ignorable)]
    pub config_type: i8,
    /// What the setting does; null unless asked for.
    #[field(versions = 3.., nullable = 3.., ignorable)]
    pub documentation: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// One place where the setting has a value.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribeConfigsSynonym<'a> {
    /// Its name there: a topic's `retention.ms` is `log.retention.ms` at a broker.
    pub name: &'a str,
    /// Its value there; null if it is secret.
    #[field(nullable)]
    pub value: Option<&'a str>,
    /// Which place, coded as `config_source`.
    pub source: i8,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
