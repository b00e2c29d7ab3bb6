//! Writing: each record that is said to be written is there once, in order.

use std::collections::BTreeMap;
use std::time::Duration;

use ottla_client::producer::{ProduceError, ProducerRecord, RecordMetadata};
use ottla_embedded::EmbeddedCluster;
use ottla_embedded::faults::Action;
use ottla_embedded::protocol::ApiKey;
use ottla_embedded::protocol::error_code::ErrorCode;
use ottla_embedded::protocol::records::{Decompressor, Records};
use tokio::time::timeout;

use super::{TOPIC, client, done_wrong, move_leader, spoil, start};

const RECORDS: usize = 600;

type Outcomes = Vec<Result<RecordMetadata, ProduceError>>;

/// So many of a hundred requests go wrong: before they take effect, after it, or in what is told of it.
fn misbehave(cluster: &EmbeddedCluster, faults: f64) {
    for action in [
        Action::Cut,
        Action::ApplyThenCut,
        Action::Error(ErrorCode::NOT_ENOUGH_REPLICAS),
        Action::ApplyThenError(ErrorCode::NOT_ENOUGH_REPLICAS_AFTER_APPEND),
        Action::ApplyThenError(ErrorCode::REQUEST_TIMED_OUT),
    ] {
        spoil(cluster, ApiKey::Produce, action, faults / 6.0);
    }
    // A broker that has just started has no ids to give yet.
    let loading = Action::Error(ErrorCode::COORDINATOR_LOAD_IN_PROGRESS);
    spoil(cluster, ApiKey::InitProducerId, loading, faults);
}

/// What is in the log, value by value.
fn values(cluster: &EmbeddedCluster) -> Vec<String> {
    let (mut values, mut buffer) = (Vec::new(), Vec::new());
    let mut decompressor = Decompressor::new();
    for bytes in cluster.log(TOPIC, 0).unwrap().batches {
        for batch in Records::new(&bytes) {
            let batch = batch.unwrap();
            assert_eq!(batch.base_offset(), values.len() as i64);
            let records = batch.records(&mut decompressor, 1 << 20, &mut buffer);
            for record in records.unwrap() {
                let value = record.unwrap().value.unwrap();
                values.push(String::from_utf8(value.to_vec()).unwrap());
            }
        }
    }
    values
}

/// Sends numbered records in small batches; gives what was told of each, and what is in the log, and how often the cluster did wrong.
async fn run(seed: u64, faults: f64, delivery_timeout: Duration) -> (Outcomes, Vec<String>, u64) {
    let newest = if seed.is_multiple_of(2) { 9 } else { 13 };
    let cluster = start(seed, ApiKey::Produce, newest).await;
    misbehave(&cluster, faults);
    let _moving = move_leader(&cluster, seed, ApiKey::Produce, faults / 6.0);
    let client = client(&cluster).await;
    let builder = client.producer().batch_size(250).linger(Duration::ZERO);
    let producer = builder.delivery_timeout(delivery_timeout).build().unwrap();
    let mut deliveries = Vec::new();
    for number in 0..RECORDS {
        let value = number.to_string();
        let record = ProducerRecord::new(TOPIC, &value);
        deliveries.push(producer.send(record).await.unwrap());
        if number % 50 == 0 {
            // Else all is in the queue before the first answer.
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
    let mut outcomes = Vec::new();
    for delivery in deliveries {
        outcomes.push(delivery.await);
    }
    producer.close().await.unwrap();
    (outcomes, values(&cluster), done_wrong(&cluster))
}

#[tokio::test]
async fn each_record_is_written_once_and_in_order_whatever_brokers_do() {
    for seed in 1..=24 {
        let faults = [0.0, 10.0, 30.0, 60.0][seed as usize % 4];
        let run = timeout(
            Duration::from_secs(60),
            run(seed, faults, Duration::from_secs(50)),
        );
        let (outcomes, log, done) = run.await.unwrap_or_else(|_| panic!("seed {seed} hangs"));
        assert!(faults == 0.0 || done > 0, "the cluster did nothing wrong");
        let numbered: Vec<_> = (0..RECORDS).map(|number| number.to_string()).collect();
        assert_eq!(log, numbered, "seed {seed}");
        for (number, outcome) in (0..).zip(outcomes) {
            let told = outcome.unwrap_or_else(|error| panic!("seed {seed}: {error}"));
            assert_eq!(told.offset, Some(number), "seed {seed}");
        }
    }
}

/// Batches are given up in the middle of everything, some of them written.
#[tokio::test]
async fn what_is_given_up_is_told_truly_and_the_rest_is_written_once() {
    let (mut given_up, mut written) = (0, 0);
    for seed in 1..=24 {
        let run = timeout(
            Duration::from_secs(60),
            run(seed, 70.0, Duration::from_millis(150)),
        );
        let (outcomes, log, _) = run.await.unwrap_or_else(|_| panic!("seed {seed} hangs"));
        let numbers: Vec<usize> = log.iter().map(|value| value.parse().unwrap()).collect();
        assert!(
            numbers.is_sorted_by(|one, next| one < next),
            "seed {seed}: twice, or out of order: {numbers:?}"
        );
        let places: BTreeMap<_, _> = numbers.iter().zip(0..).collect();
        for (number, outcome) in outcomes.iter().enumerate() {
            let place = places.get(&number).copied();
            match outcome {
                Ok(told) => {
                    assert_eq!(told.offset, place, "seed {seed}: {number}");
                    written += 1;
                }
                Err(error) if error.possibly_written() => given_up += 1,
                Err(error) => {
                    assert_eq!(place, None, "seed {seed}: {number} is there, but {error}")
                }
            }
        }
    }
    assert!(written > 0 && given_up > 0, "{written} {given_up}");
}
