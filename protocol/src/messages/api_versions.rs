//! ApiVersions (18): which versions of which APIs a broker serves.
//!
//! The first request on a connection. A broker that doesn't know the version answers in version 0
//! with UNSUPPORTED_VERSION; so the response's header never is flexible. Versions: 3 names the
//! client (KIP-511), 4 may say 0 in `min_version` of a feature.

use crate::{Message, UnknownTaggedFields};

/// Asks a broker what it speaks.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 18, versions = 0..=4, flexible = 3..)]
pub struct ApiVersionsRequest<'a> {
    /// The library's name: letters, digits, `.` and `-`, else INVALID_REQUEST.
    #[field(versions = 3.., ignorable)]
    pub client_software_name: &'a str,
    /// The library's version, under the same rule.
    #[field(versions = 3.., ignorable)]
    pub client_software_version: &'a str,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What a broker speaks.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 18, versions = 0..=4, flexible = 3..)]
pub struct ApiVersionsResponse<'a> {
    /// 0, or UNSUPPORTED_VERSION, with `api_keys` all the same.
    pub error_code: i16,
    /// The APIs served.
    pub api_keys: Vec<ApiVersion>,
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    #[field(versions = 1.., ignorable)]
    pub throttle_time_ms: i32,
    /// Cluster features that the broker can do.
    #[field(versions = 3.., ignorable, tag = 0)]
    pub supported_features: Vec<SupportedFeatureKey<'a>>,
    /// Grows with each change of the cluster's features; -1 unknown.
    #[field(versions = 3.., default = -1, ignorable, tag = 1)]
    pub finalized_features_epoch: i64,
    /// Cluster features in force.
    #[field(versions = 3.., ignorable, tag = 2)]
    pub finalized_features: Vec<FinalizedFeatureKey<'a>>,
    /// Whether the broker may move from ZooKeeper to KRaft.
    #[field(versions = 3.., ignorable, tag = 3)]
    pub zk_migration_ready: bool,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// One API served.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct ApiVersion {
    /// The API's number.
    pub api_key: i16,
    /// Its oldest version served.
    pub min_version: i16,
    /// Its newest version served.
    pub max_version: i16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// A cluster feature that the broker can do.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct SupportedFeatureKey<'a> {
    /// The feature, such as `transaction.version`.
    pub name: &'a str,
    /// The lowest level.
    pub min_version: i16,
    /// The highest level.
    pub max_version: i16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// A cluster feature in force.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct FinalizedFeatureKey<'a> {
    /// The feature.
    pub name: &'a str,
    /// The highest level in force.
    pub max_version_level: i16,
    /// The lowest level in force.
    pub min_version_level: i16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
