//! What a fault refuses has no effect, and versions that a cluster is told not to know.

use ottla_protocol::messages::add_offsets_to_txn::AddOffsetsToTxnRequest;
use ottla_protocol::messages::add_partitions_to_txn::{
    AddPartitionsToTxnRequest, AddPartitionsToTxnResponse, AddPartitionsToTxnTopic,
    AddPartitionsToTxnTransaction,
};
use ottla_protocol::messages::consumer_group_heartbeat::ConsumerGroupHeartbeatRequest;
use ottla_protocol::messages::create_partitions::{CreatePartitionsRequest, CreatePartitionsTopic};
use ottla_protocol::messages::join_group::{JoinGroupRequest, JoinGroupRequestProtocol};
use ottla_protocol::messages::list_groups::{ListGroupsRequest, ListGroupsResponse};
use ottla_protocol::messages::offset_commit::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use ottla_protocol::messages::write_txn_markers::{
    WritableTxnMarker, WritableTxnMarkerTopic, WriteTxnMarkersRequest, WriteTxnMarkersResponse,
};

use super::*;
use crate::faults::Refusal;
use crate::state::coordinators::Coordinated;
use crate::state::refusing::may_be_belied;

fn refusal() -> Refusal {
    Refusal {
        error: ErrorCode::NOT_COORDINATOR,
        topic: None,
        partition: None,
    }
}

/// Requests that change something where they are not refused.
fn changing() -> Vec<AnyRequest<'static>> {
    [of_topics(), of_groups()].concat()
}

fn of_topics() -> Vec<AnyRequest<'static>> {
    vec![
        AnyRequest::Metadata(MetadataRequest {
            topics: Some(vec![MetadataRequestTopic {
                name: Some("new"),
                ..Default::default()
            }]),
            allow_auto_topic_creation: true,
            ..Default::default()
        }),
        AnyRequest::CreateTopics(CreateTopicsRequest {
            topics: vec![CreatableTopic {
                name: "new",
                num_partitions: 1,
                replication_factor: 1,
                ..Default::default()
            }],
            ..Default::default()
        }),
        AnyRequest::CreatePartitions(CreatePartitionsRequest {
            topics: vec![CreatePartitionsTopic {
                name: "orders",
                count: 9,
                ..Default::default()
            }],
            ..Default::default()
        }),
        AnyRequest::DeleteTopics(DeleteTopicsRequest {
            topics: vec![DeleteTopicState {
                name: Some("orders"),
                ..Default::default()
            }],
            ..Default::default()
        }),
    ]
}

fn of_groups() -> Vec<AnyRequest<'static>> {
    vec![
        AnyRequest::JoinGroup(JoinGroupRequest {
            group_id: "billing",
            session_timeout_ms: 10_000,
            protocol_type: "consumer",
            protocols: vec![JoinGroupRequestProtocol {
                name: "range",
                ..Default::default()
            }],
            ..Default::default()
        }),
        AnyRequest::ConsumerGroupHeartbeat(ConsumerGroupHeartbeatRequest {
            group_id: "billing",
            member_id: "a-member",
            rebalance_timeout_ms: 1000,
            subscribed_topic_names: Some(vec!["orders"]),
            topic_partitions: Some(Vec::new()),
            ..Default::default()
        }),
        AnyRequest::OffsetCommit(OffsetCommitRequest {
            group_id: "billing",
            generation_id_or_member_epoch: -1,
            topics: vec![OffsetCommitRequestTopic {
                name: "orders",
                partitions: vec![OffsetCommitRequestPartition {
                    committed_offset: 1,
                    ..Default::default()
                }],
                ..Default::default()
            }],
            ..Default::default()
        }),
        AnyRequest::InitProducerId(InitProducerIdRequest {
            transactional_id: Some("mover"),
            transaction_timeout_ms: 1000,
            ..Default::default()
        }),
        AnyRequest::AddOffsetsToTxn(AddOffsetsToTxnRequest {
            transactional_id: "mover",
            group_id: "billing",
            ..Default::default()
        }),
    ]
}

/// Handles a request in a version that all of these have what they need in.
fn handle(state: &mut State, request: &AnyRequest<'_>) {
    let served = SERVED.iter().find(|served| served.api == request.api());
    let newest = *served.unwrap().versions.end();
    let version = if request.api() == ApiKey::OffsetCommit {
        9
    } else {
        newest
    };
    let mut body = Vec::new();
    request.write(&mut body, version).unwrap();
    let frame = framed(request.api(), version, &body);
    let mut peer = peer();
    let asked = Asked::read(&peer, &frame).unwrap();
    state.handle(NOW, &mut peer, asked).unwrap();
    state.settle(NOW);
}

