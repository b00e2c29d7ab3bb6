//! Reading: each record comes once, in order.

use std::ops::Range;
use std::time::Duration;

use ottla_client::producer::ProducerRecord;
use ottla_client::protocol::records::Compression;
use ottla_client::protocol::types::TopicPartition;
use ottla_client::{Client, PartitionConsumer, Start};
use ottla_embedded::EmbeddedCluster;
use ottla_embedded::faults::{Action, Matching, Rule};
use ottla_embedded::protocol::ApiKey;
use ottla_embedded::protocol::error_code::ErrorCode;
use tokio::time::timeout;

use super::{TOPIC, client, done_wrong, move_leader, spoil, start};

const RECORDS: i64 = 400;

/// Codes that a leader may answer with while all is well a moment later.
const PASSING: [ErrorCode; 5] = [
    ErrorCode::NOT_LEADER_OR_FOLLOWER,
    ErrorCode::REPLICA_NOT_AVAILABLE,
    ErrorCode::KAFKA_STORAGE_ERROR,
    ErrorCode::OFFSET_NOT_AVAILABLE,
    ErrorCode::UNKNOWN_SERVER_ERROR,
];

/// Appends records whose value is their offset, in batches of several sizes, compressed in several ways.
async fn append(client: &Client, offsets: Range<i64>) {
    let kinds = [Compression::None, Compression::Lz4, Compression::Zstd];
    let producers = kinds.map(|kind| {
        let builder = client.producer().linger(Duration::ZERO).compression(kind);
        builder.build().unwrap()
    });
    let mut next = offsets.start;
    while next < offsets.end {
        let end = offsets.end.min(next + 1 + next % 9);
        let producer = &producers[next as usize % producers.len()];
        let mut deliveries = Vec::new();
        for offset in next..end {
            let value = offset.to_string();
            let record = ProducerRecord::new(TOPIC, &value);
            deliveries.push(producer.send(record).await.unwrap());
        }
        for delivery in deliveries {
            delivery.await.unwrap();
        }
        next = end;
    }
}

/// So many of a hundred answers are wrong in one way or another; some damage a batch, but none so often that it counts as damaged on the disk.
fn misbehave(cluster: &EmbeddedCluster, faults: f64) {
    let fetch = ApiKey::Fetch;
    for code in PASSING {
        spoil(cluster, fetch, Action::Error(code), faults / 20.0);
    }
    spoil(cluster, fetch, Action::CutRecords, faults / 4.0);
    spoil(cluster, fetch, Action::RepeatPartition, faults / 2.0);
    spoil(cluster, fetch, Action::Truncate(100), faults / 6.0);
    for at in 0..20 {
        let rule = Rule::new(Matching::api(fetch), Action::CorruptBatch);
        cluster
            .faults()
            .add(rule.after(2 + 4 * at).times(1))
            .unwrap();
    }
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

async fn run(seed: u64, faults: f64, newest_fetch: i16) -> usize {
    let cluster = start(seed, ApiKey::Fetch, newest_fetch).await;
    let client = client(&cluster).await;
    append(&client, 0..RECORDS / 2).await;
    let _moving = (faults > 0.0).then(|| {
        misbehave(&cluster, faults);
        move_leader(&cluster, seed, ApiKey::Fetch, faults / 4.0)
    });
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
    append(&client, RECORDS / 2..RECORDS).await;
    errors += read(&mut partition, RECORDS).await;
    let done = done_wrong(&cluster);
    assert!(faults == 0.0 || done > 0, "the cluster did nothing wrong");
    errors
}

#[tokio::test]
async fn each_record_comes_once_whatever_brokers_do() {
    let mut errors = 0;
    for seed in 1..=24 {
        let newest_fetch = if seed % 2 == 0 { 12 } else { 18 };
        let faults = [10.0, 30.0, 60.0][seed as usize % 3];
        let run = timeout(Duration::from_secs(60), run(seed, faults, newest_fetch));
        errors += run.await.unwrap_or_else(|_| panic!("seed {seed} hangs"));
    }
    assert!(errors > 0, "nobody was told of an outage");
}

#[tokio::test]
async fn without_faults_there_are_no_errors() {
    for seed in 1..=4 {
        let errors = timeout(Duration::from_secs(60), run(seed, 0.0, 18))
            .await
            .expect("it hangs");
        assert_eq!(errors, 0);
    }
}

#[tokio::test]
async fn a_read_that_is_dropped_half_way_loses_nothing() {
    let cluster = start(5, ApiKey::Fetch, 18).await;
    let client = client(&cluster).await;
    append(&client, 0..RECORDS).await;
    misbehave(&cluster, 20.0);
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
