//! Streams groups (KIP-1071): the coordinator hands out the tasks of a Kafka Streams application.
//!
//! A task is a subtopology and a partition of its input. Active tasks process records, standby tasks keep a copy of an
//! active one's state, warm-up tasks build one up to become active.

use crate::{Message, UnknownTaggedFields};

/// A streams group. Its key is a [`GroupKey`](super::GroupKey).
#[derive(Clone, Debug, Message, PartialEq)]
#[message(versions = 0, flexible = 0..)]
pub struct StreamsGroupMetadataValue<'a> {
    /// The group's epoch, raised when members, topology or topics change.
    pub epoch: i32,
    /// A hash of the topics that the topology needs, by which the coordinator sees that they have changed; 0: none.
    pub metadata_hash: i64,
    /// The epoch of the topology whose topics were last found to exist and to fit; -1: of none yet.
    #[field(default = -1, tag = 0)]
    pub validated_topology_epoch: i32,
    /// How the assignor was set up when it last ran; empty or null: not at all.
    #[field(nullable, default = Default::default(), tag = 1)]
    pub last_assignment_configs: Option<Vec<LastAssignmentConfig<'a>>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// A setting of the assignor.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct LastAssignmentConfig<'a> {
    /// The setting's name.
    pub key: &'a str,
    /// Its value.
    pub value: &'a str,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// A streams group's member. Its key is a [`MemberKey`](super::MemberKey).
#[derive(Clone, Debug, Message, PartialEq)]
#[message(versions = 0, flexible = 0..)]
pub struct StreamsGroupMemberMetadataValue<'a> {
    /// The static member's name (KIP-345).
    #[field(nullable)]
    pub instance_id: Option<&'a str>,
    /// The member's rack.
    #[field(nullable)]
    pub rack_id: Option<&'a str>,
    /// What the member's client calls itself.
    pub client_id: &'a str,
    /// The host that the member's client connects from.
    pub client_host: &'a str,
    /// How long the member may take to give up tasks, in milliseconds; -1 unknown.
    #[field(default = -1)]
    pub rebalance_timeout_ms: i32,
    /// The epoch of the topology that the member runs.
    pub topology_epoch: i32,
    /// The process that the member is a thread of; members of one process share its state on disk.
    pub process_id: &'a str,
    /// Where the process answers interactive queries; null: nowhere.
    #[field(nullable)]
    pub user_endpoint: Option<Endpoint<'a>>,
    /// What standby tasks are spread by, such as a zone.
    pub client_tags: Vec<ClientTag<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Where a process answers interactive queries.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct Endpoint<'a> {
    /// The host.
    pub host: &'a str,
    /// The port.
    pub port: u16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// A name and a value that a process was given, such as its zone.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct ClientTag<'a> {
    /// The name.
    pub key: &'a str,
    /// The value.
    pub value: &'a str,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The assignment that a streams group is to come to. Its key is a [`GroupKey`](super::GroupKey).
#[derive(Clone, Debug, Message, PartialEq)]
#[message(versions = 0, flexible = 0..)]
pub struct StreamsGroupTargetAssignmentMetadataValue {
    /// The group's epoch that it was made for.
    pub assignment_epoch: i32,
    /// When it was made, in milliseconds since the epoch (since Kafka 4.3); 0 unknown.
    #[field(tag = 0, ignorable)]
    pub assignment_timestamp: i64,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What a streams group's member is to have. Its key is a [`MemberKey`](super::MemberKey).
#[derive(Clone, Debug, Message, PartialEq)]
#[message(versions = 0, flexible = 0..)]
pub struct StreamsGroupTargetAssignmentMemberValue<'a> {
    /// The active tasks.
    pub active_tasks: Vec<TargetTasks<'a>>,
    /// The standby tasks.
    pub standby_tasks: Vec<TargetTasks<'a>>,
    /// The warm-up tasks.
    pub warmup_tasks: Vec<TargetTasks<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Tasks of one subtopology that a member is to have.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct TargetTasks<'a> {
    /// The subtopology.
    pub subtopology_id: &'a str,
    /// The partitions of its input, one a task.
    pub partitions: Vec<i32>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What a streams group's member has. Its key is a [`MemberKey`](super::MemberKey).
#[derive(Clone, Debug, Message, PartialEq)]
#[message(versions = 0, flexible = 0..)]
pub struct StreamsGroupCurrentMemberAssignmentValue<'a> {
    /// The member's epoch, which its heartbeats have to name.
    pub member_epoch: i32,
    /// The member's epoch before, which a heartbeat may name whose answer was lost.
    pub previous_member_epoch: i32,
    /// 1 stable, 2 has tasks to give up, 3 waits for tasks that others have to give up, 127 unknown.
    pub state: i8,
    /// The active tasks that the member has.
    pub active_tasks: Vec<CurrentTasks<'a>>,
    /// The standby tasks that it has.
    pub standby_tasks: Vec<CurrentTasks<'a>>,
    /// The warm-up tasks that it has.
    pub warmup_tasks: Vec<CurrentTasks<'a>>,
    /// The active tasks that it has to give up.
    pub active_tasks_pending_revocation: Vec<CurrentTasks<'a>>,
    /// The standby tasks that it has to give up.
    pub standby_tasks_pending_revocation: Vec<CurrentTasks<'a>>,
    /// The warm-up tasks that it has to give up.
    pub warmup_tasks_pending_revocation: Vec<CurrentTasks<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Tasks of one subtopology that a member has.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct CurrentTasks<'a> {
    /// The subtopology.
    pub subtopology_id: &'a str,
    /// The partitions of its input, one a task.
    pub partitions: Vec<i32>,
    /// For each active task the member's epoch when it was given to it, so that late commits of its former owner are
    /// refused; empty or null: unknown, or of other tasks.
    #[field(nullable, default = Default::default(), tag = 0)]
    pub assignment_epochs: Option<Vec<i32>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The topology that a streams group runs. Its key is a [`GroupKey`](super::GroupKey).
#[derive(Clone, Debug, Message, PartialEq)]
#[message(versions = 0, flexible = 0..)]
pub struct StreamsGroupTopologyValue<'a> {
    /// The topology's epoch.
    pub epoch: i32,
    /// Its parts that have no topic in common, each with tasks of its own.
    pub subtopologies: Vec<Subtopology<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// A part of a topology.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct Subtopology<'a> {
    /// The subtopology's name, unique within the topology.
    pub subtopology_id: &'a str,
    /// The topics that it reads.
    pub source_topics: Vec<&'a str>,
    /// Regular expressions of further topics that it reads.
    pub source_topic_regex: Vec<&'a str>,
    /// The topics that its state is kept in.
    pub state_changelog_topics: Vec<TopicInfo<'a>>,
    /// The repartition topics that it writes.
    pub repartition_sink_topics: Vec<&'a str>,
    /// The repartition topics that it reads.
    pub repartition_source_topics: Vec<TopicInfo<'a>>,
    /// The topics it reads that have to have equally many partitions.
    pub copartition_groups: Vec<CopartitionGroup>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Topics that have to have equally many partitions, by their places in the lists of the subtopology.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct CopartitionGroup {
    /// Places in `source_topics`.
    pub source_topics: Vec<i16>,
    /// Places in `source_topic_regex`.
    pub source_topic_regex: Vec<i16>,
    /// Places in `repartition_source_topics`.
    pub repartition_source_topics: Vec<i16>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// A topic of the application's own.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct TopicInfo<'a> {
    /// The topic's name.
    pub name: &'a str,
    /// How many partitions it has to have; 0: as many as its inputs, which is so of all changelog topics.
    pub partitions: i32,
    /// How many replicas it has to have; 0: as the brokers are set up.
    pub replication_factor: i16,
    /// How the topic is set up.
    pub topic_configs: Vec<TopicConfig<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// A setting of a topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct TopicConfig<'a> {
    /// The setting's name.
    pub key: &'a str,
    /// Its value.
    pub value: &'a str,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
