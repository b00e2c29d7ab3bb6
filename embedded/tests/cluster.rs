//! This workspace's client and groups against the embedded cluster.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::time::Duration;

use ottla_client::producer::ProducerRecord;
use ottla_client::protocol::types::TopicPartition;
use ottla_client::{Client, ClientConfig, PartitionConsumer, Start};
use ottla_embedded::EmbeddedCluster;
use tokio::time::timeout;

const SOON: Duration = Duration::from_secs(20);

async fn client(cluster: &EmbeddedCluster) -> Client {
    let config = ClientConfig::new(&cluster.bootstrap_servers());
    Client::connect(config).await.unwrap()
}

async fn produce(client: &Client, topic: &str, values: std::ops::Range<usize>) {
    let producer = client.producer().build().unwrap();
    let mut sent = Vec::new();
    for value in values {
        let value = value.to_string();
        let record = ProducerRecord::new(topic, &value);
        sent.push(producer.send(record.partition(0)).await.unwrap());
    }
    for delivery in sent {
        delivery.await.unwrap();
    }
}

async fn read(partition: &mut PartitionConsumer, count: usize) -> Vec<String> {
    let mut values = Vec::new();
    while values.len() < count {
        let item = timeout(SOON, partition.next()).await.expect("in time");
        match item.expect("a stream without end") {
            Ok(batch) => values.extend(
                batch
                    .records()
                    .map(|record| String::from_utf8_lossy(record.value.unwrap()).into_owned()),
            ),
            Err(error) => assert!(error.is_retriable(), "{error}"),
        }
    }
    values
}

fn numbered(range: std::ops::Range<usize>) -> Vec<String> {
    range.map(|number| number.to_string()).collect()
}

#[tokio::test]
async fn what_is_produced_is_consumed_across_leaders_that_move() {
    let cluster = EmbeddedCluster::builder()
        .brokers(3)
        .topic("orders", 1)
        .start()
        .await
        .unwrap();
    let client = client(&cluster).await;
    let partition = TopicPartition::new("orders", 0);
    let consumer = client.consumer().build();
    let mut reader = consumer.partition(partition, Start::Oldest).await.unwrap();
    produce(&client, "orders", 0..100).await;
    assert_eq!(read(&mut reader, 100).await, numbered(0..100));

    cluster.move_leader("orders", 0, 3).unwrap();
    produce(&client, "orders", 100..200).await;
    assert_eq!(read(&mut reader, 100).await, numbered(100..200));

    cluster.stop_broker(3).await.unwrap();
    produce(&client, "orders", 200..300).await;
    assert_eq!(read(&mut reader, 100).await, numbered(200..300));

    cluster.start_broker(3).await.unwrap();
    cluster.stop_broker(1).await.unwrap();
    produce(&client, "orders", 300..310).await;
    assert_eq!(read(&mut reader, 10).await, numbered(300..310));
    cluster.shutdown().await;
}
