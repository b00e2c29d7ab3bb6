//! What the cluster serves: the table of APIs, and one file an API.
//!
//! What has no row here is not advertised, and a request for it closes the connection, as Kafka does it. A row is the key, the
//! versions, and the handler. A handler is given the request, asks the state, and builds the response.
#![deny(clippy::disallowed_methods)]

use std::ops::RangeInclusive;

use ottla_protocol::{AnyRequest, ApiKey, DecodeError};

use crate::settings::Settings;
use crate::state::State;
use crate::state::call::{Call, Handled, Refused};
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
    pub(crate) handle: fn(&mut State, &Call<'_>, AnyRequest<'_>) -> Handled,
}

impl Served {
    /// The versions that a cluster serves: it may be told to know no newer ones.
    pub(crate) fn versions_in(&self, settings: &Settings) -> RangeInclusive<i16> {
        let (oldest, newest) = (*self.versions.start(), *self.versions.end());
        let told = settings.newest_versions.get(&self.api);
        oldest..=told.map_or(newest, |told| newest.min(*told))
    }
}

/// Rows whose handlers are given their own API's request.
macro_rules! table {
    ($($api:ident, $versions:expr, $handle:path;)*) => {
        &[$(Served {
            api: ApiKey::$api,
            versions: $versions,
            handle: |state, call, request| match request {
                AnyRequest::$api(request) => $handle(state, call, request),
                other => Err(Refused::unserved(other.api(), call.version)),
            },
        }),*]
    };
}

/// By number, as ApiVersions lists them.
pub(crate) static SERVED: &[Served] = table! {
    Produce, 3..=13, produce::handle;
    Fetch, 4..=18, fetch::handle;
    ListOffsets, 1..=11, list_offsets::handle;
    Metadata, 0..=13, metadata::handle;
    OffsetCommit, 2..=10, offset_commit::handle;
    OffsetFetch, 1..=10, offset_fetch::handle;
    FindCoordinator, 0..=6, find_coordinator::handle;
    JoinGroup, 0..=9, join_group::handle;
    Heartbeat, 0..=4, heartbeat::handle;
    LeaveGroup, 0..=5, leave_group::handle;
    SyncGroup, 0..=5, sync_group::handle;
    DescribeGroups, 0..=6, describe_groups::handle;
    ListGroups, 0..=5, list_groups::handle;
    SaslHandshake, 0..=1, sasl_handshake::too_late;
    ApiVersions, 0..=4, api_versions::handle;
    CreateTopics, 2..=7, create_topics::handle;
    DeleteTopics, 1..=6, delete_topics::handle;
    DeleteRecords, 0..=2, delete_records::handle;
    InitProducerId, 0..=5, init_producer_id::handle;
    OffsetForLeaderEpoch, 2..=4, offset_for_leader_epoch::handle;
    AddPartitionsToTxn, 0..=5, add_partitions_to_txn::handle;
    AddOffsetsToTxn, 0..=4, add_offsets_to_txn::handle;
    EndTxn, 0..=5, end_txn::handle;
    WriteTxnMarkers, 1..=2, write_txn_markers::handle;
    TxnOffsetCommit, 0..=5, txn_offset_commit::handle;
    DescribeAcls, 1..=3, describe_acls::handle;
    DescribeConfigs, 1..=4, describe_configs::handle;
    AlterConfigs, 0..=2, alter_configs::handle;
    DescribeLogDirs, 1..=5, describe_log_dirs::handle;
    SaslAuthenticate, 0..=2, sasl_authenticate::too_late;
    CreatePartitions, 0..=3, create_partitions::handle;
    DeleteGroups, 0..=2, delete_groups::handle;
    ElectLeaders, 0..=2, elect_leaders::handle;
    IncrementalAlterConfigs, 0..=1, incremental_alter_configs::handle;
    AlterPartitionReassignments, 0..=1, alter_partition_reassignments::handle;
    ListPartitionReassignments, 0..=0, list_partition_reassignments::handle;
    OffsetDelete, 0..=0, offset_delete::handle;
    DescribeQuorum, 0..=2, describe_quorum::handle;
    DescribeCluster, 0..=2, describe_cluster::handle;
    DescribeProducers, 0..=0, describe_producers::handle;
    DescribeTransactions, 0..=0, describe_transactions::handle;
    ListTransactions, 0..=2, list_transactions::handle;
    ConsumerGroupHeartbeat, 0..=1, consumer_group_heartbeat::handle;
    ConsumerGroupDescribe, 0..=1, consumer_group_describe::handle;
    GetTelemetrySubscriptions, 0..=0, get_telemetry_subscriptions::handle;
    ListConfigResources, 0..=1, list_config_resources::handle;
    DescribeTopicPartitions, 0..=0, describe_topic_partitions::handle;
};

/// The row of an API, if it is served.
pub(crate) fn served(api: ApiKey) -> Option<&'static Served> {
    SERVED.iter().find(|served| served.api == api)
}

/// Hands a request to its handler.
pub(crate) fn handle(
    state: &mut State,
    call: &Call<'_>,
    peer: &mut Peer,
    body: Result<AnyRequest<'_>, DecodeError>,
) -> Handled {
    if !peer.login.may_pass(state.settings.wants_login()) && !LOGGING_IN.contains(&call.api) {
        return Err(Refused::Unauthenticated { api: call.api });
    }
    let versions = |served: &Served| served.versions_in(&state.settings);
    let served = served(call.api).filter(|served| versions(served).contains(&call.version));
    let Some(served) = served else {
        return match call.api {
            ApiKey::ApiVersions => api_versions::too_new(state, call),
            api => Err(Refused::unserved(api, call.version)),
        };
    };
    // Who has logged in can't do so again: sessions have no end here (KIP-368).
    let logs_in = state.settings.wants_login() && peer.login.user().is_none();
    match body? {
        AnyRequest::SaslHandshake(request) if logs_in => {
            sasl_handshake::handle(call, peer, &request)
        }
        AnyRequest::SaslAuthenticate(request) if logs_in => {
            sasl_authenticate::handle(state, call, peer, &request)
        }
        request => (served.handle)(state, call, request),
    }
}

/// What a peer may ask before it has logged in.
const LOGGING_IN: [ApiKey; 3] = [
    ApiKey::ApiVersions,
    ApiKey::SaslHandshake,
    ApiKey::SaslAuthenticate,
];

#[cfg(test)]
mod tests {
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
