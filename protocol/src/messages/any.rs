//! Any request and any response: which message a key and a version stand for, where that is known only at run time.
//!
//! For brokers, proxies and tools. This is the list of all messages: a new API has a line here, one in `messages.rs` and
//! one in `api/key.rs`.

use super::*;
use crate::api::{ApiKey, ReadRequest, Request, Response};
use crate::error::{DecodeError, EncodeError, Why};
use crate::schema::Schema;

/// One list, two enums.
macro_rules! apis {
    (<$a:lifetime> $($api:ident: $request:ty, $response:ty;)*) => {
        any! {
            /// A request of any API.
            AnyRequest<$a> $($api: $request;)*
        }
        any! {
            /// A response of any API.
            AnyResponse<$a> $($api: $response;)*
        }
    };
}

macro_rules! any {
    ($(#[$doc:meta])* $any:ident<$a:lifetime> $($api:ident: $message:ty;)*) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        #[expect(missing_docs, reason = "each variant is its API's message")]
        pub enum $any<$a> {
            $($api($message),)*
        }

        impl<$a> $any<$a> {
            /// Reads a body.
            ///
            /// # Errors
            ///
            /// Bytes that are not the message, or a version or an API that has no message here ([`Why::Version`]).
            pub fn read(api: ApiKey, body: &$a [u8], version: i16) -> Result<Self, DecodeError> {
                match api {
                    $(ApiKey::$api => <$message>::read_body(body, version).map(Self::$api),)*
                    gone => Err(no_message(gone, version)),
                }
            }

            /// Appends the body.
            ///
            /// # Errors
            ///
            /// A version that the message hasn't, or a value that the version can't express.
            pub fn write(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
                match self {
                    $(Self::$api(message) => message.write_body(out, version),)*
                }
            }

            /// The API.
            #[must_use]
            pub fn api(&self) -> ApiKey {
                match self {
                    $(Self::$api(_) => ApiKey::$api,)*
                }
            }

            /// The API's message with all defaults; none where Kafka 4 has no such API any more.
            #[must_use]
            pub fn default_of(api: ApiKey) -> Option<Self> {
                match api {
                    $(ApiKey::$api => Some(Self::$api(Default::default())),)*
                    _ => None,
                }
            }

            fn schema(api: ApiKey) -> Option<&'static Schema> {
                match api {
                    $(ApiKey::$api => Some(&<$message>::SCHEMA),)*
                    _ => None,
                }
            }
        }
    };
}

