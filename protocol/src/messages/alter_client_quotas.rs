//! AlterClientQuotas (49): sets and removes the quotas of users, client ids and addresses.
//!
//! A broker forwards it to the controller; needs ALTER_CONFIGS on the cluster (KIP-546). Versions:
//! 1 is flexible.

use crate::{Message, UnknownTaggedFields};

/// Asks to change quotas.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 49, versions = 0..=1, flexible = 1..)]
pub struct AlterClientQuotasRequest<'a> {
    /// What to change, by entity. An entity may appear once.
    pub entries: Vec<AlterClientQuotasRequestEntryData<'a>>,
    /// Whether to only say what would happen.
    pub validate_only: bool,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What to change for one entity.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AlterClientQuotasRequestEntryData<'a> {
    /// Whose quotas: a user, a client id, both together, or an address.
    pub entity: Vec<EntityData<'a>>,
    /// What to change; quotas that are not named stay.
    pub ops: Vec<OpData<'a>>,
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

/// A change of one quota.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct OpData<'a> {
    /// Which: `producer_byte_rate` and `consumer_byte_rate` in bytes a second, `request_percentage`
    /// of a thread's time, `controller_mutation_rate` in partitions a second,
    /// `connection_creation_rate` (`ip` only) in connections a second. A quota may appear once.
    pub key: &'a str,
    /// How much: more than 0, and whole for rates of bytes and connections; not looked at with
    /// `remove`.
    pub value: f64,
    /// Whether to remove the quota; if not, set it.
    pub remove: bool,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Says whose quotas are changed.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 49, versions = 0..=1, flexible = 1..)]
pub struct AlterClientQuotasResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// What happened, one entry an entity.
    pub entries: Vec<AlterClientQuotasResponseEntryData<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened to one entity.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AlterClientQuotasResponseEntryData<'a> {
    /// 0, or why none of its quotas is changed.
    pub error_code: i16,
    /// The broker's words on that.
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// Whose quotas, as asked.
    pub entity: Vec<EntityData<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
