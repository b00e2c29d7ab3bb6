//! What the cluster serves: the table of APIs, and one file an API.
//!
//! What has no row here is not advertised, and a request for it closes the connection, as Kafka does it. A row is the key, the
//! versions, and the handler. A handler reads the body, asks the state, and builds the response.
#![deny(clippy::disallowed_methods)]

use std::ops::RangeInclusive;

use ottla_protocol::ApiKey;

use crate::state::State;
use crate::state::call::{Call, Handled};
use crate::state::peer::Peer;

mod add_offsets_to_txn;
mod add_partitions_to_txn;
mod alter_configs;
mod alter_partition_reassignments;
mod api_versions;
mod consumer_group_describe;
mod consumer_group_heartbeat;
mod create_partitions;
mod create_topics;
mod delete_groups;
mod delete_records;
mod delete_topics;
mod describe_acls;
mod describe_cluster;
mod describe_configs;
mod describe_groups;
mod describe_log_dirs;
mod describe_producers;
mod describe_quorum;
mod describe_topic_partitions;
mod describe_transactions;
mod elect_leaders;
mod end_txn;
mod fetch;
mod find_coordinator;
mod first_error;
mod get_telemetry_subscriptions;
mod heartbeat;
mod incremental_alter_configs;
mod init_producer_id;
mod join_group;
mod leave_group;
mod list_config_resources;
mod list_groups;
mod list_offsets;
mod list_partition_reassignments;
mod list_transactions;
mod metadata;
mod named;
mod offset_commit;
mod offset_delete;
mod offset_fetch;
mod offset_for_leader_epoch;
mod produce;
mod sasl_authenticate;
mod sasl_handshake;
mod sync_group;
mod txn_offset_commit;
mod write_txn_markers;

pub(crate) use fetch::frame as fetch_frame;
pub(crate) use first_error::FirstError;
pub(crate) use named::Named;
pub(crate) use produce::frame as produce_frame;
pub(crate) use sasl_authenticate::bare as bare_token;

/// All that anybody may do with a group where nobody is forbidden anything.
const GROUP_OPERATIONS: i32 = 0b1101_0100_1000;

