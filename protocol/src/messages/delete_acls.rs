//! DeleteAcls (31): DOC
//!
//! DOC versions

use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 31, versions = 1..=3, flexible = 2..)]
pub struct DeleteAclsRequest<'a> {
    /// DOC
    pub filters: Vec<DeleteAclsFilter<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DeleteAclsFilter<'a> {
    /// DOC
    pub resource_type_filter: i8,
    /// DOC
    #[field(nullable)]
    pub resource_name_filter: Option<&'a str>,
    /// DOC
    #[field(default = 3)]
    pub pattern_type_filter: i8,
    /// DOC
    #[field(nullable)]
    pub principal_filter: Option<&'a str>,
    /// DOC
    #[field(nullable)]
    pub host_filter: Option<&'a str>,
    /// DOC
    pub operation: i8,
    /// DOC
    pub permission_type: i8,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 31, versions = 1..=3, flexible = 2..)]
pub struct DeleteAclsResponse<'a> {
    /// DOC
    pub throttle_time_ms: i32,
    /// DOC
    pub filter_results: Vec<DeleteAclsFilterResult<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DeleteAclsFilterResult<'a> {
    /// DOC
    pub error_code: i16,
    /// DOC
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// DOC
    pub matching_acls: Vec<DeleteAclsMatchingAcl<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DeleteAclsMatchingAcl<'a> {
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
    #[field(default = 3)]
    pub pattern_type: i8,
    /// DOC
    pub principal: &'a str,
    /// DOC
    pub host: &'a str,
    /// DOC
    pub operation: i8,
    /// DOC
    pub permission_type: i8,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
