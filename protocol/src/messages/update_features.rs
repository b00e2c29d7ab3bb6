//! UpdateFeatures (57): DOC
//!
//! DOC versions

use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 57, versions = 0..=2, flexible = 0..)]
pub struct UpdateFeaturesRequest<'a> {
    /// DOC
    #[field(default = 60000)]
    pub timeout_ms: i32,
    /// DOC
    pub feature_updates: Vec<FeatureUpdateKey<'a>>,
    /// DOC
    #[field(versions = 1..)]
    pub validate_only: bool,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct FeatureUpdateKey<'a> {
    /// DOC
    pub feature: &'a str,
    /// DOC
    pub max_version_level: i16,
    /// DOC
    #[field(versions = ..=0)]
    pub allow_downgrade: bool,
    /// DOC
    #[field(versions = 1.., default = 1)]
    pub upgrade_type: i8,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 57, versions = 0..=2, flexible = 0..)]
pub struct UpdateFeaturesResponse<'a> {
    /// DOC
    pub throttle_time_ms: i32,
    /// DOC
    pub error_code: i16,
    /// DOC
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// DOC
    #[field(versions = ..=1, ignorable)]
    pub results: Vec<UpdatableFeatureResult<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct UpdatableFeatureResult<'a> {
    /// DOC
    pub feature: &'a str,
    /// DOC
    pub error_code: i16,
    /// DOC
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
