//! FindCoordinator (10): who coordinates a group or a transaction.
//!
//! Versions: 1 knows transactions, 4 asks for several keys at once, 6 knows share groups.

use crate::{Message, UnknownTaggedFields};

/// Asks any broker for the coordinators of groups or of transactional ids.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 10, versions = 0..=6, flexible = 3..)]
pub struct FindCoordinatorRequest<'a> {
    /// The group or transactional id, before version 4.
    #[field(versions = ..=3)]
    pub key: &'a str,
    /// What the keys are: 0 groups, 1 transactional ids, 2 share groups.
    #[field(versions = 1..)]
    pub key_type: i8,
    /// The groups or transactional ids.
    #[field(versions = 4..)]
    pub coordinator_keys: Vec<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The coordinators.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 10, versions = 0..=6, flexible = 3..)]
pub struct FindCoordinatorResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    #[field(versions = 1.., ignorable)]
    pub throttle_time_ms: i32,
    /// 0, or why there is none, before version 4.
    #[field(versions = ..=3)]
    pub error_code: i16,
    /// The broker's words on that, before version 4.
    #[field(versions = 1..=3, nullable = 1.., ignorable)]
    pub error_message: Option<&'a str>,
    /// The coordinator, before version 4.
    #[field(versions = ..=3)]
    pub node_id: i32,
    /// Its host name, before version 4.
    #[field(versions = ..=3)]
    pub host: &'a str,
    /// Its port, before version 4.
    #[field(versions = ..=3)]
    pub port: i32,
    /// The coordinators, by key.
    #[field(versions = 4..)]
    pub coordinators: Vec<Coordinator<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The coordinator of one key.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct Coordinator<'a> {
    /// The group or transactional id.
    pub key: &'a str,
    /// The coordinator; -1 with an error.
    pub node_id: i32,
    /// Its host name.
    pub host: &'a str,
    /// Its port.
    pub port: i32,
    /// 0, or why there is none.
    pub error_code: i16,
    /// The broker's words on that.
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
