//! AlterClientQuotas (49): DOC
//!
//! DOC versions

use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 49, versions = 0..=1, flexible = 1..)]
pub struct AlterClientQuotasRequest<'a> {
    /// DOC
    pub entries: Vec<AlterClientQuotasRequestEntryData<'a>>,
    /// DOC
    pub validate_only: bool,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AlterClientQuotasRequestEntryData<'a> {
    /// DOC
    pub entity: Vec<EntityData<'a>>,
    /// DOC
    pub ops: Vec<OpData<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct EntityData<'a> {
    /// DOC
    pub entity_type: &'a str,
    /// DOC
    #[field(nullable)]
    pub entity_name: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct OpData<'a> {
    /// DOC
    pub key: &'a str,
    /// DOC
    pub value: f64,
    /// DOC
    pub remove: bool,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 49, versions = 0..=1, flexible = 1..)]
pub struct AlterClientQuotasResponse<'a> {
    /// DOC
    pub throttle_time_ms: i32,
    /// DOC
    pub entries: Vec<AlterClientQuotasResponseEntryData<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AlterClientQuotasResponseEntryData<'a> {
    /// DOC
    pub error_code: i16,
    /// DOC
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// DOC
    pub entity: Vec<EntityData<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
