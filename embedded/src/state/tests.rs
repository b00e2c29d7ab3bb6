//! Every API in every version, with requests that say nothing, something, and nonsense: an answer that can be read, or a closed
//! connection, and never a panic.

mod fetching;
mod hanging;
mod internal;
mod login;
mod refusing;
mod settings;

use std::time::Duration;

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::header::RequestHeader;
use ottla_protocol::messages::api_versions::{ApiVersionsRequest, ApiVersionsResponse};
use ottla_protocol::messages::create_topics::{
    CreatableReplicaAssignment, CreatableTopic, CreateTopicsRequest, CreateTopicsResponse,
};
use ottla_protocol::messages::delete_topics::{
    DeleteTopicState, DeleteTopicsRequest, DeleteTopicsResponse,
};
use ottla_protocol::messages::init_producer_id::InitProducerIdRequest;
use ottla_protocol::messages::list_offsets::{
    ListOffsetsPartition, ListOffsetsRequest, ListOffsetsResponse, ListOffsetsTopic,
};
use ottla_protocol::messages::metadata::{MetadataRequest, MetadataRequestTopic, MetadataResponse};
use ottla_protocol::messages::offset_delete::{OffsetDeleteRequest, OffsetDeleteResponse};
use ottla_protocol::types::{TopicId, TopicPartition};
use ottla_protocol::{AnyRequest, AnyResponse, ApiKey, Request, Response, frame};
use proptest::prelude::*;
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::State;
use super::asked::Asked;
use super::call::{Answer, Refused};
use super::config_changes::Resource;
use super::creation::Wanted;
use super::peer::Peer;
use super::topics::{Topic, TopicRef};
use crate::api::{SERVED, Served};
use crate::log::{EndOfTransaction, TransactionResult};
use crate::sasl::Login;
use crate::settings::Settings;
use crate::time::Now;

const NOW: Now = Now {
    at: Duration::from_secs(1),
    wall_ms: 1_700_000_000_000,
};

fn cluster() -> State {
    let mut state = State::new(Settings::default());
    for node in 1..=3 {
        state.add_broker(node, "localhost".to_owned(), 9091 + node as u16, None);
    }
    let orders = Wanted {
        name: "orders",
        partitions: 3,
        replication_factor: -1,
        ..Wanted::default()
    };
    state.create_topic(&orders, false).unwrap();
    state.settle(NOW);
    state
}

fn peer() -> Peer {
    Peer {
        node: 1,
        connection: 1,
        host: "/127.0.0.1".into(),
        login: Login::default(),
    }
}

fn framed(api: ApiKey, version: i16, body: &[u8]) -> Vec<u8> {
    let header = RequestHeader {
        api_key: api.code(),
        api_version: version,
        correlation_id: 7,
        client_id: Some("test"),
        ..Default::default()
    };
    let mut out = Vec::new();
    header
        .write(&mut out, api.request_header_version(version))
        .unwrap();
    out.extend_from_slice(body);
    out
}

/// Handles a request until it is answered, however long that takes in the cluster's time.
fn answered(state: &mut State, frame: &[u8]) -> Result<Option<Vec<u8>>, Refused> {
    let mut peer = peer();
    let asked = Asked::read(&peer, frame)?;
    let answer = state.handle(NOW, &mut peer, asked)?;
    state.settle(NOW);
    let ticket = match answer {
        Answer::Now(frame) => return Ok(Some(frame.bytes)),
        Answer::Nothing => return Ok(None),
        Answer::Later(ticket) => ticket,
    };
    for _ in 0..1000 {
        let ready = state.take_ready();
        if let Some((_, frame)) = ready.into_iter().find(|(ready, _)| *ready == ticket) {
            return Ok(Some(frame?.bytes));
        }
        let due = state.next_deadline().expect("something that it waits for");
        let now = Now { at: due, ..NOW };
        state.tick(now);
        state.settle(now);
    }
    panic!("no answer")
}

