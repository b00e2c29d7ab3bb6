//! StreamsGroupHeartbeat (88): joins a streams group, stays in it and leaves it (KIP-1071).
//!
//! A Kafka Streams client sends it to the group's coordinator, which assigns tasks and creates the
//! internal topics. What hasn't changed since the last heartbeat is null, both ways. With
//! UNKNOWN_MEMBER_ID or FENCED_MEMBER_EPOCH the member has to give up its tasks and join again,
//! with epoch 0. STREAMS_INVALID_TOPOLOGY, STREAMS_INVALID_TOPOLOGY_EPOCH and
//! STREAMS_TOPOLOGY_FENCED say that the application itself is wrong or old.

use crate::{Message, UnknownTaggedFields};

/// Tells a group's coordinator that a member is alive, what it runs and how far it is.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 88, versions = 0..=0, flexible = 0..)]
pub struct StreamsGroupHeartbeatRequest<'a> {
    /// The group.
    pub group_id: &'a str,
    /// The member: a random id (UUID) of its own, the same for its whole life.
    pub member_id: &'a str,
    /// The epoch from the last answer; 0 joins, also again; -1 leaves; -2 leaves as a static member
    /// that comes back.
    pub member_epoch: i32,
    /// The epoch of the `partitions_by_user_endpoint` that the member has; -1: none yet.
    pub endpoint_information_epoch: i32,
    /// The static member's name (KIP-345); null: none, or as before.
    #[field(nullable)]
    pub instance_id: Option<&'a str>,
    /// The member's rack; null: none, or as before.
    #[field(nullable)]
    pub rack_id: Option<&'a str>,
    /// How long the member may take to give tasks up, before it is thrown out, in milliseconds; -1:
    /// as before. Needed to join.
    #[field(default = -1)]
    pub rebalance_timeout_ms: i32,
    /// What the application does; given when joining, and only then.
    #[field(nullable)]
    pub topology: Option<Topology<'a>>,
    /// Tasks that process records, now with this member; null: as before. All three lists are null
    /// or none is; when joining they are empty.
    #[field(nullable)]
    pub active_tasks: Option<Vec<TaskIds<'a>>>,
    /// Tasks that keep a copy of the state, for a fast takeover, now with this member; null: as
    /// before.
    #[field(nullable)]
    pub standby_tasks: Option<Vec<TaskIds<'a>>>,
    /// Tasks that build up state, to become active here later, now with this member; null: as
    /// before.
    #[field(nullable)]
    pub warmup_tasks: Option<Vec<TaskIds<'a>>>,
    /// The process that the member is a thread of; null: as before.
    #[field(nullable)]
    pub process_id: Option<&'a str>,
    /// Where others can query the state of this process (`application.server`); null: nowhere, or
    /// as before.
    #[field(nullable)]
    pub user_endpoint: Option<Endpoint<'a>>,
    /// Tags by which standby tasks are spread, over racks for example; null: as before.
    #[field(nullable)]
    pub client_tags: Option<Vec<KeyValue<'a>>>,
    /// How far the state of each task is; null: as before.
    #[field(nullable)]
    pub task_offsets: Option<Vec<TaskOffset<'a>>>,
    /// Where the changelogs of each task end; null: as before.
    #[field(nullable)]
    pub task_end_offsets: Option<Vec<TaskOffset<'a>>>,
    /// Whether the whole application shall stop, because of an error here.
    pub shutdown_application: bool,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What the application does, as far as the coordinator must know.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct Topology<'a> {
    /// The number of this topology; a change of the application gives it a higher one.
    pub epoch: i32,
    /// Its parts.
    pub subtopologies: Vec<Subtopology<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// A connected part of the topology; it runs as one task for each partition that it reads.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct Subtopology<'a> {
    /// The subtopology's id.
    pub subtopology_id: &'a str,
    /// Topics that it reads, other than repartition topics.
    pub source_topics: Vec<&'a str>,
    /// Patterns of topics that it reads. Kafka 4.3 refuses any.
    pub source_topic_regex: Vec<&'a str>,
    /// Changelog topics of its state stores, which the coordinator creates.
    pub state_changelog_topics: Vec<TopicInfo<'a>>,
    /// Repartition topics that it writes to.
    pub repartition_sink_topics: Vec<&'a str>,
    /// Repartition topics that it reads from, which the coordinator creates.
    pub repartition_source_topics: Vec<TopicInfo<'a>>,
    /// Which topics that it reads must have the same number of partitions.
    pub copartition_groups: Vec<CopartitionGroup>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// An internal topic: a changelog or a repartition topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct TopicInfo<'a> {
    /// The topic's name.
    pub name: &'a str,
    /// Number of partitions; 0: the coordinator finds it out, as it must for changelog topics.
    pub partitions: i32,
    /// Copies of each partition; 0: as the broker is set up.
    pub replication_factor: i16,
    /// The topic's settings other than the default.
    pub topic_configs: Vec<KeyValue<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// A setting of a topic, or a tag of a client.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct KeyValue<'a> {
    /// Its name.
    pub key: &'a str,
    /// Its value.
    pub value: &'a str,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Topics that must have the same number of partitions.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct CopartitionGroup {
    /// Places in the list `source_topics` of the subtopology, from 0.
    pub source_topics: Vec<i16>,
    /// Places in its list `source_topic_regex`.
    pub source_topic_regex: Vec<i16>,
    /// Places in its list `repartition_source_topics`.
    pub repartition_source_topics: Vec<i16>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Tasks of one subtopology.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct TaskIds<'a> {
    /// The subtopology's id.
    pub subtopology_id: &'a str,
    /// Their partitions: a task works on that partition of each topic that the subtopology reads.
    pub partitions: Vec<i32>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Where a Streams process can be asked for its state.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct Endpoint<'a> {
    /// Its host name.
    pub host: &'a str,
    /// Its port.
    pub port: u16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// How far a task's state is.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct TaskOffset<'a> {
    /// The subtopology's id.
    pub subtopology_id: &'a str,
    /// The task's partition.
    pub partition: i32,
    /// Offset summed over the changelog topics of the task's stores.
    pub offset: i64,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What the member shall do.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 88, versions = 0..=0, flexible = 0..)]
pub struct StreamsGroupHeartbeatResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// 0, or why the member isn't in.
    pub error_code: i16,
    /// The broker's words on that.
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// The member.
    pub member_id: &'a str,
    /// The epoch for the next heartbeat.
    pub member_epoch: i32,
    /// How long to wait until the next heartbeat, in milliseconds.
    pub heartbeat_interval_ms: i32,
    /// A warm-up task that is at most this many offsets behind has caught up.
    pub acceptable_recovery_lag: i32,
    /// How often to send `task_offsets`, in milliseconds.
    pub task_offset_interval_ms: i32,
    /// What the group suffers from or waits for, one entry each; null or empty: nothing.
    #[field(nullable)]
    pub status: Option<Vec<Status<'a>>>,
    /// Tasks that process records, to run from now on; null: as before.
    #[field(nullable)]
    pub active_tasks: Option<Vec<TaskIds<'a>>>,
    /// Tasks that keep a copy of the state, for a fast takeover, to run from now on; null: as
    /// before.
    #[field(nullable)]
    pub standby_tasks: Option<Vec<TaskIds<'a>>>,
    /// Tasks that build up state, to become active here later, to run from now on; null: as before.
    #[field(nullable)]
    pub warmup_tasks: Option<Vec<TaskIds<'a>>>,
    /// The epoch of `partitions_by_user_endpoint`, for the next request.
    pub endpoint_information_epoch: i32,
    /// Who has which state, for queries; null: as before.
    #[field(nullable)]
    pub partitions_by_user_endpoint: Option<Vec<EndpointToPartitions<'a>>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// One thing that the group suffers from or waits for.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct Status<'a> {
    /// 0 the member's topology is old, 1 source topics are missing, 2 topics have the wrong number
    /// of partitions, 3 internal topics are missing, 4 a member asked to stop the application, 5
    /// the assignment is put off.
    pub status_code: i8,
    /// The broker's words on that.
    pub status_detail: &'a str,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What one process has.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct EndpointToPartitions<'a> {
    /// Where to query it.
    pub user_endpoint: Endpoint<'a>,
    /// Partitions of its active tasks, by topic.
    pub active_partitions: Vec<TopicPartition<'a>>,
    /// Partitions of its standby tasks, by topic.
    pub standby_partitions: Vec<TopicPartition<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Partitions of one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct TopicPartition<'a> {
    /// The topic's name.
    pub topic: &'a str,
    /// The partitions.
    pub partitions: Vec<i32>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
