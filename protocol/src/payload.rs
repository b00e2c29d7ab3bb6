//! Bytes inside of bytes: what requests and responses pass on unread, and what brokers keep in topics of their own.
//!
//! | where | what |
//! | --- | --- |
//! | JoinGroup's `metadata` | [`ConsumerProtocolSubscription`] |
//! | SyncGroup's `assignment` | [`ConsumerProtocolAssignment`] |
//! | a subscription's `user_data` | [`StickyUserData`], [`CooperativeStickyUserData`], or another assignor's |
//! | Envelope's `request_principal` | [`DefaultPrincipalData`] |
//! | topic `__consumer_offsets` | [`offsets_log`] |
//! | topic `__transaction_state` | [`transaction_log`] |
//! | topic `__share_group_state` | [`share_state_log`] |
//! | control batches of any topic | [`control`] |
//!
//! User data has no version; all else begins with one of two bytes, except that keys in the logs begin with the
//! record's type. Where Kafka's readers take a newer version for the newest that they know, so do these; elsewhere a
//! version that isn't known is an error ([`Why::Version`]). A type that isn't known never is one.
//!
//! [`Why::Version`]: crate::error::Why::Version

use crate::Message;
use crate::schema::Schema;

mod assignment;
pub mod control;
mod in_tag;
pub mod offsets_log;
mod principal;
mod record_types;
pub mod share_state_log;
mod sticky;
mod subscription;
pub mod transaction_log;
mod versioned;

pub use assignment::ConsumerProtocolAssignment;
pub use in_tag::InTag;
pub use principal::DefaultPrincipalData;
pub use sticky::{CooperativeStickyUserData, StickyUserData};
pub use subscription::ConsumerProtocolSubscription;
pub use versioned::version;

/// Partitions of one topic. Kafka's schemas call it TopicPartition, a name that stands for a single one everywhere
/// else.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct TopicPartitions<'a> {
    /// The topic's name.
    pub topic: &'a str,
    /// The partitions.
    pub partitions: Vec<i32>,
}

/// The definition of a payload, as [`definitions`] lists them.
#[derive(Clone, Copy, Debug)]
pub struct Definition {
    /// Kafka's name of it, also where several share a struct here.
    pub name: &'static str,
    /// The type in front of a key, for keys and values of records that have one.
    pub record_type: Option<i16>,
    /// Its fields.
    pub schema: &'static Schema,
}

/// The payloads that Kafka has schemas of, for what compares or prints definitions.
pub fn definitions() -> impl Iterator<Item = Definition> {
    let groups = [
        offsets_log::Key::DEFINITIONS,
        transaction_log::Key::DEFINITIONS,
        share_state_log::Key::DEFINITIONS,
    ];
    let others = [
        &ConsumerProtocolSubscription::SCHEMA,
        &ConsumerProtocolAssignment::SCHEMA,
        &DefaultPrincipalData::SCHEMA,
        &control::ControlRecordTypeSchema::SCHEMA,
        &control::EndTxnMarker::SCHEMA,
        &control::LeaderChangeMessage::SCHEMA,
        &control::SnapshotHeaderRecord::SCHEMA,
        &control::SnapshotFooterRecord::SCHEMA,
        &control::KRaftVersionRecord::SCHEMA,
        &control::VotersRecord::SCHEMA,
    ];
    let others = others.map(|schema| Definition {
        name: schema.name,
        record_type: None,
        schema,
    });
    groups.into_iter().flatten().copied().chain(others)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Why;

    fn subscription() -> ConsumerProtocolSubscription<'static> {
        ConsumerProtocolSubscription {
            topics: vec!["orders"],
            owned_partitions: vec![TopicPartitions {
                topic: "orders",
                partitions: vec![0, 2],
            }],
            generation_id: 7,
            rack_id: Some("b"),
            ..Default::default()
        }
    }

    #[test]
    fn an_older_version_leaves_out_what_it_lacks() {
        let bytes = subscription().encode(1).unwrap();
        let read = ConsumerProtocolSubscription::decode(&bytes).unwrap();
        let expected = ConsumerProtocolSubscription {
            generation_id: -1,
            rack_id: None,
            ..subscription()
        };
        assert_eq!(read, expected);
    }

    #[test]
    fn a_version_from_the_future_is_read_as_the_newest_known() {
        let mut bytes = subscription()
            .encode(ConsumerProtocolSubscription::NEWEST)
            .unwrap();
        bytes[..2].copy_from_slice(&40_i16.to_be_bytes());
        bytes.extend(b"what version 40 adds");
        assert_eq!(
            ConsumerProtocolSubscription::decode(&bytes),
            Ok(subscription())
        );
    }

    #[test]
    fn a_version_that_cannot_be_is_refused() {
        assert!(subscription().encode(4).is_err());
        assert!(subscription().encode(-1).is_err());
        let error = ConsumerProtocolSubscription::decode(&[0xff; 8]).unwrap_err();
        assert_eq!((error.version, error.why), (-1, Why::Version));
    }

    #[test]
    fn bytes_that_end_early_are_named() {
        let bytes = subscription().encode(0).unwrap();
        for end in 0..bytes.len() {
            ConsumerProtocolSubscription::decode(&bytes[..end]).unwrap_err();
        }
        let error = ConsumerProtocolAssignment::decode(&[]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "ConsumerProtocolAssignment v0: needs 2 bytes, 0 left (at byte 0)"
        );
    }
}
