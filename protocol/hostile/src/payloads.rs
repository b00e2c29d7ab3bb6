//! The payloads inside of messages, as a table.

use std::fmt;

use ottla_protocol::DecodeError;
use ottla_protocol::payload::{ConsumerProtocolAssignment, ConsumerProtocolSubscription};
use ottla_protocol::schema::Schema;

use crate::budget::Gauge;
use crate::check::{Failure, copy};

/// A payload.
pub struct Payload {
    /// Kafka's name of it.
    pub name: &'static str,
    /// Its fields.
    pub schema: &'static Schema,
    /// Reads bytes, and checks that they are the same again once written.
    pub(crate) check: fn(&[u8], &mut Gauge) -> Result<(), Failure<DecodeError>>,
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// A payload with its version in front, of which newer ones are read as the newest known.
macro_rules! versioned {
    ($payload:ident) => {
        Payload {
            name: stringify!($payload),
            schema: &$payload::SCHEMA,
            check: |bytes, gauge| {
                let newest = $payload::SCHEMA.versions.max;
                let version = |bytes: &[u8]| match bytes {
                    [high, low, ..] => i16::from_be_bytes([*high, *low]).min(newest),
                    _ => newest,
                };
                copy!(bytes, gauge, |it| $payload::decode(it), |payload| payload
                    .encode(version(bytes)))
            },
        }
    };
}

/// All of them.
pub static PAYLOADS: &[Payload] = &[
    versioned!(ConsumerProtocolSubscription),
    versioned!(ConsumerProtocolAssignment),
];
