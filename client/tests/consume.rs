//! Reading partitions of a real Kafka.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "kafka/topic.rs"]
#[allow(dead_code, reason = "each test program uses a part of it")]
mod topic;

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ottla_client::config::IsolationLevel;
use ottla_client::protocol::messages::find_coordinator::FindCoordinatorRequest;
use ottla_client::protocol::messages::init_producer_id::InitProducerIdRequest;
use ottla_client::protocol::records::{BatchBuilder, BatchOptions, Compression, Compressor};
use ottla_client::protocol::types::TopicPartition;
use ottla_client::{
    Batch, Client, ClientConfig, ConsumeError, Lane, OutOfRange, PartitionConsumer, Start,
};
use tokio::time::timeout;
use topic::{Topic, connect, create, fresh_name};

const SOON: Duration = Duration::from_secs(20);

/// The next batch that holds records; retriable errors are passed over.
async fn next(partition: &mut PartitionConsumer) -> Batch {
    loop {
        match item(partition).await {
            Ok(batch) if batch.is_empty() => {}
            Ok(batch) => return batch,
            Err(error) if error.is_retriable() => {}
            Err(error) => panic!("{error}"),
        }
    }
}

async fn item(partition: &mut PartitionConsumer) -> Result<Batch, ConsumeError> {
    timeout(SOON, partition.next())
        .await
        .expect("no item in time")
        .expect("the stream has ended")
}

/// The next `count` records, as offset and value.
async fn read(partition: &mut PartitionConsumer, count: usize) -> Vec<(i64, String)> {
    let mut records = Vec::new();
    while records.len() < count {
        let batch = next(partition).await;
        let text = |value: Option<&[u8]>| String::from_utf8(value.unwrap().to_vec()).unwrap();
        records.extend(
            batch
                .records()
                .map(|record| (record.offset, text(record.value))),
        );
    }
    assert_eq!(records.len(), count);
    records
}

fn numbered(offsets: std::ops::Range<i64>) -> Vec<(i64, String)> {
    offsets
        .map(|offset| (offset, format!("value {offset}")))
        .collect()
}

fn values(offsets: std::ops::Range<i64>) -> Vec<String> {
    offsets.map(|offset| format!("value {offset}")).collect()
}

async fn open(client: &Client, partition: TopicPartition, start: Start) -> PartitionConsumer {
    client
        .consumer()
        .build()
        .partition(partition, start)
        .await
        .unwrap()
}

#[tokio::test]
async fn three_partitions_are_read_from_the_oldest_record_on() {
    let Some(client) = connect().await else {
        return;
    };
    let topic = Topic::create(&client, "consume", 3).await;
    let consumer = client.consumer().build();
    let wanted = (0..3)
        .map(|p| (topic.partition(p), Start::Oldest))
        .collect();
    let mut partitions = consumer.partitions(wanted).await.unwrap();
    for round in 0..3 {
        for partition in 0..3 {
            topic
                .append(partition, values(round * 10..round * 10 + 10))
                .await;
        }
        for partition in &mut partitions {
            assert_eq!(
                read(partition, 10).await,
                numbered(round * 10..round * 10 + 10)
            );
            assert_eq!(partition.position(), round * 10 + 10);
        }
    }
    assert_eq!(partitions[0].high_watermark(), Some(30));
    assert_eq!(partitions[0].log_start(), Some(0));
}

#[tokio::test]
async fn every_compression_reads_the_same() {
    let Some(client) = connect().await else {
        return;
    };
    let topic = Topic::create(&client, "compression", 1).await;
    let kinds = [
        Compression::None,
        Compression::Gzip,
        Compression::Snappy,
        Compression::Lz4,
        Compression::Zstd,
    ];
    for (at, kind) in (0..).zip(kinds) {
        topic
            .append_compressed(0, &values(at * 100..at * 100 + 100), kind)
            .await;
    }
    let mut partition = open(&client, topic.partition(0), Start::Oldest).await;
    assert_eq!(read(&mut partition, 500).await, numbered(0..500));
}