fn check_answer(served: &Served, version: i16, frame: &[u8]) {
    let length = i32::from_be_bytes(frame[..4].try_into().unwrap());
    assert_eq!(length as usize, frame.len() - 4);
    assert_eq!(frame::correlation_id(&frame[4..]), Ok(7));
    let header = 8 + usize::from(served.api.response_header_version(version) > 0);
    let read = AnyResponse::read(served.api, &frame[header..], version);
    read.unwrap_or_else(|error| panic!("{} v{version}: {error}", served.api));
}

fn answer_to<R: Request>(state: &mut State, request: &R, version: i16) -> Vec<u8> {
    let mut body = Vec::new();
    request.write_body(&mut body, version).unwrap();
    let frame = framed(R::API, version, &body);
    let header = 8 + usize::from(R::API.response_header_version(version) > 0);
    answered(state, &frame).unwrap().unwrap().split_off(header)
}

#[test]
fn a_request_that_says_nothing_is_answered_in_every_version() {
    for served in SERVED {
        for version in served.versions.clone() {
            let mut body = Vec::new();
            let request = AnyRequest::default_of(served.api).unwrap();
            // Some say null by default, which their first versions can't: an empty array then, behind an empty group id.
            if request.write(&mut body, version).is_err() {
                let offsets = served.api == ApiKey::OffsetFetch;
                body = vec![0; if offsets { 6 } else { 4 }];
            }
            match answered(&mut cluster(), &framed(served.api, version, &body)) {
                Ok(Some(frame)) => check_answer(served, version, &frame),
                Ok(None) => assert_eq!(served.api, ApiKey::Produce),
                Err(refused) => panic!("{} v{version}: {refused}", served.api),
            }
        }
    }
}

#[test]
fn an_id_that_is_taken_is_not_drawn_again() {
    let mut state = cluster();
    let begun = || StdRng::seed_from_u64(7);
    state.random = begun();
    let first = state.draw_id();
    let orders = state.topics.remove("orders").unwrap();
    state.topics.insert(Topic {
        id: first,
        ..orders
    });
    state.random = begun();
    assert_ne!(state.draw_id(), first);
}

#[test]
fn assignments_by_hand_make_no_more_partitions_than_a_number_may() {
    let mut state = cluster();
    for (count, is_made) in [(10_001, false), (10_000, true)] {
        let wanted = Wanted {
            name: "wide",
            partitions: -1,
            replication_factor: -1,
            assignments: (0..count).map(|number| (number, vec![1])).collect(),
            ..Wanted::default()
        };
        let made = state.create_topic(&wanted, true);
        let code = made.map(drop).map_err(|refusal| refusal.code);
        let refused = Err(ErrorCode::INVALID_PARTITIONS);
        assert_eq!(code, if is_made { Ok(()) } else { refused });
    }
}

#[test]
fn what_is_not_served_closes_the_connection() {
    let mut state = cluster();
    for (api, version) in [
        (ApiKey::CreateAcls, 3),
        (ApiKey::Produce, 2),
        (ApiKey::Metadata, 14),
        (ApiKey::Vote, 0),
    ] {
        let refused = answered(&mut state, &framed(api, version, &[0; 40]));
        assert!(matches!(refused, Err(Refused::Unserved { .. })), "{api}");
    }
}

#[test]
fn a_client_that_is_too_new_is_told_in_version_0() {
    let frame = framed(ApiKey::ApiVersions, 99, &[]);
    let answer = answered(&mut cluster(), &frame).unwrap().unwrap();
    let response = ApiVersionsResponse::read_body(&answer[8..], 0).unwrap();
    assert_eq!(response.error_code, 35);
    assert_eq!(response.api_keys.len(), 1);
    let newest = response.api_keys[0].max_version;
    let unnamed = ApiVersionsRequest::default();
    let answer = answer_to(&mut cluster(), &unnamed, newest);
    let response = ApiVersionsResponse::read_body(&answer, newest).unwrap();
    assert_eq!(
        response.error_code, 42,
        "a client must name itself since v3"
    );
}