#[test]
fn a_request_that_is_refused_has_no_effect() {
    let says_nothing = SERVED.iter().filter(|served| may_be_belied(served.api));
    let says_nothing = says_nothing.filter_map(|served| AnyRequest::default_of(served.api));
    let mut changed = 0;
    for request in changing().into_iter().chain(says_nothing) {
        let mut state = cluster();
        let before = format!("{state:?}");
        state.refusing = Some(refusal());
        handle(&mut state, &request);
        state.refusing = None;
        assert_eq!(format!("{state:?}"), before, "{request:?}");
        handle(&mut state, &request);
        changed += usize::from(format!("{state:?}") != before);
    }
    assert!(
        changed >= changing().len() - 1,
        "{changed}: or it tests nothing"
    );
}

#[test]
fn groups_are_listed_also_where_a_rule_refuses_all() {
    let mut state = cluster();
    let commit = of_groups().remove(2);
    // By its coordinator.
    let kind = Coordinated::Group;
    state.move_coordinator(NOW, kind, "billing", 1);
    handle(&mut state, &commit);
    state.refusing = Some(refusal());
    let answer = answer_to(&mut state, &ListGroupsRequest::default(), 5);
    let answer = ListGroupsResponse::read_body(&answer, 5).unwrap();
    assert_eq!(answer.groups.len(), 1);
}

#[test]
fn partitions_are_refused_a_transaction_with_the_error_of_the_rule() {
    for version in 4..=5 {
        let mut state = cluster();
        state.refusing = Some(Refusal {
            error: ErrorCode::COORDINATOR_LOAD_IN_PROGRESS,
            ..refusal()
        });
        let request = AddPartitionsToTxnRequest {
            transactions: vec![AddPartitionsToTxnTransaction {
                transactional_id: "mover",
                topics: vec![AddPartitionsToTxnTopic {
                    name: "orders",
                    partitions: vec![0],
                    ..Default::default()
                }],
                ..Default::default()
            }],
            ..Default::default()
        };
        let answer = answer_to(&mut state, &request, version);
        let answer = AddPartitionsToTxnResponse::read_body(&answer, version).unwrap();
        let topic = &answer.results_by_transaction[0].topic_results[0];
        let code = topic.results_by_partition[0].partition_error_code;
        assert_eq!(code, ErrorCode::COORDINATOR_LOAD_IN_PROGRESS.code());
    }
}

#[test]
fn markers_can_be_refused() {
    assert!(may_be_belied(ApiKey::WriteTxnMarkers));
    let mut state = cluster();
    state.refusing = Some(refusal());
    let request = WriteTxnMarkersRequest {
        markers: vec![WritableTxnMarker {
            topics: vec![WritableTxnMarkerTopic {
                name: "orders",
                partition_indexes: vec![0],
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    };
    let answer = answer_to(&mut state, &request, 2);
    let answer = WriteTxnMarkersResponse::read_body(&answer, 2).unwrap();
    let code = answer.markers[0].topics[0].partitions[0].error_code;
    assert_eq!(code, refusal().error.code());
}

/// The versions that a cluster tells of an API.
fn told(state: &mut State, api: ApiKey) -> Option<(i16, i16)> {
    let request = ApiVersionsRequest {
        client_software_name: "test",
        client_software_version: "1",
        ..Default::default()
    };
    let answer = answer_to(state, &request, 3);
    let response = ApiVersionsResponse::read_body(&answer, 3).unwrap();
    let mut told = response.api_keys.iter();
    let line = told.find(|line| line.api_key == api.code())?;
    Some((line.min_version, line.max_version))
}

#[test]
fn versions_that_a_cluster_is_not_to_know_are_neither_told_nor_served() {
    let mut state = cluster();
    assert_eq!(told(&mut state, ApiKey::Metadata), Some((0, 13)));
    state.settings.newest_versions.insert(ApiKey::Metadata, 8);
    assert_eq!(told(&mut state, ApiKey::Metadata), Some((0, 8)));
    let ask = |state: &mut State, version| {
        let mut body = Vec::new();
        let request = MetadataRequest {
            topics: Some(Vec::new()),
            ..Default::default()
        };
        request.write_body(&mut body, version).unwrap();
        answered(state, &framed(ApiKey::Metadata, version, &body))
    };
    assert!(ask(&mut state, 8).is_ok());
    let refused = ask(&mut state, 9);
    assert!(
        matches!(refused, Err(Refused::Unserved { .. })),
        "{refused:?}"
    );

    state.settings.newest_versions.insert(ApiKey::Metadata, 99);
    assert_eq!(told(&mut state, ApiKey::Metadata), Some((0, 13)));
    state.settings.newest_versions.insert(ApiKey::Metadata, -1);
    assert_eq!(told(&mut state, ApiKey::Metadata), None);
    assert!(ask(&mut state, 0).is_err());
}
