//! DescribeAcls (29): DOC
//!
//! DOC versions

use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 29, versions = 1..=3, flexible = 2..)]
pub struct DescribeAclsRequest<'a> {
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
#[message(response, key = 29, versions = 1..=3, flexible = 2..)]
pub struct DescribeAclsResponse<'a> {
    /// DOC
    pub throttle_time_ms: i32,
    /// DOC
    pub error_code: i16,
    /// DOC
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// DOC
    pub resources: Vec<DescribeAclsResource<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribeAclsResource<'a> {
    /// DOC
    pub resource_type: i8,
    /// DOC
    pub resource_name: &'a str,
    /// DOC
    #[field(default = 3)]
    pub pattern_type: i8,
    /// DOC
    pub acls: Vec<AclDescription<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AclDescription<'a> {
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
