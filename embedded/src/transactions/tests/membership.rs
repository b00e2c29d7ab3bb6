//! AddPartitionsToTxn, AddOffsetsToTxn, and what is added without either.

use ottla_protocol::messages::add_offsets_to_txn::AddOffsetsToTxnRequest;
use ottla_protocol::messages::add_partitions_to_txn::{
    AddPartitionsToTxnRequest, AddPartitionsToTxnTopic, AddPartitionsToTxnTransaction,
};

use super::*;

fn topic(name: &str, partitions: Vec<i32>) -> AddPartitionsToTxnTopic<'_> {
    AddPartitionsToTxnTopic {
        name,
        partitions,
        ..AddPartitionsToTxnTopic::default()
    }
}

fn of_client(epoch: i16) -> AddPartitionsToTxnRequest<'static> {
    AddPartitionsToTxnRequest {
        v3_and_below_transactional_id: ID,
        v3_and_below_producer_id: 0,
        v3_and_below_producer_epoch: epoch,
        v3_and_below_topics: vec![topic("orders", vec![0, 1]), topic("refunds", vec![0])],
        ..AddPartitionsToTxnRequest::default()
    }
}

fn of_broker(id: &str, verify_only: bool) -> AddPartitionsToTxnTransaction<'_> {
    AddPartitionsToTxnTransaction {
        transactional_id: id,
        producer_id: 0,
        producer_epoch: 0,
        verify_only,
        topics: vec![topic("orders", vec![0, 7])],
        ..AddPartitionsToTxnTransaction::default()
    }
}

/// The answer's codes, in order.
fn codes(script: &mut Script, request: &AddPartitionsToTxnRequest<'_>, version: i16) -> Vec<i16> {
    let check = |of: &TopicPartition| match of.partition {
        99 => ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
        _ => ErrorCode::NONE,
    };
    let machine = &mut script.machine;
    let outcomes = machine.add_partitions_to_txn(request, version, check, script.now);
    let response = TransactionPartitionErrors::response(&outcomes, version);
    let batched = response.results_by_transaction.iter();
    let topics = batched.flat_map(|of| &of.topic_results);
    let topics = topics.chain(&response.results_by_topic_v3_and_below);
    let results = topics.flat_map(|topic| &topic.results_by_partition);
    results.map(|result| result.partition_error_code).collect()
}

#[test]
fn a_client_adds_partitions() {
    let mut script = Script::version_1();
    script.init().unwrap();
    assert_eq!(codes(&mut script, &of_client(0), 3), [0, 0, 0]);
    assert_eq!(codes(&mut script, &of_client(0), 3), [0, 0, 0]);
    let description = script.machine.describe(ID);
    assert_eq!(description.topics["orders"], [0, 1]);
    assert_eq!(description.start_ms, START_MS);
    let fenced = ErrorCode::PRODUCER_FENCED.code();
    assert_eq!(codes(&mut script, &of_client(4), 2), [fenced; 3]);
    let old = ErrorCode::INVALID_PRODUCER_EPOCH.code();
    assert_eq!(codes(&mut script, &of_client(4), 1), [old; 3]);
}

#[test]
fn one_bad_partition_keeps_the_others_out() {
    let mut script = Script::version_1();
    script.init().unwrap();
    let mut request = of_client(0);
    request.v3_and_below_topics[0].partitions = vec![0, 99];
    let (left, unknown) = (55, 3);
    assert_eq!(codes(&mut script, &request, 3), [left, unknown, left]);
    assert_eq!(script.state(), TransactionState::Empty);
}

#[test]
fn brokers_ask_for_many_at_once() {
    let mut script = Script::new();
    script.init().unwrap();
    let request = AddPartitionsToTxnRequest {
        transactions: vec![
            of_broker(ID, true),
            of_broker("nobody", true),
            of_broker(ID, false),
        ],
        ..AddPartitionsToTxnRequest::default()
    };
    assert_eq!(codes(&mut script, &request, 5), [120, 120, 49, 49, 0, 0]);
    assert_eq!(codes(&mut script, &request, 5), [0, 0, 49, 49, 0, 0]);
}

