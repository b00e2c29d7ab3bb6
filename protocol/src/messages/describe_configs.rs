//! DescribeConfigs (32): DOC
//!
//! DOC versions

use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 32, versions = 1..=4, flexible = 4..)]
pub struct DescribeConfigsRequest<'a> {
    /// DOC
    pub resources: Vec<DescribeConfigsResource<'a>>,
    /// DOC
    pub include_synonyms: bool,
    /// DOC
    #[field(versions = 3..)]
    pub include_documentation: bool,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribeConfigsResource<'a> {
    /// DOC
    pub resource_type: i8,
    /// DOC
    pub resource_name: &'a str,
    /// DOC
    #[field(nullable)]
    pub configuration_keys: Option<Vec<&'a str>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 32, versions = 1..=4, flexible = 4..)]
pub struct DescribeConfigsResponse<'a> {
    /// DOC
    pub throttle_time_ms: i32,
    /// DOC
    pub results: Vec<DescribeConfigsResult<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribeConfigsResult<'a> {
    /// DOC
    pub error_code: i16,
    /// DOC
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// DOC
    pub resource_type: i8,
    /// DOC
    pub resource_name: &'a str,
    /// DOC
    pub configs: Vec<DescribeConfigsResourceResult<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribeConfigsResourceResult<'a> {
    /// DOC
    pub name: &'a str,
    /// DOC
    #[field(nullable)]
    pub value: Option<&'a str>,
    /// DOC
    pub read_only: bool,
    /// DOC
    #[field(default = -1)]
    pub config_source: i8,
    /// DOC
    pub is_sensitive: bool,
    /// DOC
    pub synonyms: Vec<DescribeConfigsSynonym<'a>>,
    /// DOC
    #[field(versions = 3.., ignorable)]
    pub config_type: i8,
    /// DOC
    #[field(versions = 3.., nullable = 3.., ignorable)]
    pub documentation: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribeConfigsSynonym<'a> {
    /// DOC
    pub name: &'a str,
    /// DOC
    #[field(nullable)]
    pub value: Option<&'a str>,
    /// DOC
    pub source: i8,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
