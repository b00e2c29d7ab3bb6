//! Bytes inside of bytes: what group members tell each other through JoinGroup and SyncGroup, which the coordinator
//! passes on unread.
//!
//! A payload begins with its version, two bytes. Newer versions only add fields at the end, so a version that isn't
//! known is read as the newest that is, as Java does.

use crate::Message;
use crate::error::{DecodeError, EncodeError, EncodeWhy, Place, Why};
use crate::schema::Schema;
use crate::wire::{self, Cx, Fault, Wire};

mod assignment;
mod subscription;

pub use assignment::ConsumerProtocolAssignment;
pub use subscription::ConsumerProtocolSubscription;

/// Partitions of one topic. Kafka's schemas call it TopicPartition, a name that stands for a single one everywhere else.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct TopicPartitions<'a> {
    /// The topic's name.
    pub topic: &'a str,
    /// The partitions.
    pub partitions: Vec<i32>,
}

fn encode<'a, T: Wire<'a>>(
    payload: &T,
    schema: &Schema,
    version: i16,
) -> Result<Vec<u8>, EncodeError> {
    let cx = Cx {
        version,
        flexible: false,
    };
    if !schema.versions.contains(version) {
        let place = Place {
            message: schema.name,
            field: "",
        };
        return Err(EncodeError::new(cx, EncodeWhy::Version).at(place));
    }
    let mut out = version.to_be_bytes().to_vec();
    payload.write(&mut out, cx)?;
    Ok(out)
}

fn decode<'a, T: Wire<'a>>(bytes: &'a [u8], schema: &Schema) -> Result<T, DecodeError> {
    let oldest = Cx {
        version: schema.versions.min,
        flexible: false,
    };
    let error = |fault, version| wire::decode_error(fault, schema.name, version, bytes);
    let (rest, version) = i16::read(bytes, oldest).map_err(|fault| error(fault, oldest.version))?;
    if version < schema.versions.min {
        return Err(error(Fault::error(bytes, Why::Version), version));
    }
    let cx = Cx {
        version: version.min(schema.versions.max),
        ..oldest
    };
    // What a newer version adds comes after what is known.
    T::read(rest, cx)
        .map(|(_, payload)| payload)
        .map_err(|fault| error(fault, version))
}

#[cfg(test)]
mod tests {
    use super::*;

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