#[tokio::test]
async fn it_starts_where_it_is_told() {
    let Some(client) = connect().await else {
        return;
    };
    let topic = Topic::create(&client, "starts", 1).await;
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_millis() as i64;
    let hour = 3_600_000;
    let old = BatchOptions::default();
    topic
        .append_as(0, values(0..10), now - 2 * hour, &old)
        .await;
    topic
        .append_as(0, values(10..20), now - hour / 2, &old)
        .await;
    let starts = [
        (Start::Oldest, 0),
        (Start::At(7), 7),
        (Start::Timestamp(now - 2 * hour + 3), 3),
        (Start::Before(Duration::from_secs(3600)), 10),
        (Start::Timestamp(now + hour), 20),
        (Start::Newest, 20),
    ];
    for (start, first) in starts {
        let partition = open(&client, topic.partition(0), start.clone()).await;
        assert_eq!(partition.position(), first, "{start:?}");
    }
    // In the middle of a batch the records before it are left out (T25).
    let mut partition = open(&client, topic.partition(0), Start::At(7)).await;
    assert_eq!(read(&mut partition, 13).await, numbered(7..20));
    // Newest is as of the call: what comes after it is seen.
    let mut newest = open(&client, topic.partition(0), Start::Newest).await;
    topic.append(0, values(20..21)).await;
    assert_eq!(read(&mut newest, 1).await, numbered(20..21));
}

#[tokio::test]
async fn it_goes_on_elsewhere_after_a_seek() {
    let Some(client) = connect().await else {
        return;
    };
    let topic = Topic::create(&client, "seek", 1).await;
    for at in 0..10 {
        topic.append(0, values(at * 10..at * 10 + 10)).await;
    }
    let mut partition = open(&client, topic.partition(0), Start::Oldest).await;
    assert_eq!(read(&mut partition, 20).await, numbered(0..20));
    partition.seek(Start::At(95)).await.unwrap();
    assert_eq!(read(&mut partition, 5).await, numbered(95..100));
    partition.seek(Start::Oldest).await.unwrap();
    assert_eq!(read(&mut partition, 100).await, numbered(0..100));
    let refused = partition.seek(Start::At(-3)).await;
    assert!(matches!(
        refused,
        Err(ConsumeError::InvalidOffset { offset: -3, .. })
    ));
    assert_eq!(partition.position(), 100);
}

#[tokio::test]
async fn a_paused_partition_fetches_nothing_and_others_go_on() {
    let Some(client) = connect().await else {
        return;
    };
    // One more than there are brokers: two of the partitions are led by the same one.
    let count = client.cluster().brokers().count() as i32 + 1;
    let topic = Topic::create(&client, "pause", count).await;
    let (first, second) = two_of_one_leader(&client, &topic, count).await;
    let consumer = client.consumer().build();
    let mut paused = consumer
        .partition(topic.partition(first), Start::Oldest)
        .await
        .unwrap();
    let mut other = consumer
        .partition(topic.partition(second), Start::Oldest)
        .await
        .unwrap();
    paused.pause();
    // Ends the fetch that may be under way, for both.
    topic.append(second, values(0..1)).await;
    assert_eq!(read(&mut other, 1).await, numbered(0..1));
    topic.append(first, values(0..5)).await;
    topic.append(second, values(1..5)).await;
    assert_eq!(read(&mut other, 4).await, numbered(1..5));
    let nothing = timeout(Duration::from_millis(700), paused.next()).await;
    assert!(nothing.is_err(), "{nothing:?}");
    paused.resume();
    assert_eq!(read(&mut paused, 5).await, numbered(0..5));
}

async fn two_of_one_leader(client: &Client, topic: &Topic, count: i32) -> (i32, i32) {
    let mut led = BTreeMap::new();
    for partition in 0..count {
        let mut backoff = client.backoff("find the leader", Duration::from_secs(10));
        let leader = loop {
            match client.leader(&topic.partition(partition)).await {
                Ok(leader) => break leader.broker,
                Err(error) => backoff.pause(error).await.unwrap(),
            }
        };
        if let Some(first) = led.insert(leader, partition) {
            return (first, partition);
        }
    }
    panic!("fewer leaders than partitions: {led:?}");
}

#[tokio::test]
async fn out_of_range_follows_the_policy() {
    let Some(client) = connect().await else {
        return;
    };
    let topic = Topic::create(&client, "range", 1).await;
    topic.append(0, values(0..5)).await;

    let mut fails = open(&client, topic.partition(0), Start::At(100)).await;
    let error = item(&mut fails).await.unwrap_err();
    let right = matches!(
        error,
        ConsumeError::OutOfRange {
            position: 100,
            oldest: 0,
            newest: 5,
            ..
        }
    );
    assert!(right && !error.is_retriable(), "{error}");
    assert!(
        fails.next().await.is_none(),
        "a fatal error is the last item"
    );

    let oldest = client.consumer().out_of_range(OutOfRange::Oldest).build();
    let mut moves = oldest
        .partition(topic.partition(0), Start::At(100))
        .await
        .unwrap();
    let error = item(&mut moves).await.unwrap_err();
    assert!(
        matches!(
            error,
            ConsumeError::Moved {
                from: 100,
                to: 0,
                ..
            }
        ),
        "{error}"
    );
    assert_eq!(read(&mut moves, 5).await, numbered(0..5));
}

