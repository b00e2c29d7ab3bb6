//! CreateAcls (30): DOC
//!
//! DOC versions

use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 30, versions = 1..=3, flexible = 2..)]
pub struct CreateAclsRequest<'a> {
    /// DOC
    pub creations: Vec<AclCreation<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AclCreation<'a> {
    /// DOC
    pub resource_type: i8,
    /// DOC
    pub resource_name: &'a str,
    /// DOC
    #[field(default = 3)]
    pub resource_pattern_type: i8,
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

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 30, versions = 1..=3, flexible = 2..)]
pub struct CreateAclsResponse<'a> {
    /// DOC
    pub throttle_time_ms: i32,
    /// DOC
    pub results: Vec<AclCreationResult<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AclCreationResult<'a> {
    /// DOC
    pub error_code: i16,
    /// DOC
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