/// One row of the table.
pub(crate) struct Served {
    pub(crate) api: ApiKey,
    pub(crate) versions: RangeInclusive<i16>,
    pub(crate) handle: fn(&mut State, &Call<'_>, &[u8]) -> Handled,
}

/// By number, as ApiVersions lists them.
pub(crate) static SERVED: &[Served] = &[
    row(ApiKey::Produce, 3..=13, produce::handle),
    row(ApiKey::Fetch, 4..=18, fetch::handle),
    row(ApiKey::ListOffsets, 1..=11, list_offsets::handle),
    row(ApiKey::Metadata, 0..=13, metadata::handle),
    row(ApiKey::OffsetCommit, 2..=10, offset_commit::handle),
    row(ApiKey::OffsetFetch, 1..=10, offset_fetch::handle),
    row(ApiKey::FindCoordinator, 0..=6, find_coordinator::handle),
    row(ApiKey::JoinGroup, 0..=9, join_group::handle),
    row(ApiKey::Heartbeat, 0..=4, heartbeat::handle),
    row(ApiKey::LeaveGroup, 0..=5, leave_group::handle),
    row(ApiKey::SyncGroup, 0..=5, sync_group::handle),
    row(ApiKey::DescribeGroups, 0..=6, describe_groups::handle),
    row(ApiKey::ListGroups, 0..=5, list_groups::handle),
    row(ApiKey::SaslHandshake, 0..=1, sasl_handshake::too_late),
    row(ApiKey::ApiVersions, 0..=4, api_versions::handle),
    row(ApiKey::CreateTopics, 2..=7, create_topics::handle),
    row(ApiKey::DeleteTopics, 1..=6, delete_topics::handle),
    row(ApiKey::DeleteRecords, 0..=2, delete_records::handle),
    row(ApiKey::InitProducerId, 0..=5, init_producer_id::handle),
    row(
        ApiKey::OffsetForLeaderEpoch,
        2..=4,
        offset_for_leader_epoch::handle,
    ),
    row(
        ApiKey::AddPartitionsToTxn,
        0..=5,
        add_partitions_to_txn::handle,
    ),
    row(ApiKey::AddOffsetsToTxn, 0..=4, add_offsets_to_txn::handle),
    row(ApiKey::EndTxn, 0..=5, end_txn::handle),
    row(ApiKey::WriteTxnMarkers, 1..=2, write_txn_markers::handle),
    row(ApiKey::TxnOffsetCommit, 0..=5, txn_offset_commit::handle),
    row(ApiKey::DescribeAcls, 1..=3, describe_acls::handle),
    row(ApiKey::DescribeConfigs, 1..=4, describe_configs::handle),
    row(ApiKey::AlterConfigs, 0..=2, alter_configs::handle),
    row(ApiKey::DescribeLogDirs, 1..=5, describe_log_dirs::handle),
    row(ApiKey::SaslAuthenticate, 0..=2, sasl_authenticate::too_late),
    row(ApiKey::CreatePartitions, 0..=3, create_partitions::handle),
    row(ApiKey::DeleteGroups, 0..=2, delete_groups::handle),
    row(ApiKey::ElectLeaders, 0..=2, elect_leaders::handle),
    row(
        ApiKey::IncrementalAlterConfigs,
        0..=1,
        incremental_alter_configs::handle,
    ),
    row(
        ApiKey::AlterPartitionReassignments,
        0..=1,
        alter_partition_reassignments::handle,
    ),
    row(
        ApiKey::ListPartitionReassignments,
        0..=0,
        list_partition_reassignments::handle,
    ),
    row(ApiKey::OffsetDelete, 0..=0, offset_delete::handle),
    row(ApiKey::DescribeQuorum, 0..=2, describe_quorum::handle),
    row(ApiKey::DescribeCluster, 0..=2, describe_cluster::handle),
    row(ApiKey::DescribeProducers, 0..=0, describe_producers::handle),
    row(
        ApiKey::DescribeTransactions,
        0..=0,
        describe_transactions::handle,
    ),
    row(ApiKey::ListTransactions, 0..=2, list_transactions::handle),
    row(
        ApiKey::ConsumerGroupHeartbeat,
        0..=1,
        consumer_group_heartbeat::handle,
    ),
    row(
        ApiKey::ConsumerGroupDescribe,
        0..=1,
        consumer_group_describe::handle,
    ),
    row(
        ApiKey::GetTelemetrySubscriptions,
        0..=0,
        get_telemetry_subscriptions::handle,
    ),
    row(
        ApiKey::ListConfigResources,
        0..=1,
        list_config_resources::handle,
    ),
    row(
        ApiKey::DescribeTopicPartitions,
        0..=0,
        describe_topic_partitions::handle,
    ),
];

const fn row(
    api: ApiKey,
    versions: RangeInclusive<i16>,
    handle: fn(&mut State, &Call<'_>, &[u8]) -> Handled,
) -> Served {
    Served {
        api,
        versions,
        handle,
    }
}

/// The row of an API, if it is served.
pub(crate) fn served(api: ApiKey) -> Option<&'static Served> {
    SERVED.iter().find(|served| served.api == api)
}

/// The APIs that a peer may use before it has logged in, and that know the peer.
pub(crate) fn at_login(
    state: &mut State,
    call: &Call<'_>,
    peer: &mut Peer,
    body: &[u8],
) -> Option<Handled> {
    // Who has logged in can't do so again: sessions have no end here (KIP-368).
    let wants_login = state.settings.wants_login() && peer.login.user().is_none();
    match call.api {
        ApiKey::ApiVersions => Some(api_versions::handle(state, call, body)),
        ApiKey::SaslHandshake if wants_login => {
            Some(sasl_handshake::handle(state, call, peer, body))
        }
        ApiKey::SaslAuthenticate if wants_login => {
            Some(sasl_authenticate::handle(state, call, peer, body))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use ottla_protocol::AnyRequest;
    use ottla_protocol::error::Why;

    use super::*;

    #[test]
    fn the_table_is_in_order_and_serves_what_the_protocol_has() {
        assert!(SERVED.is_sorted_by(|one, next| one.api < next.api));
        for served in SERVED {
            for version in served.versions.clone() {
                let read = AnyRequest::read(served.api, &[], version);
                let known = read.map_or_else(|error| error.why != Why::Version, |_| true);
                assert!(known, "{} v{version}", served.api);
            }
        }
    }
}
