//! Produce and Fetch together: long polls, leaders that move, replicas nearby.

use ottla_protocol::messages::fetch::{FetchPartition, FetchRequest, FetchResponse, FetchTopic};
use ottla_protocol::messages::produce::{
    PartitionProduceData, ProduceRequest, ProduceResponse, TopicProduceData,
};
use ottla_protocol::records::{BatchBuilder, BatchOptions, Compressor};
use ottla_protocol::types::TopicId;
use ottla_protocol::{Request, Response};

use super::super::call::Frame;
use super::*;
use crate::api::Named;
use crate::ticket::Ticket;

/// The newest versions.
const PRODUCE: i16 = 13;
const FETCH: i16 = 18;

fn body_of(frame: Frame) -> Vec<u8> {
    frame.bytes[9..].to_vec()
}

fn produce(state: &mut State, node: i32, topic_id: TopicId, acks: i16) -> Result<Vec<u8>, Refused> {
    let mut batch = BatchBuilder::new();
    batch.append(1, None, Some(b"value"), &[]).unwrap();
    let records = batch.finish(&BatchOptions::default(), &mut Compressor::new());
    let records = records.unwrap();
    let request = ProduceRequest {
        acks,
        timeout_ms: 1000,
        topic_data: vec![TopicProduceData {
            topic_id,
            partition_data: vec![PartitionProduceData {
                index: 0,
                records: Some(&records),
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    };
    let answer = send(state, node, &request, PRODUCE)?;
    let Answer::Now(frame) = answer else {
        return Ok(Vec::new());
    };
    Ok(body_of(frame))
}

/// Sends a request to a broker, and lets follow what follows on it.
fn send<R: Request>(
    state: &mut State,
    node: i32,
    request: &R,
    version: i16,
) -> super::super::call::Handled {
    let mut body = Vec::new();
    request.write_body(&mut body, version).unwrap();
    let peer = &mut Peer { node, ..peer() };
    let frame = framed(R::API, version, &body);
    let asked = Asked::read(peer, &frame)?;
    let answer = state.handle(NOW, peer, asked);
    state.settle(NOW);
    answer
}

fn fetch(topic_id: TopicId, max_wait_ms: i32) -> FetchRequest<'static> {
    FetchRequest {
        max_wait_ms,
        min_bytes: 1,
        topics: vec![FetchTopic {
            topic_id,
            partitions: vec![FetchPartition {
                partition: 0,
                partition_max_bytes: 1 << 20,
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    }
}

fn later(answer: super::super::call::Handled) -> Ticket {
    match answer {
        Ok(Answer::Later(ticket)) => ticket,
        other => panic!("{other:?}"),
    }
}

/// Error and number of bytes of an answer's one partition; none if it is not in it.
fn told(frame: Frame) -> Option<(i16, usize)> {
    let body = body_of(frame);
    let response = FetchResponse::read_body(&body, FETCH).unwrap();
    let partition = response.responses.first()?.partitions.first()?;
    Some((partition.error_code, partition.records.unwrap().len()))
}

fn orders(state: &State) -> TopicId {
    state.topics.named("orders").unwrap().id
}

#[test]
fn a_fetch_waits_for_records_and_no_longer_than_it_wants_to() {
    let mut state = cluster();
    let id = orders(&state);
    let waits = later(send(&mut state, 1, &fetch(id, 500), FETCH));
    assert!(state.take_ready().is_empty());
    produce(&mut state, 1, id, 1).unwrap();
    let ready = state.take_ready();
    assert_eq!(ready.len(), 1);
    assert_eq!(ready[0].0, waits);
    assert!(told(ready[0].1.clone().unwrap()).unwrap().1 > 0);

    let mut from_end = fetch(id, 500);
    from_end.topics[0].partitions[0].fetch_offset = 1;
    let waits = later(send(&mut state, 1, &from_end, FETCH));
    assert_eq!(
        state.next_deadline(),
        Some(NOW.at + Duration::from_millis(500))
    );
    let at = NOW.at + Duration::from_millis(499);
    let now = Now { at, ..NOW };
    state.tick(now);
    state.settle(now);
    assert!(state.take_ready().is_empty());
    let at = NOW.at + Duration::from_millis(500);
    let now = Now { at, ..NOW };
    state.tick(now);
    state.settle(now);
    let ready = state.take_ready();
    assert_eq!(ready[0].0, waits);
    assert_eq!(told(ready[0].1.clone().unwrap()), Some((0, 0)));
    assert!(state.fetches.is_empty());
}

#[test]
fn who_waits_learns_at_once_that_the_leader_has_moved_or_the_topic_is_gone() {
    let mut state = cluster();
    let id = orders(&state);
    later(send(&mut state, 1, &fetch(id, 500), FETCH));
    state.move_leader("orders", 0, 2).unwrap();
    state.broker_down(NOW, 1);
    state.settle(NOW);
    let (_, frame) = state.take_ready().remove(0);
    let body = body_of(frame.unwrap());
    let response = FetchResponse::read_body(&body, FETCH).unwrap();
    let partition = &response.responses[0].partitions[0];
    assert_eq!(partition.error_code, 6);
    assert_eq!(partition.current_leader.leader_id, 2);
    assert_eq!(response.node_endpoints[0].node_id, 2);

    later(send(&mut state, 2, &fetch(id, 500), FETCH));
    state.delete_topic("orders");
    state.settle(NOW);
    let (_, frame) = state.take_ready().remove(0);
    assert_eq!(told(frame.unwrap()), Some((100, 0)));
}

#[test]
fn a_consumer_is_sent_to_the_replica_in_its_rack() {
    let mut state = cluster();
    for (node, rack) in [(1, "a"), (2, "b"), (3, "c")] {
        state.brokers.get_mut(node).unwrap().rack = Some(rack.to_owned());
    }
    let id = orders(&state);
    produce(&mut state, 1, id, -1).unwrap();
    let nearby = FetchRequest {
        rack_id: "b",
        ..fetch(id, 0)
    };
    let preferred = |state: &mut State, node| {
        let Ok(Answer::Now(frame)) = send(state, node, &nearby, FETCH) else {
            panic!("no answer")
        };
        let body = body_of(frame);
        let response = FetchResponse::read_body(&body, FETCH).unwrap();
        let partition = &response.responses[0].partitions[0];
        assert_eq!(partition.error_code, 0);
        (
            partition.preferred_read_replica,
            !partition.records.unwrap().is_empty(),
        )
    };
    assert_eq!(preferred(&mut state, 1), (2, false));
    assert_eq!(preferred(&mut state, 2), (-1, true));
    state.broker_down(NOW, 2);
    assert_eq!(preferred(&mut state, 1), (-1, true));
}

#[test]
fn a_producer_is_told_who_leads_and_cut_off_where_it_wants_no_answer() {
    let mut state = cluster();
    let id = orders(&state);
    let body = produce(&mut state, 2, id, 1).unwrap();
    let response = ProduceResponse::read_body(&body, PRODUCE).unwrap();
    let partition = &response.responses[0].partition_responses[0];
    assert_eq!(partition.error_code, 6);
    assert_eq!(partition.current_leader.leader_id, 1);
    assert_eq!(response.node_endpoints[0].node_id, 1);

    let refused = produce(&mut state, 2, id, 0);
    assert!(matches!(refused, Err(Refused::FailedWithoutAcks)));
    assert_eq!(produce(&mut state, 1, id, 0).unwrap(), [0_u8; 0]);

    for (acks, topic, error) in [(2, id, 21), (1, TopicId::UNKNOWN, 100)] {
        let body = produce(&mut state, 1, topic, acks).unwrap();
        let response = ProduceResponse::read_body(&body, PRODUCE).unwrap();
        assert_eq!(
            response.responses[0].partition_responses[0].error_code,
            error
        );
    }
}

#[test]
fn a_partition_without_enough_replicas_in_sync_takes_nothing_for_all() {
    let mut state = cluster();
    let id = orders(&state);
    let min = "min.insync.replicas".to_owned();
    state.settings.configs.insert(min, "2".to_owned());
    state.broker_down(NOW, 2);
    state.broker_down(NOW, 3);
    for (acks, error) in [(-1, 19), (1, 0)] {
        let body = produce(&mut state, 1, id, acks).unwrap();
        let response = ProduceResponse::read_body(&body, PRODUCE).unwrap();
        assert_eq!(
            response.responses[0].partition_responses[0].error_code,
            error
        );
    }
}

#[test]
fn what_is_meant_for_all_replicas_waits_for_those_that_lag() {
    let mut state = cluster();
    let id = orders(&state);
    let hold = |state: &mut State, offset| {
        let by = TopicRef::Name("orders");
        let found = state.topics.partition_mut(by, 0).unwrap();
        found.log.hold_high_watermark(offset);
        state.metadata_changed = true;
        state.settle(NOW);
    };
    let code = |frame: Frame| {
        let body = body_of(frame);
        let response = ProduceResponse::read_body(&body, PRODUCE).unwrap();
        let partition = &response.responses[0].partition_responses[0];
        (partition.error_code, partition.base_offset)
    };
    hold(&mut state, Some(0));
    assert_eq!(
        produce(&mut state, 1, id, -1).unwrap(),
        [0_u8; 0],
        "it waits"
    );
    hold(&mut state, None);
    assert_eq!(code(state.take_ready().remove(0).1.unwrap()), (0, 0));

    hold(&mut state, Some(1));
    assert_eq!(
        produce(&mut state, 1, id, -1).unwrap(),
        [0_u8; 0],
        "it waits"
    );
    let at = state.next_deadline().unwrap();
    let now = Now { at, ..NOW };
    state.tick(now);
    state.settle(now);
    assert_eq!(code(state.take_ready().remove(0).1.unwrap()), (7, -1));
}

/// In a session a fetch names no partition that it named before: rules and observers must hear of them all the same.
#[test]
fn a_fetch_in_a_session_is_about_all_that_the_session_has() {
    let mut state = cluster();
    let id = orders(&state);
    let mut opening = fetch(id, 0);
    opening.session_epoch = 0;
    let Answer::Now(frame) = send(&mut state, 1, &opening, FETCH).unwrap() else {
        panic!("it waits");
    };
    let body = body_of(frame);
    let response = FetchResponse::read_body(&body, FETCH).unwrap();
    let again = FetchRequest {
        session_id: response.session_id,
        session_epoch: 1,
        ..Default::default()
    };
    let mut body = Vec::new();
    again.write_body(&mut body, FETCH).unwrap();
    let sessions = state.sessions.get(&1);
    let request = AnyRequest::read(ApiKey::Fetch, &body, FETCH).unwrap();
    let named = Named::of(&request, &state.topics, sessions);
    assert_eq!(named.topics, [("orders", vec![0])]);
}

/// The session that a fetch which opens one is given.
fn session(state: &mut State, topic_id: TopicId) -> i32 {
    let mut opening = fetch(topic_id, 0);
    opening.session_epoch = 0;
    let Ok(Answer::Now(frame)) = send(state, 1, &opening, FETCH) else {
        panic!("it need not wait")
    };
    let body = body_of(frame);
    FetchResponse::read_body(&body, FETCH).unwrap().session_id
}

#[test]
fn there_are_no_more_sessions_than_the_setting_allows() {
    let slots = "max.incremental.fetch.session.cache.slots".to_owned();
    let mut state = cluster();
    let id = orders(&state);
    state.settings.configs.insert(slots, "2".to_owned());
    let given: Vec<i32> = (0..3).map(|_| session(&mut state, id)).collect();
    assert!(given[0] != 0 && given[1] != 0, "{given:?}");
    assert_eq!(given[2], 0);
}
