//! StreamsGroupHeartbeat (88): DOC
//!
//! DOC versions

use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 88, versions = 0..=0, flexible = 0..)]
pub struct StreamsGroupHeartbeatRequest<'a> {
    /// DOC
    pub group_id: &'a str,
    /// DOC
    pub member_id: &'a str,
    /// DOC
    pub member_epoch: i32,
    /// DOC
    pub endpoint_information_epoch: i32,
    /// DOC
    #[field(nullable)]
    pub instance_id: Option<&'a str>,
    /// DOC
    #[field(nullable)]
    pub rack_id: Option<&'a str>,
    /// DOC
    #[field(default = -1)]
    pub rebalance_timeout_ms: i32,
    /// DOC
    #[field(nullable)]
    pub topology: Option<Topology<'a>>,
    /// DOC
    #[field(nullable)]
    pub active_tasks: Option<Vec<TaskIds<'a>>>,
    /// DOC
    #[field(nullable)]
    pub standby_tasks: Option<Vec<TaskIds<'a>>>,
    /// DOC
    #[field(nullable)]
    pub warmup_tasks: Option<Vec<TaskIds<'a>>>,
    /// DOC
    #[field(nullable)]
    pub process_id: Option<&'a str>,
    /// DOC
    #[field(nullable)]
    pub user_endpoint: Option<Endpoint<'a>>,
    /// DOC
    #[field(nullable)]
    pub client_tags: Option<Vec<KeyValue<'a>>>,
    /// DOC
    #[field(nullable)]
    pub task_offsets: Option<Vec<TaskOffset<'a>>>,
    /// DOC
    #[field(nullable)]
    pub task_end_offsets: Option<Vec<TaskOffset<'a>>>,
    /// DOC
    pub shutdown_application: bool,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct Topology<'a> {
    /// DOC
    pub epoch: i32,
    /// DOC
    pub subtopologies: Vec<Subtopology<'a>>,
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
    pub source_topic_regex: Vec<&'a str>,
    /// DOC
    pub state_changelog_topics: Vec<TopicInfo<'a>>,
    /// DOC
    pub repartition_sink_topics: Vec<&'a str>,
    /// DOC
    pub repartition_source_topics: Vec<TopicInfo<'a>>,
    /// DOC
    pub copartition_groups: Vec<CopartitionGroup>,
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
pub struct CopartitionGroup {
    /// DOC
    pub source_topics: Vec<i16>,
    /// DOC
    pub source_topic_regex: Vec<i16>,
    /// DOC
    pub repartition_source_topics: Vec<i16>,
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
#[message(response, key = 88, versions = 0..=0, flexible = 0..)]
pub struct StreamsGroupHeartbeatResponse<'a> {
    /// DOC
    pub throttle_time_ms: i32,
    /// DOC
    pub error_code: i16,
    /// DOC
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// DOC
    pub member_id: &'a str,
    /// DOC
    pub member_epoch: i32,
    /// DOC
    pub heartbeat_interval_ms: i32,
    /// DOC
    pub acceptable_recovery_lag: i32,
    /// DOC
    pub task_offset_interval_ms: i32,
    /// DOC
    #[field(nullable)]
    pub status: Option<Vec<Status<'a>>>,
    /// DOC
    #[field(nullable)]
    pub active_tasks: Option<Vec<TaskIds<'a>>>,
    /// DOC
    #[field(nullable)]
    pub standby_tasks: Option<Vec<TaskIds<'a>>>,
    /// DOC
    #[field(nullable)]
    pub warmup_tasks: Option<Vec<TaskIds<'a>>>,
    /// DOC
    pub endpoint_information_epoch: i32,
    /// DOC
    #[field(nullable)]
    pub partitions_by_user_endpoint: Option<Vec<EndpointToPartitions<'a>>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct Status<'a> {
    /// DOC
    pub status_code: i8,
    /// DOC
    pub status_detail: &'a str,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct EndpointToPartitions<'a> {
    /// DOC
    pub user_endpoint: Endpoint<'a>,
    /// DOC
    pub active_partitions: Vec<TopicPartition<'a>>,
    /// DOC
    pub standby_partitions: Vec<TopicPartition<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct TopicPartition<'a> {
    /// DOC
    pub topic: &'a str,
    /// DOC
    pub partitions: Vec<i32>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