#[tokio::test]
async fn an_unknown_topic_is_named_and_not_created() {
    let Some(client) = connect().await else {
        return;
    };
    let name = fresh_name("unknown");
    let partition = TopicPartition::new(name.as_str(), 0);
    let error = client
        .consumer()
        .build()
        .partition(partition.clone(), Start::Oldest)
        .await
        .unwrap_err();
    assert!(
        matches!(&error, ConsumeError::UnknownTopic { partition: named } if *named == partition),
        "{error}"
    );
    let topic = Topic::create(&client, "few", 1).await;
    let error = client
        .consumer()
        .build()
        .partition(topic.partition(7), Start::Oldest)
        .await
        .unwrap_err();
    assert!(
        matches!(error, ConsumeError::UnknownTopic { .. }),
        "{error}"
    );
    assert!(client.topics(Some(&[&name])).await.is_err());
}

#[tokio::test]
async fn a_partition_is_read_once_a_consumer() {
    let Some(client) = connect().await else {
        return;
    };
    let topic = Topic::create(&client, "once", 1).await;
    let consumer = client.consumer().build();
    let first = consumer
        .partition(topic.partition(0), Start::Oldest)
        .await
        .unwrap();
    let second = consumer.partition(topic.partition(0), Start::Oldest).await;
    assert!(matches!(second, Err(ConsumeError::AlreadyOpen { .. })));
    drop(first);
    consumer
        .partition(topic.partition(0), Start::Oldest)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_deleted_topic_ends_the_stream() {
    let Some(client) = connect().await else {
        return;
    };
    let topic = Topic::create(&client, "deleted", 1).await;
    topic.append(0, values(0..3)).await;
    let mut partition = open(&client, topic.partition(0), Start::Oldest).await;
    assert_eq!(read(&mut partition, 3).await, numbered(0..3));
    topic.delete().await;
    let last = loop {
        match item(&mut partition).await {
            Err(error) if error.is_retriable() => {}
            other => break other,
        }
    };
    assert!(
        matches!(last, Err(ConsumeError::UnknownTopic { .. })),
        "{last:?}"
    );
    assert!(partition.next().await.is_none());
}

#[tokio::test]
async fn a_topic_made_anew_is_not_read_on() {
    let Some(client) = connect().await else {
        return;
    };
    let topic = Topic::create(&client, "anew", 1).await;
    topic.append(0, values(0..3)).await;
    let mut partition = open(&client, topic.partition(0), Start::Oldest).await;
    assert_eq!(read(&mut partition, 3).await, numbered(0..3));
    topic.delete().await;
    create(&client, &topic.name, 1).await;
    topic.append(0, values(100..110)).await;
    let last = loop {
        match item(&mut partition).await {
            Err(error) if error.is_retriable() => {}
            other => break other,
        }
    };
    let Err(ConsumeError::TopicRecreated { was, is, .. }) = last else {
        panic!("{last:?}");
    };
    assert_ne!(was, is);
}

#[tokio::test]
async fn a_slow_partition_does_not_hold_up_a_quick_one() {
    let Some(client) = connect().await else {
        return;
    };
    let topic = Topic::create(&client, "slow", 2).await;
    let big = vec!["x".repeat(100_000); 8];
    for _ in 0..5 {
        topic.append(0, &big).await;
    }
    let consumer = client.consumer().build();
    let _slow = consumer
        .partition(topic.partition(0), Start::Oldest)
        .await
        .unwrap();
    let mut quick = consumer
        .partition(topic.partition(1), Start::Oldest)
        .await
        .unwrap();
    for at in 0..5 {
        topic.append(1, values(at..at + 1)).await;
        let since = std::time::Instant::now();
        assert_eq!(read(&mut quick, 1).await, numbered(at..at + 1));
        assert!(
            since.elapsed() < Duration::from_millis(400),
            "{:?}",
            since.elapsed()
        );
    }
}

/// A producer of transactions, as far as a test needs one.
struct Transactions {
    client: Client,
    id: String,
    coordinator: i32,
}

impl Transactions {
    async fn new(client: &Client) -> Self {
        let id = fresh_name("tx");
        let request = FindCoordinatorRequest {
            key_type: 1,
            coordinator_keys: vec![&id],
            ..FindCoordinatorRequest::default()
        };
        let coordinator = loop {
            let reply = client.call_any(&request).await.unwrap();
            let found = &reply.parse().unwrap().coordinators[0];
            if found.error_code == 0 {
                break found.node_id;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        };
        Self {
            client: client.clone(),
            coordinator,
            id,
        }
    }

    /// Gives producer id and epoch. Aborts the transaction that is open.
    async fn init(&self) -> (i64, i16) {
        let request = InitProducerIdRequest {
            transactional_id: Some(&self.id),
            transaction_timeout_ms: 60_000,
            ..InitProducerIdRequest::default()
        };
        loop {
            let reply = self
                .client
                .call(self.coordinator, Lane::General, &request)
                .await
                .unwrap();
            let response = reply.parse().unwrap();
            if response.error_code == 0 {
                return (response.producer_id, response.producer_epoch);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Appends within a transaction and aborts it.
    async fn append_and_abort(&self, topic: &Topic, values: Vec<String>) {
        let (producer_id, producer_epoch) = self.init().await;
        let mut builder = BatchBuilder::new();
        for value in values {
            builder
                .append(1_000, None, Some(value.as_bytes()), &[])
                .unwrap();
        }
        let options = BatchOptions {
            producer_id,
            producer_epoch,
            base_sequence: 0,
            transactional: true,
            ..BatchOptions::default()
        };
        let batch = builder.finish(&options, &mut Compressor::new()).unwrap();
        topic.append_batch(0, &batch, Some(&self.id)).await;
        self.init().await;
    }
}

#[tokio::test]
async fn aborted_records_are_left_out_and_the_position_passes_them() {
    let Some(client) = connect().await else {
        return;
    };
    let topic = Topic::create(&client, "aborted", 1).await;
    let transactions = Transactions::new(&client).await;
    topic.append(0, values(0..5)).await;
    transactions.append_and_abort(&topic, values(5..10)).await; // the marker is offset 10
    topic.append(0, values(11..16)).await;
    transactions.append_and_abort(&topic, values(16..20)).await; // the marker is offset 20

    let mut committed = open(&client, topic.partition(0), Start::Oldest).await;
    let mut seen = read(&mut committed, 10).await;
    let rest = seen.split_off(5);
    assert_eq!((seen, rest), (numbered(0..5), numbered(11..16)));
    // Nothing but aborted records and a marker is left, and still the position reaches the end.
    while committed.position() < 21 {
        let batch = item(&mut committed).await.unwrap();
        assert!(batch.is_empty(), "{batch:?}");
    }
    assert_eq!(committed.last_stable_offset(), Some(21));

    let all = client
        .consumer()
        .isolation(IsolationLevel::ReadUncommitted)
        .build();
    let mut all = all
        .partition(topic.partition(0), Start::Oldest)
        .await
        .unwrap();
    let offsets: Vec<_> = read(&mut all, 19)
        .await
        .into_iter()
        .map(|(offset, _)| offset)
        .collect();
    assert_eq!(
        offsets,
        (0..20).filter(|offset| *offset != 10).collect::<Vec<_>>()
    );

    // In the middle of the aborted transaction.
    let mut middle = open(&client, topic.partition(0), Start::At(7)).await;
    assert_eq!(read(&mut middle, 5).await, numbered(11..16));
}

#[tokio::test]
async fn a_batch_larger_than_a_fetch_comes_whole() {
    let Some(client) = connect().await else {
        return;
    };
    let topic = Topic::create(&client, "large", 2).await;
    for partition in 0..2 {
        topic.append(partition, values(0..200)).await;
        topic.append(partition, values(200..400)).await;
    }
    let servers = client.config().bootstrap_servers.join(",");
    let config = ClientConfig::new(&servers)
        .max_partition_fetch_bytes(100)
        .fetch_max_bytes(100);
    let small = Client::connect(config).await.unwrap();
    let consumer = small.consumer().build();
    let wanted = (0..2).map(|p| (topic.partition(p), Start::Oldest));
    for mut partition in consumer.partitions(wanted.collect()).await.unwrap() {
        assert_eq!(read(&mut partition, 400).await, numbered(0..400));
    }
}

#[tokio::test]
async fn consumers_of_one_client_do_not_wait_for_each_other() {
    let Some(client) = connect().await else {
        return;
    };
    let topic = Topic::create(&client, "apart", 2).await;
    let mut idle = open(&client, topic.partition(0), Start::Oldest).await;
    // Until its fetches wait as long as they may.
    let nothing = timeout(Duration::from_millis(1_500), idle.next()).await;
    assert!(nothing.is_err(), "{nothing:?}");
    let mut busy = open(&client, topic.partition(1), Start::Oldest).await;
    let since = std::time::Instant::now();
    for at in 0..20 {
        topic.append(1, values(at..at + 1)).await;
        assert_eq!(read(&mut busy, 1).await, numbered(at..at + 1));
    }
    let elapsed = since.elapsed();
    assert!(
        elapsed < Duration::from_secs(4),
        "{elapsed:?} for 20 records"
    );
}