apis! { <'a>
    Produce: produce::ProduceRequest<'a>, produce::ProduceResponse<'a>;
    Fetch: fetch::FetchRequest<'a>, fetch::FetchResponse<'a>;
    ListOffsets: list_offsets::ListOffsetsRequest<'a>, list_offsets::ListOffsetsResponse<'a>;
    Metadata: metadata::MetadataRequest<'a>, metadata::MetadataResponse<'a>;
    OffsetCommit: offset_commit::OffsetCommitRequest<'a>, offset_commit::OffsetCommitResponse<'a>;
    OffsetFetch: offset_fetch::OffsetFetchRequest<'a>, offset_fetch::OffsetFetchResponse<'a>;
    FindCoordinator: find_coordinator::FindCoordinatorRequest<'a>, find_coordinator::FindCoordinatorResponse<'a>;
    JoinGroup: join_group::JoinGroupRequest<'a>, join_group::JoinGroupResponse<'a>;
    Heartbeat: heartbeat::HeartbeatRequest<'a>, heartbeat::HeartbeatResponse;
    LeaveGroup: leave_group::LeaveGroupRequest<'a>, leave_group::LeaveGroupResponse<'a>;
    SyncGroup: sync_group::SyncGroupRequest<'a>, sync_group::SyncGroupResponse<'a>;
    DescribeGroups: describe_groups::DescribeGroupsRequest<'a>, describe_groups::DescribeGroupsResponse<'a>;
    ListGroups: list_groups::ListGroupsRequest<'a>, list_groups::ListGroupsResponse<'a>;
    SaslHandshake: sasl_handshake::SaslHandshakeRequest<'a>, sasl_handshake::SaslHandshakeResponse<'a>;
    ApiVersions: api_versions::ApiVersionsRequest<'a>, api_versions::ApiVersionsResponse<'a>;
    CreateTopics: create_topics::CreateTopicsRequest<'a>, create_topics::CreateTopicsResponse<'a>;
    DeleteTopics: delete_topics::DeleteTopicsRequest<'a>, delete_topics::DeleteTopicsResponse<'a>;
    DeleteRecords: delete_records::DeleteRecordsRequest<'a>, delete_records::DeleteRecordsResponse<'a>;
    InitProducerId: init_producer_id::InitProducerIdRequest<'a>, init_producer_id::InitProducerIdResponse;
    OffsetForLeaderEpoch: offset_for_leader_epoch::OffsetForLeaderEpochRequest<'a>, offset_for_leader_epoch::OffsetForLeaderEpochResponse<'a>;
    AddPartitionsToTxn: add_partitions_to_txn::AddPartitionsToTxnRequest<'a>, add_partitions_to_txn::AddPartitionsToTxnResponse<'a>;
    AddOffsetsToTxn: add_offsets_to_txn::AddOffsetsToTxnRequest<'a>, add_offsets_to_txn::AddOffsetsToTxnResponse;
    EndTxn: end_txn::EndTxnRequest<'a>, end_txn::EndTxnResponse;
    WriteTxnMarkers: write_txn_markers::WriteTxnMarkersRequest<'a>, write_txn_markers::WriteTxnMarkersResponse<'a>;
    TxnOffsetCommit: txn_offset_commit::TxnOffsetCommitRequest<'a>, txn_offset_commit::TxnOffsetCommitResponse<'a>;
    DescribeAcls: describe_acls::DescribeAclsRequest<'a>, describe_acls::DescribeAclsResponse<'a>;
    CreateAcls: create_acls::CreateAclsRequest<'a>, create_acls::CreateAclsResponse<'a>;
    DeleteAcls: delete_acls::DeleteAclsRequest<'a>, delete_acls::DeleteAclsResponse<'a>;
    DescribeConfigs: describe_configs::DescribeConfigsRequest<'a>, describe_configs::DescribeConfigsResponse<'a>;
    AlterConfigs: alter_configs::AlterConfigsRequest<'a>, alter_configs::AlterConfigsResponse<'a>;
    AlterReplicaLogDirs: alter_replica_log_dirs::AlterReplicaLogDirsRequest<'a>, alter_replica_log_dirs::AlterReplicaLogDirsResponse<'a>;
    DescribeLogDirs: describe_log_dirs::DescribeLogDirsRequest<'a>, describe_log_dirs::DescribeLogDirsResponse<'a>;
    SaslAuthenticate: sasl_authenticate::SaslAuthenticateRequest<'a>, sasl_authenticate::SaslAuthenticateResponse<'a>;
    CreatePartitions: create_partitions::CreatePartitionsRequest<'a>, create_partitions::CreatePartitionsResponse<'a>;
    CreateDelegationToken: create_delegation_token::CreateDelegationTokenRequest<'a>, create_delegation_token::CreateDelegationTokenResponse<'a>;
    RenewDelegationToken: renew_delegation_token::RenewDelegationTokenRequest<'a>, renew_delegation_token::RenewDelegationTokenResponse;
    ExpireDelegationToken: expire_delegation_token::ExpireDelegationTokenRequest<'a>, expire_delegation_token::ExpireDelegationTokenResponse;
    DescribeDelegationToken: describe_delegation_token::DescribeDelegationTokenRequest<'a>, describe_delegation_token::DescribeDelegationTokenResponse<'a>;
    DeleteGroups: delete_groups::DeleteGroupsRequest<'a>, delete_groups::DeleteGroupsResponse<'a>;
    ElectLeaders: elect_leaders::ElectLeadersRequest<'a>, elect_leaders::ElectLeadersResponse<'a>;
    IncrementalAlterConfigs: incremental_alter_configs::IncrementalAlterConfigsRequest<'a>, incremental_alter_configs::IncrementalAlterConfigsResponse<'a>;
    AlterPartitionReassignments: alter_partition_reassignments::AlterPartitionReassignmentsRequest<'a>, alter_partition_reassignments::AlterPartitionReassignmentsResponse<'a>;
    ListPartitionReassignments: list_partition_reassignments::ListPartitionReassignmentsRequest<'a>, list_partition_reassignments::ListPartitionReassignmentsResponse<'a>;
    OffsetDelete: offset_delete::OffsetDeleteRequest<'a>, offset_delete::OffsetDeleteResponse<'a>;
    DescribeClientQuotas: describe_client_quotas::DescribeClientQuotasRequest<'a>, describe_client_quotas::DescribeClientQuotasResponse<'a>;
    AlterClientQuotas: alter_client_quotas::AlterClientQuotasRequest<'a>, alter_client_quotas::AlterClientQuotasResponse<'a>;
    DescribeUserScramCredentials: describe_user_scram_credentials::DescribeUserScramCredentialsRequest<'a>, describe_user_scram_credentials::DescribeUserScramCredentialsResponse<'a>;
    AlterUserScramCredentials: alter_user_scram_credentials::AlterUserScramCredentialsRequest<'a>, alter_user_scram_credentials::AlterUserScramCredentialsResponse<'a>;
    Vote: vote::VoteRequest<'a>, vote::VoteResponse<'a>;
    BeginQuorumEpoch: begin_quorum_epoch::BeginQuorumEpochRequest<'a>, begin_quorum_epoch::BeginQuorumEpochResponse<'a>;
    EndQuorumEpoch: end_quorum_epoch::EndQuorumEpochRequest<'a>, end_quorum_epoch::EndQuorumEpochResponse<'a>;
    DescribeQuorum: describe_quorum::DescribeQuorumRequest<'a>, describe_quorum::DescribeQuorumResponse<'a>;
    AlterPartition: alter_partition::AlterPartitionRequest, alter_partition::AlterPartitionResponse;
    UpdateFeatures: update_features::UpdateFeaturesRequest<'a>, update_features::UpdateFeaturesResponse<'a>;
    Envelope: envelope::EnvelopeRequest<'a>, envelope::EnvelopeResponse<'a>;
    FetchSnapshot: fetch_snapshot::FetchSnapshotRequest<'a>, fetch_snapshot::FetchSnapshotResponse<'a>;
    DescribeCluster: describe_cluster::DescribeClusterRequest, describe_cluster::DescribeClusterResponse<'a>;
    DescribeProducers: describe_producers::DescribeProducersRequest<'a>, describe_producers::DescribeProducersResponse<'a>;
    BrokerRegistration: broker_registration::BrokerRegistrationRequest<'a>, broker_registration::BrokerRegistrationResponse;
    BrokerHeartbeat: broker_heartbeat::BrokerHeartbeatRequest, broker_heartbeat::BrokerHeartbeatResponse;
    UnregisterBroker: unregister_broker::UnregisterBrokerRequest, unregister_broker::UnregisterBrokerResponse<'a>;
    DescribeTransactions: describe_transactions::DescribeTransactionsRequest<'a>, describe_transactions::DescribeTransactionsResponse<'a>;
    ListTransactions: list_transactions::ListTransactionsRequest<'a>, list_transactions::ListTransactionsResponse<'a>;
    AllocateProducerIds: allocate_producer_ids::AllocateProducerIdsRequest, allocate_producer_ids::AllocateProducerIdsResponse;
    ConsumerGroupHeartbeat: consumer_group_heartbeat::ConsumerGroupHeartbeatRequest<'a>, consumer_group_heartbeat::ConsumerGroupHeartbeatResponse<'a>;
    ConsumerGroupDescribe: consumer_group_describe::ConsumerGroupDescribeRequest<'a>, consumer_group_describe::ConsumerGroupDescribeResponse<'a>;
    ControllerRegistration: controller_registration::ControllerRegistrationRequest<'a>, controller_registration::ControllerRegistrationResponse<'a>;
    GetTelemetrySubscriptions: get_telemetry_subscriptions::GetTelemetrySubscriptionsRequest, get_telemetry_subscriptions::GetTelemetrySubscriptionsResponse<'a>;
    PushTelemetry: push_telemetry::PushTelemetryRequest<'a>, push_telemetry::PushTelemetryResponse;
    AssignReplicasToDirs: assign_replicas_to_dirs::AssignReplicasToDirsRequest, assign_replicas_to_dirs::AssignReplicasToDirsResponse;
    ListConfigResources: list_config_resources::ListConfigResourcesRequest, list_config_resources::ListConfigResourcesResponse<'a>;
    DescribeTopicPartitions: describe_topic_partitions::DescribeTopicPartitionsRequest<'a>, describe_topic_partitions::DescribeTopicPartitionsResponse<'a>;
    ShareGroupHeartbeat: share_group_heartbeat::ShareGroupHeartbeatRequest<'a>, share_group_heartbeat::ShareGroupHeartbeatResponse<'a>;
    ShareGroupDescribe: share_group_describe::ShareGroupDescribeRequest<'a>, share_group_describe::ShareGroupDescribeResponse<'a>;
    ShareFetch: share_fetch::ShareFetchRequest<'a>, share_fetch::ShareFetchResponse<'a>;
    ShareAcknowledge: share_acknowledge::ShareAcknowledgeRequest<'a>, share_acknowledge::ShareAcknowledgeResponse<'a>;
    AddRaftVoter: add_raft_voter::AddRaftVoterRequest<'a>, add_raft_voter::AddRaftVoterResponse<'a>;
    RemoveRaftVoter: remove_raft_voter::RemoveRaftVoterRequest<'a>, remove_raft_voter::RemoveRaftVoterResponse<'a>;
    UpdateRaftVoter: update_raft_voter::UpdateRaftVoterRequest<'a>, update_raft_voter::UpdateRaftVoterResponse<'a>;
    InitializeShareGroupState: initialize_share_group_state::InitializeShareGroupStateRequest<'a>, initialize_share_group_state::InitializeShareGroupStateResponse<'a>;
    ReadShareGroupState: read_share_group_state::ReadShareGroupStateRequest<'a>, read_share_group_state::ReadShareGroupStateResponse<'a>;
    WriteShareGroupState: write_share_group_state::WriteShareGroupStateRequest<'a>, write_share_group_state::WriteShareGroupStateResponse<'a>;
    DeleteShareGroupState: delete_share_group_state::DeleteShareGroupStateRequest<'a>, delete_share_group_state::DeleteShareGroupStateResponse<'a>;
    ReadShareGroupStateSummary: read_share_group_state_summary::ReadShareGroupStateSummaryRequest<'a>, read_share_group_state_summary::ReadShareGroupStateSummaryResponse<'a>;
    StreamsGroupHeartbeat: streams_group_heartbeat::StreamsGroupHeartbeatRequest<'a>, streams_group_heartbeat::StreamsGroupHeartbeatResponse<'a>;
    StreamsGroupDescribe: streams_group_describe::StreamsGroupDescribeRequest<'a>, streams_group_describe::StreamsGroupDescribeResponse<'a>;
    DescribeShareGroupOffsets: describe_share_group_offsets::DescribeShareGroupOffsetsRequest<'a>, describe_share_group_offsets::DescribeShareGroupOffsetsResponse<'a>;
    AlterShareGroupOffsets: alter_share_group_offsets::AlterShareGroupOffsetsRequest<'a>, alter_share_group_offsets::AlterShareGroupOffsetsResponse<'a>;
    DeleteShareGroupOffsets: delete_share_group_offsets::DeleteShareGroupOffsetsRequest<'a>, delete_share_group_offsets::DeleteShareGroupOffsetsResponse<'a>;
}

