//! DescribeTransactions and ListTransactions.

use ottla_protocol::messages::describe_transactions::DescribeTransactionsRequest;
use ottla_protocol::messages::list_transactions::ListTransactionsRequest;

use super::*;

fn three_transactions() -> Script {
    let mut script = Script::new();
    for (at, id) in ["loader-1", "loader-2", "sweeper"].into_iter().enumerate() {
        script
            .init_as(InitProducerId {
                transactional_id: Some(id),
                timeout_ms: 60_000,
                expected: ProducerIdAndEpoch::NONE,
                enable_2pc: false,
                keep_prepared_txn: false,
            })
            .unwrap();
        let producer = ProducerIdAndEpoch {
            producer_id: at as i64,
            epoch: 0,
        };
        if id != "sweeper" {
            let partitions = [
                TopicPartition::new("orders", 2),
                TopicPartition::new("a", 0),
            ];
            let machine = &mut script.machine;
            machine.add_partitions_implicitly(id, producer, &partitions, script.now);
        }
        script.wait(Duration::from_secs(1));
    }
    script
}

fn list(script: &Script, request: &ListTransactionsRequest<'_>) -> Vec<String> {
    let listing = script
        .machine
        .list_transactions(request, |_| true, script.now);
    let response = listing.response();
    assert_eq!(response.error_code, 0);
    let states = response.transaction_states.iter();
    states
        .map(|state| format!("{} {}", state.transactional_id, state.transaction_state))
        .collect()
}

fn all() -> ListTransactionsRequest<'static> {
    ListTransactionsRequest {
        duration_filter: -1,
        ..ListTransactionsRequest::default()
    }
}

#[test]
fn lists_are_narrowed_down() {
    let script = three_transactions();
    let everything = ["loader-1 Ongoing", "loader-2 Ongoing", "sweeper Empty"];
    assert_eq!(list(&script, &all()), everything);
    let ongoing = ListTransactionsRequest {
        state_filters: vec!["Ongoing"],
        ..all()
    };
    assert_eq!(list(&script, &ongoing), everything[..2]);
    let unknown = ListTransactionsRequest {
        state_filters: vec!["ongoing"],
        ..all()
    };
    assert!(list(&script, &unknown).is_empty());
    let listing = script
        .machine
        .list_transactions(&unknown, |_| true, script.now);
    assert_eq!(listing.response().unknown_state_filters, ["ongoing"]);
    let producer = ListTransactionsRequest {
        producer_id_filters: vec![1, 7],
        ..all()
    };
    assert_eq!(list(&script, &producer), everything[1..2]);
    let long = ListTransactionsRequest {
        duration_filter: 2_500,
        ..all()
    };
    assert_eq!(
        list(&script, &long),
        [everything[0], everything[2]],
        "-1 is long ago, as in Kafka"
    );
    let exact = ListTransactionsRequest {
        duration_filter: 3_000,
        ..all()
    };
    assert_eq!(list(&script, &exact), everything[2..]);
}

#[test]
fn patterns_match_from_end_to_end() {
    let script = three_transactions();
    let mut request = all();
    let mut found = |pattern| {
        request.transactional_id_pattern = Some(pattern);
        list(&script, &request).len()
    };
    assert_eq!(found("loader-.*"), 2);
    assert_eq!(found("loader"), 0);
    assert_eq!(found("sweeper|loader-1"), 2);
    assert_eq!(found(""), 3);
    for faulty in ["(", "a)|(b"] {
        request.transactional_id_pattern = Some(faulty);
        let listing = script
            .machine
            .list_transactions(&request, |_| true, script.now);
        assert_eq!(
            listing.error_code,
            ErrorCode::INVALID_REGULAR_EXPRESSION.code()
        );
    }
}

#[test]
fn a_broker_lists_what_it_coordinates() {
    let mut script = three_transactions();
    let partition = script.machine.partition_for("sweeper");
    let of = |script: &Script, leads: &dyn Fn(i32) -> bool| {
        script.machine.list_transactions(&all(), leads, script.now)
    };
    let its_own = of(&script, &|it| it == partition);
    assert_eq!(its_own.transactions.len(), 1);
    script.machine.set_loading(partition, true);
    let loading = ErrorCode::COORDINATOR_LOAD_IN_PROGRESS.code();
    assert_eq!(of(&script, &|_| true).error_code, loading);
    assert_eq!(of(&script, &|it| it != partition).transactions.len(), 2);
}

#[test]
fn descriptions() {
    let script = three_transactions();
    let request = DescribeTransactionsRequest {
        transactional_ids: vec!["loader-2", "nobody", ""],
        ..DescribeTransactionsRequest::default()
    };
    let descriptions = script.machine.describe_transactions(&request, |_| true);
    let response = Description::response(&descriptions);
    let codes: Vec<_> = response
        .transaction_states
        .iter()
        .map(|it| it.error_code)
        .collect();
    assert_eq!(codes, [0, 105, 42]);
    let first = &response.transaction_states[0];
    assert_eq!(
        (
            first.transaction_state,
            first.producer_id,
            first.producer_epoch
        ),
        ("Ongoing", 1, 0)
    );
    assert_eq!(first.transaction_start_time_ms, START_MS + 1_000);
    let topics: Vec<_> = first
        .topics
        .iter()
        .map(|it| (it.topic, &it.partitions[..]))
        .collect();
    assert_eq!(topics, [("a", &[0][..]), ("orders", &[2][..])]);
    let elsewhere = script.machine.describe_transactions(&request, |_| false);
    assert_eq!(elsewhere[0].error, ErrorCode::NOT_COORDINATOR);
}
