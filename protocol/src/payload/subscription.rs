//! Subscription: what a member wants to consume, and what it still has.

use super::{TopicPartitions, versioned};
use crate::Message;
use crate::error::{DecodeError, EncodeError};

/// A member's subscription, inside of JoinGroup's `metadata`; the leader assigns by it.
///
/// Versions: 1 tells the partitions owned (KIP-429), 2 since when (KIP-792), 3 the rack (KIP-881).
#[derive(Clone, Debug, Message, PartialEq)]
#[message(versions = 0..=3)]
pub struct ConsumerProtocolSubscription<'a> {
    /// The topics that the member wants.
    pub topics: Vec<&'a str>,
    /// Bytes that only the assignor understands.
    #[field(nullable)]
    pub user_data: Option<&'a [u8]>,
    /// The partitions that the member consumes at present, under a cooperative assignor.
    #[field(versions = 1.., ignorable)]
    pub owned_partitions: Vec<TopicPartitions<'a>>,
    /// The generation that `owned_partitions` are from, so that a member which was away claims nothing; -1 unknown.
    #[field(versions = 2.., default = -1, ignorable)]
    pub generation_id: i32,
    /// The member's rack, for partitions with a replica nearby.
    #[field(versions = 3.., nullable = 3.., ignorable)]
    pub rack_id: Option<&'a str>,
}

impl<'a> ConsumerProtocolSubscription<'a> {
    /// The newest version known.
    pub const NEWEST: i16 = 3;

    /// Writes the version and the subscription. Fields that the version lacks are left out.
    ///
    /// # Errors
    /// The version isn't known, or a text is too long.
    pub fn encode(&self, version: i16) -> Result<Vec<u8>, EncodeError> {
        versioned::encode(self, &Self::SCHEMA, version)
    }

    /// Reads a version and the subscription.
    ///
    /// # Errors
    /// The bytes end early, or aren't a subscription.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        versioned::decode_or_newer(bytes, &Self::SCHEMA)
    }
}