impl ApiKey {
    /// The definition of the API's request; none where Kafka 4 has no such API any more.
    #[must_use]
    pub fn request_schema(self) -> Option<&'static Schema> {
        AnyRequest::schema(self)
    }

    /// The definition of the API's response; none where Kafka 4 has no such API any more.
    #[must_use]
    pub fn response_schema(self) -> Option<&'static Schema> {
        AnyResponse::schema(self)
    }

    /// The version of the header that stands before a request of this version: 2 where the request is flexible, else 1.
    #[must_use]
    pub fn request_header_version(self, version: i16) -> i16 {
        if self.is_flexible(version) { 2 } else { 1 }
    }

    /// The version of the header that stands before the answer to a request of this version: 1 where it is flexible,
    /// else 0. ApiVersions' has always 0.
    #[must_use]
    pub fn response_header_version(self, version: i16) -> i16 {
        i16::from(self.is_flexible(version) && self != Self::ApiVersions)
    }

    /// Request and response become flexible in the same version.
    fn is_flexible(self, version: i16) -> bool {
        let flexible_from = self.request_schema().and_then(|schema| schema.flexible);
        flexible_from.is_some_and(|from| version >= from)
    }
}

#[cold]
fn no_message(api: ApiKey, version: i16) -> DecodeError {
    DecodeError {
        message: api.name(),
        version,
        path: Default::default(),
        at: 0,
        why: Why::Version,
    }
}
