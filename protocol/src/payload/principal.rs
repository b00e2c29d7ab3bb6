//! Principal: who a forwarded request is from.

use super::versioned;
use crate::error::{DecodeError, EncodeError};
use crate::{Message, UnknownTaggedFields};

/// Who sent a request that a broker passes on to the controller, inside of Envelope's `request_principal`.
///
/// Written so by Kafka's own principal builder; one that a broker was set up with may write anything.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(versions = 0, flexible = 0..)]
pub struct DefaultPrincipalData<'a> {
    /// What kind of principal: `User`, unless a builder of one's own says otherwise.
    pub r#type: &'a str,
    /// The principal's name, such as the user's.
    pub name: &'a str,
    /// Whether it proved itself to the forwarding broker by a delegation token.
    pub token_authenticated: bool,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

impl<'a> DefaultPrincipalData<'a> {
    /// The newest version known.
    pub const NEWEST: i16 = 0;

    /// Writes the version and the principal.
    ///
    /// # Errors
    /// The version isn't known, or a text is too long.
    pub fn encode(&self, version: i16) -> Result<Vec<u8>, EncodeError> {
        versioned::encode(self, &Self::SCHEMA, version)
    }

    /// Reads a version and the principal.
    ///
    /// # Errors
    /// The bytes are not a principal, or of a version that isn't known.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        versioned::decode(bytes, &Self::SCHEMA)
    }
}
