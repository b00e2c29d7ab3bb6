//! StreamsGroupDescribe (89): DOC
//!
//! DOC versions

use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 89, versions = 0..=0, flexible = 0..)]
pub struct StreamsGroupDescribeRequest<'a> {
    /// DOC
    pub group_ids: Vec<&'a str>,
    /// DOC
    pub include_authorized_operations: bool,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 89, versions = 0..=0, flexible = 0..)]
pub struct StreamsGroupDescribeResponse<'a> {
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
    #[field(nullable)]
    pub topology: Option<Topology<'a>>,
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
pub struct Topology<'a> {
    /// DOC
    pub epoch: i32,
    /// DOC
    #[field(nullable)]
    pub subtopologies: Option<Vec<Subtopology<'a>>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct Subtopology<'a> {
    /// DOC
    pub subtopology_id: &'a str,
    /// DOC
    pub source_topics: Vec<&'a str>,
    /// DOC
    pub repartition_sink_topics: Vec<&'a str>,
    /// DOC
    pub state_changelog_topics: Vec<TopicInfo<'a>>,
    /// DOC
    pub repartition_source_topics: Vec<TopicInfo<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct TopicInfo<'a> {
    /// DOC
    pub name: &'a str,
    /// DOC
    pub partitions: i32,
    /// DOC
    pub replication_factor: i16,
    /// DOC
    pub topic_configs: Vec<KeyValue<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct KeyValue<'a> {
    /// DOC
    pub key: &'a str,
    /// DOC
    pub value: &'a str,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct Member<'a> {
    /// DOC
    pub member_id: &'a str,
    /// DOC
    pub member_epoch: i32,
    /// DOC
    #[field(nullable)]
    pub instance_id: Option<&'a str>,
    /// DOC
    #[field(nullable)]
    pub rack_id: Option<&'a str>,
    /// DOC
    pub client_id: &'a str,
    /// DOC
    pub client_host: &'a str,
    /// DOC
    pub topology_epoch: i32,
    /// DOC
    pub process_id: &'a str,
    /// DOC
    #[field(nullable)]
    pub user_endpoint: Option<Endpoint<'a>>,
    /// DOC
    pub client_tags: Vec<KeyValue<'a>>,
    /// DOC
    pub task_offsets: Vec<TaskOffset<'a>>,
    /// DOC
    pub task_end_offsets: Vec<TaskOffset<'a>>,
    /// DOC
    pub assignment: Assignment<'a>,
    /// DOC
    pub target_assignment: Assignment<'a>,
    /// DOC
    pub is_classic: bool,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct Endpoint<'a> {
    /// DOC
    pub host: &'a str,
    /// DOC
    pub port: u16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct TaskOffset<'a> {
    /// DOC
    pub subtopology_id: &'a str,
    /// DOC
    pub partition: i32,
    /// DOC
    pub offset: i64,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct Assignment<'a> {
    /// DOC
    pub active_tasks: Vec<TaskIds<'a>>,
    /// DOC
    pub standby_tasks: Vec<TaskIds<'a>>,
    /// DOC
    pub warmup_tasks: Vec<TaskIds<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct TaskIds<'a> {
    /// DOC
    pub subtopology_id: &'a str,
    /// DOC
    pub partitions: Vec<i32>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
