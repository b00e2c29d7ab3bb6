//! ListConfigResources (74): DOC
//!
//! DOC versions

use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 74, versions = 0..=1, flexible = 0..)]
pub struct ListConfigResourcesRequest {
    /// DOC
    #[field(versions = 1..)]
    pub resource_types: Vec<i8>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 74, versions = 0..=1, flexible = 0..)]
pub struct ListConfigResourcesResponse<'a> {
    /// DOC
    pub throttle_time_ms: i32,
    /// DOC
    pub error_code: i16,
    /// DOC
    pub config_resources: Vec<ConfigResource<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct ConfigResource<'a> {
    /// DOC
    pub resource_name: &'a str,
    /// DOC
    #[field(versions = 1.., default = 16, ignorable)]
    pub resource_type: i8,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
