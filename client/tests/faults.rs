//! Reading from brokers that misbehave: leaders move, connections break in the middle of an answer, bytes are damaged,
//! answers are doubled or empty. Whatever they do, each record comes once, in order.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "faults/cluster.rs"]
mod cluster;

use std::time::Duration;

use cluster::{Cluster, TOPIC};
use ottla_client::protocol::types::TopicPartition;
use ottla_client::{Client, ClientConfig, PartitionConsumer, Start};
use tokio::time::timeout;

const RECORDS: i64 = 400;

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

/// Reads up to `end`, checks that nothing is missing or doubled, and counts the errors.
async fn read(partition: &mut PartitionConsumer, end: i64) -> usize {
    let (mut errors, mut due) = (0, partition.position());
    while due < end {
        match partition.next().await.unwrap() {
            Ok(batch) => {
                for record in &batch {
                    assert_eq!(record.offset, due);
                    assert_eq!(record.value, Some(due.to_string().as_bytes()));
                    due += 1;
                }
                assert_eq!(partition.position(), batch.next_offset());
            }
            Err(error) => {
                assert!(error.is_retriable(), "{error}");
                errors += 1;
            }
        }
    }
    errors
}

async fn run(seed: u64, faults: u64, newest_fetch: i16) -> usize {
    let cluster = Cluster::start(seed, faults, newest_fetch).await;
    cluster.append(RECORDS / 2);
    let client = client(&cluster).await;
    let start = Start::At((seed % 7) as i64);
    let consumer = client
        .consumer()
        .max_buffered_bytes(1 + (seed % 3) as usize * 500)
        .build();
    let mut partition = consumer
        .partition(TopicPartition::new(TOPIC, 0), start)
        .await
        .unwrap();
    let mut errors = read(&mut partition, RECORDS / 2).await;
    cluster.append(RECORDS / 2);
    errors += read(&mut partition, RECORDS).await;
    let done = cluster.state.lock().unwrap().faults_done;
    assert!(faults == 0 || done > 0, "the cluster did nothing wrong");
    errors
}

#[tokio::test]
async fn each_record_comes_once_whatever_brokers_do() {
    let mut errors = 0;
    for seed in 1..=24 {
        let newest_fetch = if seed % 2 == 0 { 12 } else { 18 };
        let faults = [10, 30, 60][seed as usize % 3];
        let run = timeout(Duration::from_secs(60), run(seed, faults, newest_fetch));
        errors += run.await.unwrap_or_else(|_| panic!("seed {seed} hangs"));
    }
    assert!(errors > 0, "nobody was told of an outage");
}

#[tokio::test]
async fn without_faults_there_are_no_errors() {
    for seed in 1..=4 {
        let errors = timeout(Duration::from_secs(60), run(seed, 0, 18))
            .await
            .expect("it hangs");
        assert_eq!(errors, 0);
    }
}

#[tokio::test]
async fn a_read_that_is_dropped_half_way_loses_nothing() {
    let cluster = Cluster::start(5, 20, 18).await;
    cluster.append(RECORDS);
    let client = client(&cluster).await;
    let consumer = client.consumer().max_buffered_bytes(200).build();
    let mut partition = consumer
        .partition(TopicPartition::new(TOPIC, 0), Start::At(0))
        .await
        .unwrap();
    let mut due = 0;
    let all = async {
        while due < RECORDS {
            // Most of these end before anything has come.
            if let Ok(Some(Ok(batch))) = timeout(Duration::from_micros(200), partition.next()).await
            {
                for record in &batch {
                    assert_eq!(record.offset, due);
                    due += 1;
                }
            }
        }
    };
    timeout(Duration::from_secs(60), all)
        .await
        .expect("it hangs");
}