/// librdkafka asks for all topics so: a null array where it had left room for a longer count.
#[test]
fn bytes_behind_a_request_are_passed_over() {
    let frame = framed(ApiKey::Metadata, 13, &[0; 7]);
    let answer = answered(&mut cluster(), &frame).unwrap().unwrap();
    let response = MetadataResponse::read_body(&answer[9..], 13).unwrap();
    assert_eq!(response.topics.len(), 1);
    let unfinished = framed(ApiKey::Metadata, 13, &[0; 3]);
    let refused = answered(&mut cluster(), &unfinished);
    assert!(matches!(refused, Err(Refused::Decode(_))));
}

/// Kafka's own client asks by id with an empty name, others with none.
#[test]
fn a_topic_is_found_by_its_id_whatever_its_name_is_said_to_be() {
    let mut state = cluster();
    let known = state.topics.get(TopicRef::Name("orders")).unwrap().id;
    let unknown = TopicId([7; 16]);
    for name in [None, Some("")] {
        let wanted = |topic_id| MetadataRequestTopic {
            topic_id,
            name,
            ..Default::default()
        };
        let request = MetadataRequest {
            topics: Some(vec![wanted(known), wanted(unknown)]),
            allow_auto_topic_creation: true,
            ..Default::default()
        };
        let answer = answer_to(&mut state, &request, 13);
        let response = MetadataResponse::read_body(&answer, 13).unwrap();
        let told = response.topics.iter();
        let told: Vec<_> = told
            .map(|topic| (topic.error_code, topic.name, topic.topic_id))
            .collect();
        let unknown_topic_id = 100;
        let expected = [
            (0, Some("orders"), known),
            (unknown_topic_id, None, unknown),
        ];
        assert_eq!(told, expected);
    }
}

#[test]
fn asking_for_a_topic_creates_it_unless_the_asker_or_the_cluster_minds() {
    let ask = |state: &mut State, name: &'static str, allow: bool| {
        let request = MetadataRequest {
            topics: Some(vec![MetadataRequestTopic {
                name: Some(name),
                ..Default::default()
            }]),
            allow_auto_topic_creation: allow,
            ..Default::default()
        };
        let answer = answer_to(state, &request, 12);
        let response = MetadataResponse::read_body(&answer, 12).unwrap();
        response.topics[0].error_code
    };
    let mut state = cluster();
    assert_eq!(ask(&mut state, "new", false), 3);
    assert_eq!(ask(&mut state, "new", true), 0);
    assert_eq!(ask(&mut state, "no name", true), 17);
    let off = "auto.create.topics.enable".to_owned();
    state.settings.configs.insert(off, "false".to_owned());
    assert_eq!(ask(&mut state, "other", true), 3);
}

#[test]
fn a_topic_is_made_only_as_kafka_would_make_it() {
    let topic = |name| CreatableTopic {
        name,
        num_partitions: 1,
        replication_factor: 1,
        ..Default::default()
    };
    let assigned = |partition_index, broker_ids| CreatableTopic {
        assignments: vec![CreatableReplicaAssignment {
            partition_index,
            broker_ids,
            ..Default::default()
        }],
        num_partitions: -1,
        replication_factor: -1,
        ..topic("assigned")
    };
    let with = |change: fn(&mut CreatableTopic<'static>)| {
        let mut topic = topic("changed");
        change(&mut topic);
        topic
    };
    for (wanted, error) in [
        (topic("fine"), 0),
        (topic("orders"), 36),
        (topic("no name"), 17),
        (with(|topic| topic.num_partitions = 0), 37),
        (with(|topic| topic.replication_factor = 4), 38),
        (with(|topic| topic.replication_factor = 0), 38),
        (assigned(0, vec![2, 3]), 0),
        (assigned(0, vec![2, 2]), 39),
        (assigned(0, vec![9]), 39),
        (assigned(1, vec![1]), 39),
    ] {
        let request = CreateTopicsRequest {
            topics: vec![wanted],
            ..Default::default()
        };
        let answer = answer_to(&mut cluster(), &request, 7);
        let response = CreateTopicsResponse::read_body(&answer, 7).unwrap();
        assert_eq!(response.topics[0].error_code, error, "{request:?}");
    }
}

