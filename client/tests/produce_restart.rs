//! Producing while the only broker crashes and comes back. A test program of its own: nobody else uses the cluster meanwhile.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "kafka/topic.rs"]
#[allow(dead_code, reason = "each test program uses a part of it")]
mod topic;

use std::process::Command;
use std::time::Duration;

use ottla_client::producer::{Producer, ProducerRecord};
use ottla_client::protocol::types::TopicPartition;
use ottla_client::{Client, Start};
use topic::{Topic, connect};

/// Several threads: the one that stops and starts the broker waits for that.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_that_restarts_loses_nothing_and_writes_nothing_twice() {
    if std::env::var_os("OTTLA_XTASK").is_none() {
        println!("skipped: no Kafka that may be stopped (cargo xtask kafka run starts one)");
        return;
    }
    let Some(client) = connect().await else {
        return;
    };
    let topic = Topic::create(&client, "restart", 1).await.name;
    let producer = client.producer().build().unwrap();
    let count = 20_000;
    let sent = tokio::spawn({
        let topic = topic.clone();
        async move { send_slowly(&producer, &topic, count).await }
    });
    tokio::time::sleep(Duration::from_secs(2)).await;
    xtask("stop", &["--kill"]);
    xtask("start", &[]);
    sent.await.unwrap();
    let numbered: Vec<_> = (0..count).map(|number| number.to_string()).collect();
    assert_eq!(read(&client, &topic, count).await, numbered);
}

async fn send_slowly(producer: &Producer, topic: &str, count: usize) {
    for number in 0..count {
        let value = number.to_string();
        producer
            .send_and_forget(ProducerRecord::new(topic, &value))
            .await
            .unwrap();
        if number % 20 == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    producer.flush().await.unwrap();
}

fn xtask(what: &str, more: &[&str]) {
    let program = std::env::var("OTTLA_XTASK").expect("started by cargo xtask kafka run");
    let status = Command::new(program)
        .args(["kafka", what, "1"])
        .args(more)
        .status()
        .unwrap();
    assert!(status.success(), "{what}");
}

async fn read(client: &Client, topic: &str, count: usize) -> Vec<String> {
    let consumer = client.consumer().build();
    let partition = TopicPartition::new(topic, 0);
    let mut reader = consumer.partition(partition, Start::Oldest).await.unwrap();
    let mut values = Vec::new();
    while values.len() < count {
        let item = tokio::time::timeout(Duration::from_secs(30), reader.next()).await;
        match item.expect("records in time").expect("records") {
            Ok(batch) => values.extend(
                batch
                    .records()
                    .map(|record| String::from_utf8(record.value.unwrap().to_vec()).unwrap()),
            ),
            Err(error) => assert!(error.is_retriable(), "{error}"),
        }
    }
    values
}
