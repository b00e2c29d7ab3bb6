//! StreamsGroupDescribe (89): state, topology and members of streams groups (KIP-1071).
//!
//! Ask the coordinator of each group. Expect GROUP_ID_NOT_FOUND also for a group of another type,
//! and TOPIC_AUTHORIZATION_FAILED unless the asker may describe all topics of the topology.

use crate::{Message, UnknownTaggedFields};

/// Asks the coordinator of streams groups about them.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 89, versions = 0..=0, flexible = 0..)]
pub struct StreamsGroupDescribeRequest<'a> {
    /// The groups.
    pub group_ids: Vec<&'a str>,
    /// Whether to tell what the asker may do with each.
    pub include_authorized_operations: bool,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The groups.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 89, versions = 0..=0, flexible = 0..)]
pub struct StreamsGroupDescribeResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// One entry a group.
    pub groups: Vec<DescribedGroup<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// One group.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribedGroup<'a> {
    /// 0, or why there is nothing to say.
    pub error_code: i16,
    /// The broker's words on that.
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// The group.
    pub group_id: &'a str,
    /// `Empty`, `NotReady` (topics are missing or wrong), `Assigning`, `Reconciling`, `Stable` or
    /// `Dead`; empty with an error.
    pub group_state: &'a str,
    /// Grows with each change of members, subscriptions or partitions.
    pub group_epoch: i32,
    /// The group epoch that the target assignment was made for; below `group_epoch` while one is
    /// due.
    pub assignment_epoch: i32,
    /// What the application does; null with an error.
    #[field(nullable)]
    pub topology: Option<Topology<'a>>,
    /// Its members.
    pub members: Vec<Member<'a>>,
    /// Bits of what the asker may do with the group; the default says: not asked.
    #[field(default = i32::MIN)]
    pub authorized_operations: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What the application does, as far as the coordinator must know.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct Topology<'a> {
    /// The number of this topology; a change of the application gives it a higher one.
    pub epoch: i32,
    /// Its parts, with patterns resolved and partitions counted; null while the group is not ready.
    #[field(nullable)]
    pub subtopologies: Option<Vec<Subtopology<'a>>>,
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
    /// Repartition topics that it writes to.
    pub repartition_sink_topics: Vec<&'a str>,
    /// Changelog topics of its state stores, which the coordinator creates.
    pub state_changelog_topics: Vec<TopicInfo<'a>>,
    /// Repartition topics that it reads from, which the coordinator creates.
    pub repartition_source_topics: Vec<TopicInfo<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// An internal topic: a changelog or a repartition topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct TopicInfo<'a> {
    /// The topic's name.
    pub name: &'a str,
    /// Number of partitions.
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

/// One member.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct Member<'a> {
    /// The member.
    pub member_id: &'a str,
    /// The assignment epoch that the member has reached.
    pub member_epoch: i32,
    /// The static member's name (KIP-345).
    #[field(nullable)]
    pub instance_id: Option<&'a str>,
    /// Its rack, if it has one.
    #[field(nullable)]
    pub rack_id: Option<&'a str>,
    /// Its client id.
    pub client_id: &'a str,
    /// The address that it comes from.
    pub client_host: &'a str,
    /// The epoch of the topology that it runs; other than the group's while an update rolls out.
    pub topology_epoch: i32,
    /// The process that the member is a thread of.
    pub process_id: &'a str,
    /// Where others can query the state of this process (`application.server`); null: nowhere.
    #[field(nullable)]
    pub user_endpoint: Option<Endpoint<'a>>,
    /// Tags by which standby tasks are spread, over racks for example.
    pub client_tags: Vec<KeyValue<'a>>,
    /// How far the state of each task is.
    pub task_offsets: Vec<TaskOffset<'a>>,
    /// Where the changelogs of each task end.
    pub task_end_offsets: Vec<TaskOffset<'a>>,
    /// What it holds.
    pub assignment: Assignment<'a>,
    /// What it shall hold in the end.
    pub target_assignment: Assignment<'a>,
    /// Whether it still speaks the classic protocol.
    pub is_classic: bool,
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

/// Tasks of a member.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct Assignment<'a> {
    /// Tasks that process records.
    pub active_tasks: Vec<TaskIds<'a>>,
    /// Tasks that keep a copy of the state, for a fast takeover.
    pub standby_tasks: Vec<TaskIds<'a>>,
    /// Tasks that build up state, to become active here later.
    pub warmup_tasks: Vec<TaskIds<'a>>,
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
