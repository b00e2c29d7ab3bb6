//! Control records: what brokers write between the records of users, and controllers between those of metadata.
//!
//! Key and value of a record in a control batch. The end of a transaction stands in the partitions that it wrote to,
//! the rest in Kafka's own metadata topic and its snapshots (KIP-595, KIP-630, KIP-853).
//!
//! ```
//! use ottla_protocol::payload::control::ControlRecord;
//!
//! // Key and value of a record.
//! match ControlRecord::read(Some(&[0, 0, 0, 1]), Some(&[0, 0, 0, 0, 0, 7]))? {
//!     ControlRecord::Commit(marker) => assert_eq!(marker.coordinator_epoch, 7),
//!     other => panic!("{other:?}"),
//! }
//! # Ok::<(), ottla_protocol::DecodeError>(())
//! ```

use super::versioned;
use crate::error::{DecodeError, EncodeError};
use crate::types::Uuid;
use crate::{Message, UnknownTaggedFields};

/// A control record, key and value.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ControlRecord<'a> {
    /// 0: the producer's transaction is over and its records are not to be read.
    Abort(EndTxnMarker),
    /// 1: the producer's transaction is over and its records stand.
    Commit(EndTxnMarker),
    /// 2: a new leader of the quorum, with which an epoch begins.
    LeaderChange(LeaderChangeMessage),
    /// 3: a snapshot begins.
    SnapshotHeader(SnapshotHeaderRecord),
    /// 4: a snapshot ends.
    SnapshotFooter(SnapshotFooterRecord),
    /// 5: the quorum's protocol has a new version.
    KRaftVersion(KRaftVersionRecord),
    /// 6: the quorum has other voters.
    KRaftVoters(VotersRecord<'a>),
    /// A type that isn't known here.
    Unknown {
        /// The type.
        record_type: i16,
        /// The value as it came.
        value: Option<&'a [u8]>,
    },
}

impl<'a> ControlRecord<'a> {
    /// Reads key and value of a record in a control batch. A type that isn't known is no error, nor are newer versions
    /// of the key and of the end of transactions, which only add fields.
    ///
    /// # Errors
    /// The key is missing or cut short, or the value is not the one of its type, or of a version that isn't known.
    pub fn read(key: Option<&[u8]>, value: Option<&'a [u8]>) -> Result<Self, DecodeError> {
        let key = key.unwrap_or_default();
        let key: ControlRecordTypeSchema =
            versioned::decode_or_newer(key, &ControlRecordTypeSchema::SCHEMA)?;
        let bytes = value.unwrap_or_default();
        let end = || versioned::decode_or_newer(bytes, &EndTxnMarker::SCHEMA);
        Ok(match key.r#type {
            0 => Self::Abort(end()?),
            1 => Self::Commit(end()?),
            2 => Self::LeaderChange(versioned::decode_own(bytes, &LeaderChangeMessage::SCHEMA)?),
            3 => Self::SnapshotHeader(versioned::decode_own(bytes, &SnapshotHeaderRecord::SCHEMA)?),
            4 => Self::SnapshotFooter(versioned::decode_own(bytes, &SnapshotFooterRecord::SCHEMA)?),
            5 => Self::KRaftVersion(versioned::decode_own(bytes, &KRaftVersionRecord::SCHEMA)?),
            6 => Self::KRaftVoters(versioned::decode_own(bytes, &VotersRecord::SCHEMA)?),
            record_type => Self::Unknown { record_type, value },
        })
    }

    /// The number of the record's type.
    #[must_use]
    pub fn record_type(&self) -> i16 {
        match self {
            Self::Abort(_) => 0,
            Self::Commit(_) => 1,
            Self::LeaderChange(_) => 2,
            Self::SnapshotHeader(_) => 3,
            Self::SnapshotFooter(_) => 4,
            Self::KRaftVersion(_) => 5,
            Self::KRaftVoters(_) => 6,
            Self::Unknown { record_type, .. } => *record_type,
        }
    }

    /// The record's key: version 0 and the type.
    #[must_use]
    pub fn key(&self) -> [u8; 4] {
        let [high, low] = self.record_type().to_be_bytes();
        [0, 0, high, low]
    }

    /// Appends the record's value, in the version that it names itself.
    ///
    /// # Errors
    /// A version that the value hasn't, or can't be expressed in.
    pub fn write_value(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        match self {
            Self::Abort(it) | Self::Commit(it) => {
                versioned::write(it, &EndTxnMarker::SCHEMA, 0, out)
            }
            Self::LeaderChange(it) => {
                versioned::write_own(it, &LeaderChangeMessage::SCHEMA, it.version, out)
            }
            Self::SnapshotHeader(it) => {
                versioned::write_own(it, &SnapshotHeaderRecord::SCHEMA, it.version, out)
            }
            Self::SnapshotFooter(it) => {
                versioned::write_own(it, &SnapshotFooterRecord::SCHEMA, it.version, out)
            }
            Self::KRaftVersion(it) => {
                versioned::write_own(it, &KRaftVersionRecord::SCHEMA, it.version, out)
            }
            Self::KRaftVoters(it) => {
                versioned::write_own(it, &VotersRecord::SCHEMA, it.version, out)
            }
            Self::Unknown { value, .. } => {
                out.extend_from_slice(value.unwrap_or_default());
                Ok(())
            }
        }
    }
}

