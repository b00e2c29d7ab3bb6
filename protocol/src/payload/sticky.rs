//! What the sticky assignors tell their leader, inside of a subscription's `user_data`.
//!
//! Neither form says its version. Kafka's leaders take a member whose bytes they can't read for one that had nothing;
//! whoever decodes an error here may do the same.

use super::TopicPartitions;
use crate::error::{DecodeError, EncodeError};
use crate::wire::{self, Cx, Wire};

/// No version, and nothing compact.
const PLAIN: Cx = Cx {
    version: 0,
    flexible: false,
};

/// What a member of the `sticky` assignor had before.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StickyUserData<'a> {
    /// The partitions that the member was last assigned.
    pub previous_assignment: Vec<TopicPartitions<'a>>,
    /// The generation that this was in, so that a member which was away claims nothing; -1: in none. None: written by a
    /// client before Kafka 2.3, which doesn't say.
    pub generation: Option<i32>,
}

impl<'a> StickyUserData<'a> {
    /// Writes the user data, in the older form without a generation if it has none.
    ///
    /// # Errors
    /// A text is too long.
    pub fn encode(&self) -> Result<Vec<u8>, EncodeError> {
        let mut out = Vec::new();
        self.previous_assignment.write(&mut out, PLAIN)?;
        if let Some(generation) = self.generation {
            out.extend_from_slice(&generation.to_be_bytes());
        }
        Ok(out)
    }

    /// Reads the user data. Where no whole generation follows the assignment it is the older form, as in Java; and as
    /// there, bytes that are left over don't matter.
    ///
    /// # Errors
    /// The bytes end early, or aren't an assignment.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let assignment = wire::field("previous_assignment", bytes, PLAIN);
        let (rest, previous_assignment) = assignment
            .map_err(|fault| wire::decode_error(fault, "StickyUserData", PLAIN.version, bytes))?;
        let generation = rest.first_chunk().copied().map(i32::from_be_bytes);
        Ok(Self {
            previous_assignment,
            generation,
        })
    }
}

/// What a member of the `cooperative-sticky` assignor adds to the partitions that its subscription has anyway.
///
/// Subscriptions of version 2 have a generation of their own, which leaders prefer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CooperativeStickyUserData {
    /// The generation that the member was last assigned partitions in; -1: in none.
    pub generation: i32,
}

impl CooperativeStickyUserData {
    /// Writes the user data.
    #[must_use]
    pub fn encode(&self) -> [u8; 4] {
        self.generation.to_be_bytes()
    }

    /// Reads the user data. Bytes that are left over don't matter, as in Java.
    ///
    /// # Errors
    /// The bytes are fewer than four.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        match wire::field("generation", bytes, PLAIN) {
            Ok((_, generation)) => Ok(Self { generation }),
            Err(fault) => {
                let name = "CooperativeStickyUserData";
                Err(wire::decode_error(fault, name, PLAIN.version, bytes))
            }
        }
    }
}
