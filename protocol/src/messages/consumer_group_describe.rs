//! ConsumerGroupDescribe (69): DOC
//!
//! DOC versions

use crate::types::TopicId;
use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 69, versions = 0..=1, flexible = 0..)]
pub struct ConsumerGroupDescribeRequest<'a> {
    /// DOC
    pub group_ids: Vec<&'a str>,
    /// DOC
    pub include_authorized_operations: bool,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 69, versions = 0..=1, flexible = 0..)]
pub struct ConsumerGroupDescribeResponse<'a> {
    /// DOC
    pub throttle_time_ms: i32,
    /// DOC
    pub groups: Vec<DescribedGroup<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribedGroup<'a> {
    /// DOC
    pub error_code: i16,
    /// DOC
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// DOC
    pub group_id: &'a str,
    /// DOC
    pub group_state: &'a str,
    /// DOC
    pub group_epoch: i32,
    /// DOC
    pub assignment_epoch: i32,
    /// DOC
    pub assignor_name: &'a str,
    /// DOC
    pub members: Vec<Member<'a>>,
    /// DOC
    #[field(default = i32::MIN)]
    pub authorized_operations: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct Member<'a> {
    /// DOC
    pub member_id: &'a str,
    /// DOC
    #[field(nullable)]
    pub instance_id: Option<&'a str>,
    /// DOC
    #[field(nullable)]
    pub rack_id: Option<&'a str>,
    /// DOC
    pub member_epoch: i32,
    /// DOC
    pub client_id: &'a str,
    /// DOC
    pub client_host: &'a str,
    /// DOC
    pub subscribed_topic_names: Vec<&'a str>,
    /// DOC
    #[field(nullable)]
    pub subscribed_topic_regex: Option<&'a str>,
    /// DOC
    pub assignment: Assignment<'a>,
    /// DOC
    pub target_assignment: Assignment<'a>,
    /// DOC
    #[field(versions = 1.., default = -1, ignorable)]
    pub member_type: i8,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct Assignment<'a> {
    /// DOC
    pub topic_partitions: Vec<TopicPartitions<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct TopicPartitions<'a> {
    /// DOC
    pub topic_id: TopicId,
    /// DOC
    pub topic_name: &'a str,
    /// DOC
    pub partitions: Vec<i32>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
