//! Writing to brokers that misbehave: leaders move, connections break before or after a batch is appended, answers say less than is true.
//! Whatever they do, each record that is said to be written is there once, in order.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "produce_faults/cluster.rs"]
mod cluster;

use std::collections::BTreeMap;
use std::time::Duration;

use cluster::{Cluster, TOPIC};
use ottla_client::producer::{ProduceError, ProducerRecord, RecordMetadata};
use ottla_client::{Client, ClientConfig};
use tokio::time::timeout;

const RECORDS: usize = 600;

type Outcomes = Vec<Result<RecordMetadata, ProduceError>>;

async fn client(cluster: &Cluster) -> Client {
    let addresses: Vec<_> = cluster
        .ports
        .iter()
        .map(|port| format!("127.0.0.1:{port}"))
        .collect();
    let config = ClientConfig::new(&addresses.join(","))
        .retry_backoff(Duration::from_millis(1))
        .retry_backoff_max(Duration::from_millis(5))
        .reconnect_backoff(Duration::from_millis(1))
        .reconnect_backoff_max(Duration::from_millis(5));
    Client::connect(config).await.unwrap()
}

/// Sends numbered records in small batches; gives what was told of each, and what is in the log, and how often the cluster did wrong.
async fn run(seed: u64, faults: u64, delivery_timeout: Duration) -> (Outcomes, Vec<String>, usize) {
    let cluster = Cluster::start(seed, faults, if seed.is_multiple_of(2) { 9 } else { 13 }).await;
    let client = client(&cluster).await;
    let builder = client.producer().batch_size(250).linger(Duration::ZERO);
    let producer = builder.delivery_timeout(delivery_timeout).build().unwrap();
    let mut deliveries = Vec::new();
    for number in 0..RECORDS {
        let value = number.to_string();
        let record = ProducerRecord::new(TOPIC, &value);
        deliveries.push(producer.send(record).await.unwrap());
        if number % 50 == 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
    let mut outcomes = Vec::new();
    for delivery in deliveries {
        outcomes.push(delivery.await);
    }
    producer.close().await.unwrap();
    let state = cluster.state.lock().unwrap();
    (outcomes, state.log.clone(), state.faults_done)
}

#[tokio::test]
async fn each_record_is_written_once_and_in_order_whatever_brokers_do() {
    for seed in 1..=24 {
        let faults = [0, 10, 30, 60][seed as usize % 4];
        let run = timeout(
            Duration::from_secs(60),
            run(seed, faults, Duration::from_secs(50)),
        );
        let (outcomes, log, done) = run.await.unwrap_or_else(|_| panic!("seed {seed} hangs"));
        assert!(faults == 0 || done > 0, "the cluster did nothing wrong");
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
            run(seed, 70, Duration::from_millis(150)),
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
