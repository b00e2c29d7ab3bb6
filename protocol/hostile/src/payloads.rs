//! The payloads inside of messages and in the records of Kafka's own topics, as a table.

use std::fmt;

use ottla_protocol::DecodeError;
use ottla_protocol::payload::control::ControlRecord;
use ottla_protocol::payload::{
    self, ConsumerProtocolAssignment, ConsumerProtocolSubscription, CooperativeStickyUserData,
    DefaultPrincipalData, StickyUserData, offsets_log, share_state_log, transaction_log,
};

use crate::budget::Gauge;
use crate::check::{Failure, copy, written};

/// A payload.
pub struct Payload {
    /// A name for it.
    pub name: &'static str,
    /// Whether the type of a record stands in front, in two bytes, which the payload itself doesn't have.
    pub typed: bool,
    /// Reads bytes, and checks that they are the same again once written.
    pub(crate) check: Check,
}

type Check = fn(&[u8], &mut Gauge) -> Result<(), Failure<DecodeError>>;

impl Payload {
    const fn new(name: &'static str, typed: bool, check: Check) -> Self {
        Self { name, typed, check }
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// A payload with its version in front, of which newer ones may be read as the newest known.
macro_rules! versioned {
    ($payload:ident) => {
        |bytes, gauge| {
            let version = payload::version(bytes).unwrap_or_default();
            let version = version.min($payload::SCHEMA.versions.max);
            copy!(bytes, gauge, |it| $payload::decode(it), |it| it
                .encode(version))
        }
    };
}

macro_rules! key {
    ($log:ident) => {
        |bytes, gauge| {
            copy!(bytes, gauge, |it| $log::Key::read(it), |it| written(
                |out| it.write(out)
            ))
        }
    };
}

macro_rules! value {
    ($log:ident) => {
        |bytes, gauge| {
            let (number, bytes) = typed(bytes);
            let version = payload::version(bytes).unwrap_or_default();
            copy!(bytes, gauge, |it| $log::Value::read(number, it), |it| {
                written(|out| it.write(out, version))
            })
        }
    };
}

/// All of them. The seeds are lines of `tests/golden/payloads.txt`, by these names.
pub static PAYLOADS: &[Payload] = &[
    Payload::new(
        "subscription",
        false,
        versioned!(ConsumerProtocolSubscription),
    ),
    Payload::new("assignment", false, versioned!(ConsumerProtocolAssignment)),
    Payload::new("principal", false, versioned!(DefaultPrincipalData)),
    Payload::new("sticky", false, |bytes, gauge| {
        copy!(bytes, gauge, |it| StickyUserData::decode(it), |it| it
            .encode())
    }),
    Payload::new("cooperative", false, |bytes, gauge| {
        copy!(
            bytes,
            gauge,
            |it| CooperativeStickyUserData::decode(it),
            |it| {
                written(|out| {
                    out.extend(it.encode());
                    Ok(())
                })
            }
        )
    }),
    Payload::new("control", false, |bytes, gauge| {
        let (key, value) = bytes.split_at(bytes.len().min(4));
        copy!(
            value,
            gauge,
            |it| ControlRecord::read(Some(key), Some(it)),
            |it| written(|out| it.write_value(out))
        )
    }),
    Payload::new("group-key", false, key!(offsets_log)),
    Payload::new("group-value", true, value!(offsets_log)),
    Payload::new("transaction-key", false, key!(transaction_log)),
    Payload::new("transaction-value", true, value!(transaction_log)),
    Payload::new("share-key", false, key!(share_state_log)),
    Payload::new("share-value", true, value!(share_state_log)),
];

/// The record's type, and what follows it.
fn typed(bytes: &[u8]) -> (i16, &[u8]) {
    match bytes.split_first_chunk() {
        Some((number, bytes)) => (i16::from_be_bytes(*number), bytes),
        None => (0, bytes),
    }
}
