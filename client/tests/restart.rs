//! A real broker is killed and comes back while its partition is read.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "kafka/topic.rs"]
#[allow(dead_code, reason = "each test program uses a part of it")]
mod topic;

use std::env;
use std::time::Duration;

use ottla_client::{PartitionConsumer, Start};
use tokio::process::Command;
use tokio::time::timeout;
use topic::{Topic, connect};

/// Has the cluster of this test run stop or start a broker.
async fn kafka(xtask: &str, order: &[&str]) {
    let done = Command::new(xtask).arg("kafka").args(order).status().await;
    assert!(done.unwrap().success(), "{order:?}");
}

fn values(offsets: std::ops::Range<i64>) -> Vec<String> {
    offsets.map(|offset| offset.to_string()).collect()
}

/// Reads up to `end` without a hole; gives the errors, which all have to pass.
async fn read(partition: &mut PartitionConsumer, end: i64) -> usize {
    let (mut errors, mut due) = (0, partition.position());
    while due < end {
        let item = timeout(Duration::from_secs(90), partition.next()).await;
        match item.expect("nothing came").expect("the stream has ended") {
            Ok(batch) => {
                for record in &batch {
                    assert_eq!(record.offset, due);
                    assert_eq!(record.value, Some(due.to_string().as_bytes()));
                    due += 1;
                }
            }
            Err(error) => {
                assert!(error.is_retriable(), "{error}");
                errors += 1;
            }
        }
    }
    errors
}

#[tokio::test]
async fn a_killed_broker_is_waited_for_and_nothing_is_lost_or_doubled() {
    let Some(client) = connect().await else {
        return;
    };
    let Ok(xtask) = env::var("OTTLA_XTASK") else {
        println!("skipped: nobody to restart Kafka (OTTLA_XTASK is not set)");
        return;
    };
    let topic = Topic::create(&client, "restart", 1).await;
    topic.append(0, values(0..100)).await;
    let consumer = client.consumer().build();
    let start = consumer.partition(topic.partition(0), Start::Oldest).await;
    let mut partition = start.unwrap();
    assert_eq!(read(&mut partition, 50).await, 0);

    let leader = client.leader(&topic.partition(0)).await.unwrap();
    let leader = leader.broker.to_string();
    kafka(&xtask, &["stop", &leader, "--kill"]).await;
    let outage = timeout(Duration::from_secs(30), partition.next()).await;
    assert!(
        outage
            .unwrap()
            .unwrap()
            .is_err_and(|error| error.is_retriable())
    );
    assert!(partition.failing_for().is_some());
    kafka(&xtask, &["start", &leader]).await;

    topic.append(0, values(100..200)).await;
    read(&mut partition, 200).await;
    assert!(partition.failing_for().is_none());
}
