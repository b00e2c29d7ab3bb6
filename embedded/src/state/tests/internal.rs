//! Kafka's own topics, where they show: clients may read them only.

use ottla_protocol::messages::delete_records::{
    DeleteRecordsPartition, DeleteRecordsRequest, DeleteRecordsResponse, DeleteRecordsTopic,
};
use ottla_protocol::messages::produce::{
    PartitionProduceData, ProduceRequest, ProduceResponse, TopicProduceData,
};
use ottla_protocol::records::{BatchBuilder, BatchOptions, Compressor};

use super::*;
use crate::state::coordinators::Coordinated;

const OWN: [(Coordinated, &str); 2] = [
    (Coordinated::Group, "__consumer_offsets"),
    (Coordinated::Transaction, "__transaction_state"),
];

/// A cluster of one broker, which leads all.
fn showing() -> State {
    let mut state = State::new(Settings {
        internal_topics: true,
        ..Settings::default()
    });
    state.add_broker(1, "localhost".to_owned(), 9092, None);
    OWN.iter()
        .for_each(|(kind, _)| state.show_internal_topic(*kind));
    state
}

fn produced(state: &mut State, name: &str, version: i16) -> i16 {
    let mut batch = BatchBuilder::new();
    batch
        .append(NOW.wall_ms, Some(b"key"), Some(b"value"), &[])
        .unwrap();
    let options = BatchOptions::default();
    let records = batch.finish(&options, &mut Compressor::new()).unwrap();
    let topic_id = state.topics.named(name).unwrap().id;
    let request = ProduceRequest {
        acks: -1,
        topic_data: vec![TopicProduceData {
            name: if version < 13 { name } else { "" },
            topic_id: if version < 13 {
                TopicId::default()
            } else {
                topic_id
            },
            partition_data: vec![PartitionProduceData {
                records: Some(&records),
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    };
    let answer = answer_to(state, &request, version);
    let answer = ProduceResponse::read_body(&answer, version).unwrap();
    answer.responses[0].partition_responses[0].error_code
}

#[test]
fn nothing_is_produced_to_them_by_name_or_by_id() {
    let mut state = showing();
    let invalid = ErrorCode::INVALID_TOPIC_EXCEPTION.code();
    for (_, name) in OWN {
        for version in [12, 13] {
            assert_eq!(produced(&mut state, name, version), invalid, "{name}");
        }
        let log_end = state.topics.named(name).unwrap().partitions[0]
            .log
            .log_end();
        assert_eq!(log_end, 0);
    }
}

#[test]
fn nothing_is_deleted_from_them() {
    let mut state = showing();
    for (_, name) in OWN {
        let request = DeleteRecordsRequest {
            topics: vec![DeleteRecordsTopic {
                name,
                partitions: vec![DeleteRecordsPartition::default()],
                ..Default::default()
            }],
            ..Default::default()
        };
        let answer = answer_to(&mut state, &request, 2);
        let answer = DeleteRecordsResponse::read_body(&answer, 2).unwrap();
        let code = answer.topics[0].partitions[0].error_code;
        assert_eq!(code, ErrorCode::INVALID_TOPIC_EXCEPTION.code(), "{name}");
    }
}
