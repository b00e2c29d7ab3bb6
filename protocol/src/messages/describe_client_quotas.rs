//! DescribeClientQuotas (48): DOC
//!
//! DOC versions

use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 48, versions = 0..=1, flexible = 1..)]
pub struct DescribeClientQuotasRequest<'a> {
    /// DOC
    pub components: Vec<ComponentData<'a>>,
    /// DOC
    pub strict: bool,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct ComponentData<'a> {
    /// DOC
    pub entity_type: &'a str,
    /// DOC
    pub match_type: i8,
    /// DOC
    #[field(nullable)]
    pub r#match: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 48, versions = 0..=1, flexible = 1..)]
pub struct DescribeClientQuotasResponse<'a> {
    /// DOC
    pub throttle_time_ms: i32,
    /// DOC
    pub error_code: i16,
    /// DOC
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// DOC
    #[field(nullable)]
    pub entries: Option<Vec<EntryData<'a>>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct EntryData<'a> {
    /// DOC
    pub entity: Vec<EntityData<'a>>,
    /// DOC
    pub values: Vec<ValueData<'a>>,
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
pub struct ValueData<'a> {
    /// DOC
    pub key: &'a str,
    /// DOC
    pub value: f64,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