/// A control record's key, after its version.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(versions = 0)]
pub struct ControlRecordTypeSchema {
    /// Which of the [`ControlRecord`]s it is.
    pub r#type: i16,
}

/// The end of a transaction. Its batch says of which producer.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(versions = 0)]
pub struct EndTxnMarker {
    /// The epoch of the transaction coordinator that wrote it, so that one replaced since is refused.
    pub coordinator_epoch: i32,
}

/// The first record of a leader's epoch.
///
/// Versions: 1 tells voters' directories (KIP-853); Kafka 4.3 writes 0 still.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(versions = 0..=1, flexible = 0..)]
pub struct LeaderChangeMessage {
    /// The version of this record.
    pub version: i16,
    /// The new leader.
    pub leader_id: i32,
    /// The voters of the quorum in this epoch.
    pub voters: Vec<LeaderChangeVoter>,
    /// Those of them who voted for the leader.
    pub granting_voters: Vec<LeaderChangeVoter>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// A voter at an election.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct LeaderChangeVoter {
    /// The voter.
    pub voter_id: i32,
    /// The directory that it keeps the log in.
    #[field(versions = 1..)]
    pub voter_directory_id: Uuid,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The first record of a snapshot.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(versions = 0, flexible = 0..)]
pub struct SnapshotHeaderRecord {
    /// The version of this record.
    pub version: i16,
    /// When the last record that the snapshot stands for was appended, in milliseconds since the epoch.
    pub last_contained_log_timestamp: i64,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The last record of a snapshot: without it the snapshot isn't whole.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(versions = 0, flexible = 0..)]
pub struct SnapshotFooterRecord {
    /// The version of this record.
    pub version: i16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The version of the quorum's protocol from here on.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(versions = 0, flexible = 0..)]
pub struct KRaftVersionRecord {
    /// The version of this record.
    pub version: i16,
    /// The protocol's version: 0 has voters that are set up by hand, 1 keeps them in [`VotersRecord`]s.
    pub k_raft_version: i16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The voters of the quorum from here on.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(versions = 0, flexible = 0..)]
pub struct VotersRecord<'a> {
    /// The version of this record.
    pub version: i16,
    /// The voters.
    pub voters: Vec<Voter<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// A voter of the quorum.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct Voter<'a> {
    /// The voter.
    pub voter_id: i32,
    /// The directory that it keeps the log in. Another one under the same number is another voter.
    pub voter_directory_id: Uuid,
    /// Where it listens.
    pub endpoints: Vec<VoterEndpoint<'a>>,
    /// The versions of the quorum's protocol that it speaks.
    pub k_raft_version_feature: KRaftVersionFeature,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Where a voter listens.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct VoterEndpoint<'a> {
    /// The listener's name.
    pub name: &'a str,
    /// The host.
    pub host: &'a str,
    /// The port.
    pub port: u16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The versions of the quorum's protocol that a voter speaks.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct KRaftVersionFeature {
    /// The oldest.
    pub min_supported_version: i16,
    /// The newest.
    pub max_supported_version: i16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
