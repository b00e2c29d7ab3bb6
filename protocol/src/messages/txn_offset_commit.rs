//! TxnOffsetCommit (28): DOC
//!
//! DOC versions

use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 28, versions = 0..=5, flexible = 3..)]
pub struct TxnOffsetCommitRequest<'a> {
    /// DOC
    pub transactional_id: &'a str,
    /// DOC
    pub group_id: &'a str,
    /// DOC
    pub producer_id: i64,
    /// DOC
    pub producer_epoch: i16,
    /// DOC
    #[field(versions = 3.., default = -1)]
    pub generation_id: i32,
    /// DOC
    #[field(versions = 3..)]
    pub member_id: &'a str,
    /// DOC
    #[field(versions = 3.., nullable = 3..)]
    pub group_instance_id: Option<&'a str>,
    /// DOC
    pub topics: Vec<TxnOffsetCommitRequestTopic<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct TxnOffsetCommitRequestTopic<'a> {
    /// DOC
    pub name: &'a str,
    /// DOC
    pub partitions: Vec<TxnOffsetCommitRequestPartition<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct TxnOffsetCommitRequestPartition<'a> {
    /// DOC
    pub partition_index: i32,
    /// DOC
    pub committed_offset: i64,
    /// DOC
    #[field(versions = 2.., default = -1, ignorable)]
    pub committed_leader_epoch: i32,
    /// DOC
    #[field(nullable)]
    pub committed_metadata: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 28, versions = 0..=5, flexible = 3..)]
pub struct TxnOffsetCommitResponse<'a> {
    /// DOC
    pub throttle_time_ms: i32,
    /// DOC
    pub topics: Vec<TxnOffsetCommitResponseTopic<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct TxnOffsetCommitResponseTopic<'a> {
    /// DOC
    pub name: &'a str,
    /// DOC
    pub partitions: Vec<TxnOffsetCommitResponsePartition>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct TxnOffsetCommitResponsePartition {
    /// DOC
    pub partition_index: i32,
    /// DOC
    pub error_code: i16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
