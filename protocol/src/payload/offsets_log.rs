//! The records of `__consumer_offsets`: where each group's coordinator keeps what it knows of it.
//!
//! The topic is compacted, so the last record of a key counts, and a tombstone takes back what the key names. Offsets
//! belong to all kinds of groups, the rest to one kind each.
//!
//! ```
//! use ottla_protocol::payload::offsets_log::{Key, Value};
//!
//! // A record's key and value; no value is a tombstone.
//! let key = b"\0\x01\0\x07billing\0\x06orders\0\0\0\x02";
//! let value = b"\0\x03\0\0\0\0\0\0\0\x2a\0\0\0\x05\0\0\0\0\x01\x8b\xcf\xe5\x68\0";
//!
//! let key = Key::read(key)?;
//! match (&key, key.read_value(Some(value))?) {
//!     (Key::OffsetCommit(of), Some(Value::OffsetCommit(commit))) => {
//!         assert_eq!((of.group, of.topic, of.partition), ("billing", "orders", 2));
//!         assert_eq!((commit.offset, commit.leader_epoch), (42, 5));
//!     }
//!     other => panic!("{other:?}"),
//! }
//! # Ok::<(), ottla_protocol::DecodeError>(())
//! ```

use super::record_types::record_types;
use super::{Definition, versioned};
use crate::Message;
use crate::error::{DecodeError, EncodeError};
use crate::schema::Versions;

pub mod classic_group;
pub mod consumer_group;
pub mod offset;
pub mod share_group;
pub mod streams_group;

use classic_group::*;
use consumer_group::*;
use offset::*;
use share_group::*;
use streams_group::*;

record_types! { <'a>
    /// An offset that a group has committed, in the oldest form.
    0 LegacyOffsetCommit: OffsetCommitKey<'a>, LegacyOffsetCommitValue<'a>;
    /// An offset that a group has committed.
    1 OffsetCommit: OffsetCommitKey<'a>, OffsetCommitValue<'a>;
    /// A classic group: its generation and its members.
    2 GroupMetadata: GroupMetadataKey<'a>, GroupMetadataValue<'a>;
    /// A consumer group (KIP-848).
    3 ConsumerGroupMetadata: GroupKey<'a>, ConsumerGroupMetadataValue;
    /// The partitions of a consumer group's topics; since Kafka 4.1 a hash of them is kept with the group instead.
    4 ConsumerGroupPartitionMetadata: GroupKey<'a>, ConsumerGroupPartitionMetadataValue<'a>;
    /// A consumer group's member.
    5 ConsumerGroupMemberMetadata: MemberKey<'a>, ConsumerGroupMemberMetadataValue<'a>;
    /// The assignment that a consumer group is to come to.
    6 ConsumerGroupTargetAssignmentMetadata: GroupKey<'a>, ConsumerGroupTargetAssignmentMetadataValue;
    /// What a consumer group's member is to have.
    7 ConsumerGroupTargetAssignmentMember: MemberKey<'a>, ConsumerGroupTargetAssignmentMemberValue;
    /// What a consumer group's member has.
    8 ConsumerGroupCurrentMemberAssignment: MemberKey<'a>, ConsumerGroupCurrentMemberAssignmentValue;
    /// A share group's member (KIP-932).
    10 ShareGroupMemberMetadata: MemberKey<'a>, ShareGroupMemberMetadataValue<'a>;
    /// A share group.
    11 ShareGroupMetadata: GroupKey<'a>, ShareGroupMetadataValue;
    /// The assignment that a share group is to come to.
    12 ShareGroupTargetAssignmentMetadata: GroupKey<'a>, ShareGroupTargetAssignmentMetadataValue;
    /// What a share group's member is to have.
    13 ShareGroupTargetAssignmentMember: MemberKey<'a>, ShareGroupTargetAssignmentMemberValue;
    /// What a share group's member has.
    14 ShareGroupCurrentMemberAssignment: MemberKey<'a>, ShareGroupCurrentMemberAssignmentValue;
    /// Which partitions of a share group have a state.
    15 ShareGroupStatePartitionMetadata: GroupKey<'a>, ShareGroupStatePartitionMetadataValue<'a>;
    /// The topics that a regular expression of a consumer group stands for.
    16 ConsumerGroupRegularExpression: RegularExpressionKey<'a>, ConsumerGroupRegularExpressionValue<'a>;
    /// A streams group (KIP-1071).
    17 StreamsGroupMetadata: GroupKey<'a>, StreamsGroupMetadataValue<'a>;
    /// A streams group's member.
    19 StreamsGroupMemberMetadata: MemberKey<'a>, StreamsGroupMemberMetadataValue<'a>;
    /// The assignment that a streams group is to come to.
    20 StreamsGroupTargetAssignmentMetadata: GroupKey<'a>, StreamsGroupTargetAssignmentMetadataValue;
    /// What a streams group's member is to have.
    21 StreamsGroupTargetAssignmentMember: MemberKey<'a>, StreamsGroupTargetAssignmentMemberValue<'a>;
    /// What a streams group's member has.
    22 StreamsGroupCurrentMemberAssignment: MemberKey<'a>, StreamsGroupCurrentMemberAssignmentValue<'a>;
    /// The topology that a streams group runs.
    23 StreamsGroupTopology: GroupKey<'a>, StreamsGroupTopologyValue<'a>;
}

// Keys never change, so types whose keys have the same fields share a struct. Values do change, each for itself.

/// A group, as a key.
#[derive(Clone, Copy, Debug, Eq, Hash, Message, PartialEq)]
pub struct GroupKey<'a> {
    /// The group.
    pub group_id: &'a str,
}

/// A group's member, as a key.
#[derive(Clone, Copy, Debug, Eq, Hash, Message, PartialEq)]
pub struct MemberKey<'a> {
    /// The group.
    pub group_id: &'a str,
    /// The member.
    pub member_id: &'a str,
}