#[test]
fn while_markers_are_missing_nothing_comes_in() {
    let mut script = Script::new();
    script.init().unwrap();
    script.add((0, 0), 0);
    script.end((0, 0), true).unwrap();
    assert_eq!(script.add((0, 1), 0), ErrorCode::CONCURRENT_TRANSACTIONS);
    assert_eq!(script.add((5, 5), 0), ErrorCode::CONCURRENT_TRANSACTIONS);
    let partitions = [TopicPartition::new("orders", 0)];
    let verify = |epoch| {
        let producer = ProducerIdAndEpoch {
            producer_id: 0,
            epoch,
        };
        script
            .machine
            .verify_partitions(ID, producer, &partitions)
            .0[0]
            .1
    };
    assert_eq!(verify(1), ErrorCode::CONCURRENT_TRANSACTIONS);
    assert_eq!(verify(0), ErrorCode::PRODUCER_FENCED);
    script.deliver();
    assert_eq!(script.add((0, 1), 0), ErrorCode::NONE);
    assert_eq!(script.state(), TransactionState::Ongoing);
}

#[test]
fn a_groups_offsets_are_a_partition_too() {
    let mut script = Script::version_1();
    script.init().unwrap();
    let mut request = AddOffsetsToTxnRequest {
        transactional_id: ID,
        producer_id: 0,
        producer_epoch: 0,
        group_id: "g",
        ..AddOffsetsToTxnRequest::default()
    };
    let machine = &mut script.machine;
    assert_eq!(
        machine
            .add_offsets_to_txn(&request, 17, 3, script.now)
            .error_code,
        0
    );
    request.producer_epoch = 8;
    let code = |machine: &mut TransactionCoordinator, version| {
        machine
            .add_offsets_to_txn(&request, 17, version, script.now)
            .error_code
    };
    assert_eq!(code(machine, 1), ErrorCode::INVALID_PRODUCER_EPOCH.code());
    assert_eq!(code(machine, 2), ErrorCode::PRODUCER_FENCED.code());
    script.end_in(4, (0, 0), true).unwrap();
    let marker = script.machine.take_markers().remove(0);
    assert!(marker.is_for_offsets());
    assert_eq!(
        marker.partition,
        TopicPartition::new("__consumer_offsets", 17)
    );
}

#[test]
fn what_produce_and_commits_say_of_it() {
    use ErrorCode as E;
    assert_eq!(
        produce_error(E::PRODUCER_FENCED, 12),
        E::INVALID_PRODUCER_EPOCH
    );
    assert_eq!(
        produce_error(E::TRANSACTION_ABORTABLE, 11),
        E::TRANSACTION_ABORTABLE
    );
    assert_eq!(
        produce_error(E::TRANSACTION_ABORTABLE, 10),
        E::INVALID_TXN_STATE
    );
    assert_eq!(
        produce_error(E::CONCURRENT_TRANSACTIONS, 12),
        E::CONCURRENT_TRANSACTIONS
    );
    assert_eq!(
        produce_error(E::CONCURRENT_TRANSACTIONS, 11),
        E::NOT_ENOUGH_REPLICAS
    );
    assert_eq!(
        produce_error(E::NOT_COORDINATOR, 12),
        E::NOT_ENOUGH_REPLICAS
    );
    assert_eq!(produce_error(E::NONE, 3), E::NONE);
    assert_eq!(
        offset_commit_error(E::TRANSACTION_ABORTABLE, 3),
        E::INVALID_TXN_STATE
    );
    assert_eq!(
        offset_commit_error(E::TRANSACTION_ABORTABLE, 4),
        E::TRANSACTION_ABORTABLE
    );
}
