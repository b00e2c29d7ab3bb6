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

mod any;

pub mod add_offsets_to_txn;
pub mod add_partitions_to_txn;
pub mod add_raft_voter;
pub mod allocate_producer_ids;
pub mod alter_client_quotas;
pub mod alter_configs;
pub mod alter_partition;
pub mod alter_partition_reassignments;
pub mod alter_replica_log_dirs;
pub mod alter_share_group_offsets;
pub mod alter_user_scram_credentials;
pub mod api_versions;
pub mod assign_replicas_to_dirs;
pub mod begin_quorum_epoch;
pub mod broker_heartbeat;
pub mod broker_registration;
pub mod consumer_group_describe;
pub mod consumer_group_heartbeat;
pub mod controller_registration;
pub mod create_acls;
pub mod create_delegation_token;
pub mod create_partitions;
pub mod create_topics;
pub mod delete_acls;
pub mod delete_groups;
pub mod delete_records;
pub mod delete_share_group_offsets;
pub mod delete_share_group_state;
pub mod delete_topics;
pub mod describe_acls;
pub mod describe_client_quotas;
pub mod describe_cluster;
pub mod describe_configs;
pub mod describe_delegation_token;
pub mod describe_groups;
pub mod describe_log_dirs;
pub mod describe_producers;
pub mod describe_quorum;
pub mod describe_share_group_offsets;
pub mod describe_topic_partitions;
pub mod describe_transactions;
pub mod describe_user_scram_credentials;
pub mod elect_leaders;
pub mod end_quorum_epoch;
pub mod end_txn;
pub mod envelope;
pub mod expire_delegation_token;
pub mod fetch;
pub mod fetch_snapshot;
pub mod find_coordinator;
pub mod get_telemetry_subscriptions;
pub mod heartbeat;
pub mod incremental_alter_configs;
pub mod init_producer_id;
pub mod initialize_share_group_state;
pub mod join_group;
pub mod leave_group;
pub mod list_config_resources;
pub mod list_groups;
pub mod list_offsets;
pub mod list_partition_reassignments;
pub mod list_transactions;
pub mod metadata;
pub mod offset_commit;
pub mod offset_delete;
pub mod offset_fetch;
pub mod offset_for_leader_epoch;
pub mod produce;
pub mod push_telemetry;
pub mod read_share_group_state;
pub mod read_share_group_state_summary;
pub mod remove_raft_voter;
pub mod renew_delegation_token;
pub mod sasl_authenticate;
pub mod sasl_handshake;
pub mod share_acknowledge;
pub mod share_fetch;
pub mod share_group_describe;
pub mod share_group_heartbeat;
pub mod streams_group_describe;
pub mod streams_group_heartbeat;
pub mod sync_group;
pub mod txn_offset_commit;
pub mod unregister_broker;
pub mod update_features;
pub mod update_raft_voter;
pub mod vote;
pub mod write_share_group_state;
pub mod write_txn_markers;

pub use any::{AnyRequest, AnyResponse};