#[test]
fn requests_that_contradict_themselves_are_refused() {
    let state = &mut cluster();
    let request = DeleteTopicsRequest {
        topics: vec![DeleteTopicState::default()],
        ..Default::default()
    };
    let answer = answer_to(state, &request, 6);
    let response = DeleteTopicsResponse::read_body(&answer, 6).unwrap();
    assert_eq!(response.responses[0].error_code, 42, "of no topic");

    let first = |partition_index| ListOffsetsPartition {
        partition_index,
        timestamp: -1,
        ..Default::default()
    };
    let request = ListOffsetsRequest {
        topics: vec![ListOffsetsTopic {
            name: "orders",
            partitions: vec![first(0), first(0), first(1)],
            ..Default::default()
        }],
        ..Default::default()
    };
    let answer = answer_to(state, &request, 7);
    let response = ListOffsetsResponse::read_body(&answer, 7).unwrap();
    let partitions = response.topics[0].partitions.iter();
    let codes: Vec<i16> = partitions.map(|one| one.error_code).collect();
    assert_eq!(codes, [42, 6], "one partition twice");

    let change = ("node.id", 0, Some("7"));
    let refused = state.change_configs(Resource::Broker(Some(1)), &[change], false, false);
    assert_eq!(refused.unwrap_err().code, ErrorCode::INVALID_REQUEST);
}

#[test]
fn offsets_of_no_group_are_not_deleted() {
    let mut state = cluster();
    // Of the empty name's partition broker 1 is the coordinator.
    let answer = answer_to(&mut state, &OffsetDeleteRequest::default(), 0);
    let response = OffsetDeleteResponse::read_body(&answer, 0).unwrap();
    assert_eq!(response.error_code, ErrorCode::INVALID_GROUP_ID.code());
}

#[test]
fn a_group_with_settings_of_its_own_follows_the_brokers_in_the_others() {
    let mut state = cluster();
    let mut set = |resource, name, value| {
        let change = (name, 0, Some(value));
        state.change_configs(resource, &[change], false, false)
    };
    let brokers = Resource::Broker(None);
    let refused = set(brokers, "group.consumer.session.timeout.ms", "1");
    assert!(refused.is_err(), "brokers have it from their start");
    let timeout = ("group.consumer.session.timeout.ms", "50000");
    let configs = &mut state.settings.configs;
    configs.insert(timeout.0.to_owned(), timeout.1.to_owned());
    let group = Resource::Group("billing");
    let change = ("consumer.heartbeat.interval.ms", 0, Some("6000"));
    let changed = state.change_configs(group, &[change], false, false);
    changed.unwrap();
    let settings = state.groups.settings_of("billing");
    let timeout = settings.consumer_session_timeout;
    assert_eq!(timeout, Duration::from_secs(50));
}

/// Who keeps each partition of a topic.
fn replicas(state: &State, topic: &str) -> Vec<Vec<i32>> {
    let partitions = &state.topics.named(topic).unwrap().partitions;
    partitions.iter().map(|one| one.replicas.clone()).collect()
}

