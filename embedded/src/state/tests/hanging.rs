//! A transaction that hangs in one partition, and what an administrator does about it (KIP-664).

use ottla_protocol::messages::write_txn_markers::{
    WritableTxnMarker, WritableTxnMarkerTopic, WriteTxnMarkersRequest, WriteTxnMarkersResponse,
};
use ottla_protocol::records::{BatchBuilder, BatchOptions, Compressor};
use ottla_protocol::{Response, error_code::ErrorCode};

use super::*;
use crate::log::{Codecs, Origin, Verification};

const NEWEST: i16 = 2;

/// Opens one in `orders-0`.
fn hang(state: &mut State) {
    let options = BatchOptions {
        producer_id: 7,
        producer_epoch: 3,
        base_sequence: 0,
        transactional: true,
        ..BatchOptions::default()
    };
    let mut batch = BatchBuilder::new();
    batch
        .append(NOW.wall_ms, None, Some(b"value"), &[])
        .unwrap();
    let records = batch.finish(&options, &mut Compressor::new()).unwrap();
    let orders = state.topics.partition_mut(TopicRef::Name("orders"), 0);
    let known = Verification::Verified {
        transaction_v2: false,
    };
    let log = &mut orders.unwrap().log;
    log.append(&records, Origin::Client, known, NOW, &mut Codecs::new())
        .unwrap();
}

/// The codes that the leader of `orders-0` answers with, for that partition and one that is not there.
fn abort(state: &mut State, producer_epoch: i16) -> [i16; 2] {
    let request = WriteTxnMarkersRequest {
        markers: vec![WritableTxnMarker {
            producer_id: 7,
            producer_epoch,
            topics: vec![WritableTxnMarkerTopic {
                name: "orders",
                partition_indexes: vec![0, 99],
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    };
    let answer = answer_to(state, &request, NEWEST);
    let response = WriteTxnMarkersResponse::read_body(&answer, NEWEST).unwrap();
    let partitions = &response.markers[0].topics[0].partitions;
    [0, 1].map(|at| partitions[at].error_code)
}

#[test]
fn an_administrator_ends_a_transaction_that_hangs() {
    let mut state = cluster();
    hang(&mut state);
    let stable = |state: &mut State| {
        let orders = state.topics.partition_mut(TopicRef::Name("orders"), 0);
        orders.unwrap().log.last_stable_offset()
    };
    assert_eq!(stable(&mut state), 0);
    let unknown = ErrorCode::UNKNOWN_TOPIC_OR_PARTITION.code();
    let fenced = ErrorCode::INVALID_PRODUCER_EPOCH.code();
    assert_eq!(abort(&mut state, 2), [fenced, unknown]);
    assert_eq!(stable(&mut state), 0);
    assert_eq!(abort(&mut state, 3), [0, unknown]);
    assert_eq!(stable(&mut state), 2);
}
