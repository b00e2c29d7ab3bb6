//! UpdateFeatures (57): raises, lowers or removes the cluster's feature levels, such as
//! `metadata.version`.
//!
//! Sent by administrators; brokers forward it to the controller (KIP-584). With KRaft all updates
//! of a request take place or none. Versions: 1 tells safe from unsafe downgrades and can try only
//! (KIP-778), 2 answers for the whole request instead of each feature. What is in force,
//! ApiVersions tells.

use crate::{Message, UnknownTaggedFields};

/// Asks for other feature levels.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 57, versions = 0..=2, flexible = 0..)]
pub struct UpdateFeaturesRequest<'a> {
    /// How long to wait until they are in force, in milliseconds.
    #[field(default = 60000)]
    pub timeout_ms: i32,
    /// What to change, by feature. A feature may appear once.
    pub feature_updates: Vec<FeatureUpdateKey<'a>>,
    /// Whether to only say what would happen.
    #[field(versions = 1..)]
    pub validate_only: bool,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What to change in one feature.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct FeatureUpdateKey<'a> {
    /// The feature's name, such as `metadata.version`, `kraft.version` or `group.version`.
    pub feature: &'a str,
    /// The level to go to; 0: remove the feature. Brokers and controllers must all support it, else
    /// INVALID_UPDATE_VERSION.
    pub max_version_level: i16,
    /// Before version 1: whether the level may be lower than now.
    #[field(versions = ..=0)]
    pub allow_downgrade: bool,
    /// Which way it may go: 1 only up, 2 down if nothing is lost, 3 down even if metadata gets
    /// lost.
    #[field(versions = 1.., default = 1)]
    pub upgrade_type: i8,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 57, versions = 0..=2, flexible = 0..)]
pub struct UpdateFeaturesResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// 0, or why nothing has changed.
    pub error_code: i16,
    /// The broker's words on that.
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// Before version 2: one entry a feature.
    #[field(versions = ..=1, ignorable)]
    pub results: Vec<UpdatableFeatureResult<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened to one feature.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct UpdatableFeatureResult<'a> {
    /// The feature's name.
    pub feature: &'a str,
    /// 0, or why it hasn't changed.
    pub error_code: i16,
    /// The broker's words on that.
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
