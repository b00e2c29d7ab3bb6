//! Assignment: what a member shall consume.

use super::{TopicPartitions, versioned};
use crate::Message;
use crate::error::{DecodeError, EncodeError};

/// A member's assignment, inside of SyncGroup's `assignment`.
///
/// All versions have the same fields: the number only follows the subscription's.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(versions = 0..=3)]
pub struct ConsumerProtocolAssignment<'a> {
    /// The partitions that the member shall consume.
    pub assigned_partitions: Vec<TopicPartitions<'a>>,
    /// Bytes that only the assignor understands.
    #[field(nullable)]
    pub user_data: Option<&'a [u8]>,
}

impl<'a> ConsumerProtocolAssignment<'a> {
    /// The newest version known.
    pub const NEWEST: i16 = 3;

    /// Writes the version and the assignment.
    ///
    /// # Errors
    /// The version isn't known, or a text is too long.
    pub fn encode(&self, version: i16) -> Result<Vec<u8>, EncodeError> {
        versioned::encode(self, &Self::SCHEMA, version)
    }

    /// Reads a version and the assignment. No bytes at all, as some leaders send for "nothing", are an error here.
    ///
    /// # Errors
    /// The bytes end early, or aren't an assignment.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        versioned::decode_or_newer(bytes, &Self::SCHEMA)
    }
}
