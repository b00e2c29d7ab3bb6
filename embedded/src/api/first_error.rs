//! The first error in an answer, for whoever sees the requests: that of the whole, then those of its parts.

use std::iter::once;

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages as of;

/// An answer that may tell of errors.
pub(crate) trait FirstError {
    /// All codes, in order; 0 is none.
    fn codes(&self) -> impl Iterator<Item = i16>;

    fn first_error(&self) -> ErrorCode {
        let first = self.codes().find(|code| *code != 0);
        first.map_or(ErrorCode::NONE, ErrorCode)
    }
}

/// One code for the whole.
macro_rules! whole {
    ($($response:ty),* $(,)?) => {$(
        impl FirstError for $response {
            fn codes(&self) -> impl Iterator<Item = i16> {
                once(self.error_code)
            }
        }
    )*};
}

/// A code for each part, and for each part of it.
macro_rules! parts {
    ($($response:ty: $whole:expr, $parts:ident $(. $inner:ident)?;)*) => {$(
        impl FirstError for $response {
            fn codes(&self) -> impl Iterator<Item = i16> {
                let whole: fn(&Self) -> i16 = $whole;
                once(whole(self)).chain(parts!(self.$parts $(, $inner)?))
            }
        }
    )*};
    ($this:ident.$parts:ident) => { $this.$parts.iter().map(|part| part.error_code) };
    ($this:ident.$parts:ident, $inner:ident) => {
        $this.$parts.iter().flat_map(|part| &part.$inner).map(|part| part.error_code)
    };
}

/// There is no code for the whole.
fn none<T>(_: &T) -> i16 {
    0
}

whole! {
    of::add_offsets_to_txn::AddOffsetsToTxnResponse,
    of::api_versions::ApiVersionsResponse<'_>,
    of::consumer_group_heartbeat::ConsumerGroupHeartbeatResponse<'_>,
    of::describe_acls::DescribeAclsResponse<'_>,
    of::describe_cluster::DescribeClusterResponse<'_>,
    of::end_txn::EndTxnResponse,
    of::get_telemetry_subscriptions::GetTelemetrySubscriptionsResponse<'_>,
    of::heartbeat::HeartbeatResponse,
    of::init_producer_id::InitProducerIdResponse,
    of::join_group::JoinGroupResponse<'_>,
    of::list_config_resources::ListConfigResourcesResponse<'_>,
    of::list_groups::ListGroupsResponse<'_>,
    of::list_partition_reassignments::ListPartitionReassignmentsResponse<'_>,
    of::list_transactions::ListTransactionsResponse<'_>,
    of::sasl_authenticate::SaslAuthenticateResponse<'_>,
    of::sasl_handshake::SaslHandshakeResponse<'_>,
    of::sync_group::SyncGroupResponse<'_>,
}

parts! {
    of::alter_configs::AlterConfigsResponse<'_>: none, responses;
    of::alter_partition_reassignments::AlterPartitionReassignmentsResponse<'_>: |it| it.error_code, responses.partitions;
    of::consumer_group_describe::ConsumerGroupDescribeResponse<'_>: none, groups;
    of::create_partitions::CreatePartitionsResponse<'_>: none, results;
    of::create_topics::CreateTopicsResponse<'_>: none, topics;
    of::delete_groups::DeleteGroupsResponse<'_>: none, results;
    of::delete_records::DeleteRecordsResponse<'_>: none, topics.partitions;
    of::delete_topics::DeleteTopicsResponse<'_>: none, responses;
    of::describe_configs::DescribeConfigsResponse<'_>: none, results;
    of::describe_groups::DescribeGroupsResponse<'_>: none, groups;
    of::describe_log_dirs::DescribeLogDirsResponse<'_>: |it| it.error_code, results;
    of::describe_producers::DescribeProducersResponse<'_>: none, topics.partitions;
    of::describe_quorum::DescribeQuorumResponse<'_>: |it| it.error_code, topics.partitions;
    of::describe_topic_partitions::DescribeTopicPartitionsResponse<'_>: none, topics;
    of::describe_transactions::DescribeTransactionsResponse<'_>: none, transaction_states;
    of::elect_leaders::ElectLeadersResponse<'_>: |it| it.error_code, replica_election_results.partition_result;
    of::fetch::FetchResponse<'_>: |it| it.error_code, responses.partitions;
    of::find_coordinator::FindCoordinatorResponse<'_>: |it| it.error_code, coordinators;
    of::incremental_alter_configs::IncrementalAlterConfigsResponse<'_>: none, responses;
    of::leave_group::LeaveGroupResponse<'_>: |it| it.error_code, members;
    of::list_offsets::ListOffsetsResponse<'_>: none, topics.partitions;
    of::metadata::MetadataResponse<'_>: |it| it.error_code, topics;
    of::offset_commit::OffsetCommitResponse<'_>: none, topics.partitions;
    of::offset_delete::OffsetDeleteResponse<'_>: |it| it.error_code, topics.partitions;
    of::offset_for_leader_epoch::OffsetForLeaderEpochResponse<'_>: none, topics.partitions;
    of::produce::ProduceResponse<'_>: none, responses.partition_responses;
    of::txn_offset_commit::TxnOffsetCommitResponse<'_>: none, topics.partitions;
}

impl FirstError for of::add_partitions_to_txn::AddPartitionsToTxnResponse<'_> {
    fn codes(&self) -> impl Iterator<Item = i16> {
        let batched = self.results_by_transaction.iter();
        let batched = batched.flat_map(|one| &one.topic_results);
        let topics = self.results_by_topic_v3_and_below.iter().chain(batched);
        let partitions = topics.flat_map(|topic| &topic.results_by_partition);
        once(self.error_code).chain(partitions.map(|one| one.partition_error_code))
    }
}

impl FirstError for of::offset_fetch::OffsetFetchResponse<'_> {
    fn codes(&self) -> impl Iterator<Item = i16> {
        let old = self.topics.iter().flat_map(|topic| &topic.partitions);
        let groups = self.groups.iter().flat_map(|group| {
            let partitions = group.topics.iter().flat_map(|topic| &topic.partitions);
            once(group.error_code).chain(partitions.map(|one| one.error_code))
        });
        once(self.error_code)
            .chain(old.map(|one| one.error_code))
            .chain(groups)
    }
}

impl FirstError for of::write_txn_markers::WriteTxnMarkersResponse<'_> {
    fn codes(&self) -> impl Iterator<Item = i16> {
        let topics = self.markers.iter().flat_map(|marker| &marker.topics);
        let partitions = topics.flat_map(|topic| &topic.partitions);
        partitions.map(|one| one.error_code)
    }
}
