//! DescribeClientQuotas (48): reads the quotas of users, client ids and addresses.
//!
//! Needs DESCRIBE_CONFIGS on the cluster; any broker answers (KIP-546). Tells the quotas that are
//! set, not which one applies to a client in the end. Versions: 1 is flexible.

use crate::{Message, UnknownTaggedFields};

/// The filter for whose quotas are wanted.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 48, versions = 0..=1, flexible = 1..)]
pub struct DescribeClientQuotasRequest<'a> {
    /// What is wanted of each type of entity; all must match. Empty: everything.
    pub components: Vec<ComponentData<'a>>,
    /// Whether to leave out entities that also have types other than those named.
    pub strict: bool,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What is wanted of one type of entity.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct ComponentData<'a> {
    /// The type: `user`, `client-id`, or `ip` alone (KIP-612); each once.
    pub entity_type: &'a str,
    /// 0 the name in `match`, 1 the default for the type, 2 any name and the default.
    pub match_type: i8,
    /// The name; null with match types 1 and 2.
    #[field(nullable)]
    pub r#match: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The quotas.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 48, versions = 0..=1, flexible = 1..)]
pub struct DescribeClientQuotasResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// 0, or why there are no quotas.
    pub error_code: i16,
    /// The broker's words on that.
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// The quotas, by entity; null with an error.
    #[field(nullable)]
    pub entries: Option<Vec<EntryData<'a>>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The quotas of one entity.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct EntryData<'a> {
    /// Whose they are: one part, or a user together with a client id.
    pub entity: Vec<EntityData<'a>>,
    /// The quotas.
    pub values: Vec<ValueData<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// One part of who a quota is for.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct EntityData<'a> {
    /// The type: `user`, `client-id` or `ip`.
    pub entity_type: &'a str,
    /// The name; null: the default for all that have none of their own.
    #[field(nullable)]
    pub entity_name: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// One quota.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct ValueData<'a> {
    /// Which: `producer_byte_rate` and `consumer_byte_rate` in bytes a second, `request_percentage`
    /// of a thread's time, `controller_mutation_rate` in partitions a second,
    /// `connection_creation_rate` (`ip` only) in connections a second.
    pub key: &'a str,
    /// How much, per broker; `controller_mutation_rate` for the cluster.
    pub value: f64,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