#[test]
fn leaders_are_spread_and_brokers_that_are_down_come_last() {
    let mut state = cluster();
    let wanted = |name| Wanted {
        name,
        partitions: 2,
        replication_factor: 3,
        ..Wanted::default()
    };
    state.create_topic(&wanted("second"), false).unwrap();
    assert_eq!(replicas(&state, "second"), [[2, 3, 1], [3, 1, 2]]);
    state.add_partitions("second", 3, None, false).unwrap();
    assert_eq!(replicas(&state, "second")[2], [1, 2, 3]);
    state.broker_down(NOW, 2);
    state.create_topic(&wanted("third"), false).unwrap();
    assert_eq!(replicas(&state, "third"), [[1, 3, 2], [3, 1, 2]]);
    let third = &state.topics.named("third").unwrap().partitions[0];
    assert_eq!((third.leader, &third.isr[..]), (Some(1), &[1, 3][..]));
}

#[test]
fn the_coordinators_epoch_is_above_what_logs_know_after_a_restart() {
    let mut state = cluster();
    let partition = state.topics.partition_mut(TopicRef::Name("orders"), 0);
    let end = EndOfTransaction {
        producer_id: 7,
        producer_epoch: 0,
        coordinator_epoch: 5,
        result: TransactionResult::Abort,
        transaction_version: 0,
    };
    partition.unwrap().log.append_marker(end, NOW).unwrap();
    state.restore_transactions(Vec::new());
    let id = "payments";
    let request = InitProducerIdRequest {
        transactional_id: Some(id),
        transaction_timeout_ms: 60_000,
        ..Default::default()
    };
    let producer = state.transactions.init_producer_id(&request, 1, NOW).0;
    let of = TopicPartition::new("orders", 0);
    let added = state
        .transactions
        .add_partitions_implicitly(id, producer.unwrap(), &[of], NOW);
    assert_eq!(added, ErrorCode::NONE);
    state.transactions.fence_producer(id, NOW);
    let markers = state.transactions.take_markers();
    assert_eq!(markers[0].coordinator_epoch, 6);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn nonsense_is_answered_or_refused(
        at in 0..SERVED.len(),
        version in 0_i16..20,
        body in proptest::collection::vec(prop_oneof![Just(0_u8), Just(1), Just(2), any::<u8>()], 0..120),
    ) {
        let served = &SERVED[at];
        let mut state = cluster();
        let answer = answered(&mut state, &framed(served.api, version, &body));
        if let (Ok(Some(frame)), true) = (answer, served.versions.contains(&version)) {
            check_answer(served, version, &frame);
        }
    }

    #[test]
    fn any_bytes_are_refused_or_answered(frame in proptest::collection::vec(any::<u8>(), 0..60)) {
        let _ = answered(&mut cluster(), &frame);
    }
}

/// What a client of each kind is told, in a fixed order of requests.
fn story() -> Vec<Vec<u8>> {
    let mut state = cluster();
    let mut told = Vec::new();
    for served in SERVED {
        for version in served.versions.clone() {
            let mut body = Vec::new();
            let request = AnyRequest::default_of(served.api).unwrap();
            if request.write(&mut body, version).is_ok() {
                let frame = framed(served.api, version, &body);
                told.extend(answered(&mut state, &frame).ok().flatten());
            }
        }
    }
    told
}

#[test]
fn the_same_seed_and_the_same_requests_give_the_same_bytes() {
    let told = story();
    assert!(told.len() > 100);
    assert_eq!(told, story());
}

#[test]
fn versions_that_have_a_place_for_topic_ids_too_early_refuse_them() {
    let mut state = cluster();
    let known = state.topics.named("orders").unwrap().id;
    for topic_id in [known, TopicId([7; 16])] {
        for version in [10, 11] {
            let request = MetadataRequest {
                topics: Some(vec![MetadataRequestTopic {
                    topic_id,
                    ..Default::default()
                }]),
                ..Default::default()
            };
            let answer = answer_to(&mut state, &request, version);
            let response = MetadataResponse::read_body(&answer, version).unwrap();
            let told = &response.topics[0];
            let invalid = ErrorCode::INVALID_REQUEST.code();
            assert_eq!((told.name, told.error_code), (Some(""), invalid));
        }
    }
}
