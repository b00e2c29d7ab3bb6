//! IncrementalAlterConfigs (44): DOC
//!
//! DOC versions

use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 44, versions = 0..=1, flexible = 1..)]
pub struct IncrementalAlterConfigsRequest<'a> {
    /// DOC
    pub resources: Vec<AlterConfigsResource<'a>>,
    /// DOC
    pub validate_only: bool,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AlterConfigsResource<'a> {
    /// DOC
    pub resource_type: i8,
    /// DOC
    pub resource_name: &'a str,
    /// DOC
    pub configs: Vec<AlterableConfig<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AlterableConfig<'a> {
    /// DOC
    pub name: &'a str,
    /// DOC
    pub config_operation: i8,
    /// DOC
    #[field(nullable)]
    pub value: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 44, versions = 0..=1, flexible = 1..)]
pub struct IncrementalAlterConfigsResponse<'a> {
    /// DOC
    pub throttle_time_ms: i32,
    /// DOC
    pub responses: Vec<AlterConfigsResourceResponse<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AlterConfigsResourceResponse<'a> {
    /// DOC
    pub error_code: i16,
    /// DOC
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// DOC
    pub resource_type: i8,
    /// DOC
    pub resource_name: &'a str,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
