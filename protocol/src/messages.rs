//! Requests and responses, one module an API:
//!
//! | Key | API | |
//! | ---: | --- | --- |
//! | 0 | [Produce](produce) | appends record batches to partitions |
//! | 1 | [Fetch](fetch) | reads record batches from partitions |
//! | 2 | [ListOffsets](list_offsets) | finds offsets by time, and a partition's bounds |
//! | 3 | [Metadata](metadata) | brokers, topics, and who leads what |
//! | 8 | [OffsetCommit](offset_commit) | moves a group's committed offsets |
//! | 9 | [OffsetFetch](offset_fetch) | reads groups' committed offsets |
//! | 10 | [FindCoordinator](find_coordinator) | who coordinates a group or a transaction |
//! | 11 | [JoinGroup](join_group) | enters a classic group, or a new generation of it |
//! | 12 | [Heartbeat](heartbeat) | says that a member of a classic group is alive, and asks whether its generation still is |
//! | 13 | [LeaveGroup](leave_group) | takes members out of a classic group |
//! | 14 | [SyncGroup](sync_group) | hands the leader's assignment to the members of a classic group |
//! | 15 | [DescribeGroups](describe_groups) | state and members of classic groups |
//! | 16 | [ListGroups](list_groups) | the groups that one broker coordinates |
//! | 18 | [ApiVersions](api_versions) | which versions of which APIs a broker serves |
//! | 19 | [CreateTopics](create_topics) | makes topics |
//! | 20 | [DeleteTopics](delete_topics) | deletes topics and what is in them |
//! | 22 | [InitProducerId](init_producer_id) | gives a producer the id and epoch that its batches carry |
//! | 42 | [DeleteGroups](delete_groups) | deletes groups and their committed offsets |
//! | 47 | [OffsetDelete](offset_delete) | deletes committed offsets of a group |
//!
//! Fields are Kafka's, in the order of the wire, and so are the names of structs: a module holds
//! its request, its response and what they are made of. A field that a version lacks reads as its
//! default. Writing anything else than the default into such a version is an error, except where
//! losing it does no harm (`ignorable`).
//!
//! Versions are those of Kafka 4.3 that are stable; Kafka 4.0 took the oldest ones away.

pub mod api_versions;
pub mod create_topics;
pub mod delete_groups;
pub mod delete_topics;
pub mod describe_groups;
pub mod fetch;
pub mod find_coordinator;
pub mod heartbeat;
pub mod init_producer_id;
pub mod join_group;
pub mod leave_group;
pub mod list_groups;
pub mod list_offsets;
pub mod metadata;
pub mod offset_commit;
pub mod offset_delete;
pub mod offset_fetch;
pub mod produce;
pub mod sync_group;
