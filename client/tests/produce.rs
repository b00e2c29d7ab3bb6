//! Producing, against a real Kafka.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "kafka/topic.rs"]
#[allow(dead_code, reason = "each test program uses a part of it")]
mod topic;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use ottla_client::admin::NewTopic;
use ottla_client::config::{Acks, Compression};
use ottla_client::producer::{Header, ProduceError, ProducerRecord};
use ottla_client::protocol::error_code::ErrorCode;
use ottla_client::protocol::records::Record;
use ottla_client::protocol::types::TopicPartition;
use ottla_client::{Batch, Client, Start};
use topic::{Topic, connect, create_with, fresh_name};

/// Reads a partition from its oldest record on, until this many have come.
async fn read<T>(
    client: &Client,
    topic: &str,
    partition: i32,
    count: usize,
    each: impl Fn(&Batch) -> Vec<T>,
) -> Vec<T> {
    let consumer = client.consumer().build();
    let partition = TopicPartition::new(topic, partition);
    let mut reader = consumer.partition(partition, Start::Oldest).await.unwrap();
    let mut got = Vec::new();
    while got.len() < count {
        let item = tokio::time::timeout(Duration::from_secs(30), reader.next()).await;
        match item.expect("records in time").expect("records") {
            Ok(batch) => got.extend(each(&batch)),
            Err(error) => assert!(error.is_retriable(), "{error}"),
        }
    }
    got
}

fn values(batch: &Batch) -> Vec<(i64, String)> {
    let text = |value: Option<&[u8]>| String::from_utf8(value.unwrap().to_vec()).unwrap();
    batch
        .records()
        .map(|record| (record.offset, text(record.value)))
        .collect()
}

async fn read_values(client: &Client, topic: &str, count: usize) -> Vec<(i64, String)> {
    read(client, topic, 0, count, values).await
}

fn numbered(count: usize) -> Vec<(i64, String)> {
    (0..)
        .zip((0..count).map(|number| number.to_string()))
        .collect()
}

/// A record as it came: timestamp, key, value, headers.
type Whole = (
    i64,
    Option<Vec<u8>>,
    Option<Vec<u8>>,
    Vec<(String, Option<Vec<u8>>)>,
);

fn whole(batch: &Batch) -> Vec<Whole> {
    let bytes = |bytes: Option<&[u8]>| bytes.map(<[u8]>::to_vec);
    let header = |header: Header<'_>| (header.name_lossy().into_owned(), bytes(header.value));
    let record = |record: Record<'_>| {
        let headers = record.headers.map(header).collect();
        let (key, value) = (bytes(record.key), bytes(record.value));
        (record.timestamp, key, value, headers)
    };
    batch.records().map(record).collect()
}

#[tokio::test]
async fn all_of_a_record_arrives_in_every_compression() {
    let Some(client) = connect().await else {
        return;
    };
    for compression in Compression::ALL {
        let topic = Topic::create(&client, compression.name(), 1).await.name;
        let producer = client.producer().compression(compression).build().unwrap();
        let headers = [
            Header::new("a", Some(b"1")),
            Header::new("b", None),
            Header::new("a", Some(b"")),
        ];
        let long = "long ".repeat(1000);
        let record = ProducerRecord::new(&topic, &long)
            .key("k")
            .headers(&headers)
            .timestamp(1_234_567);
        let first = producer.send(record).await.unwrap();
        let empty = ProducerRecord::tombstone(&topic);
        let second = producer.send(empty).await.unwrap();
        let written = first.await.unwrap();
        assert_eq!((written.offset, written.timestamp), (Some(0), 1_234_567));
        assert_eq!(written.partition, TopicPartition::new(topic.as_str(), 0));
        assert_eq!(second.await.unwrap().offset, Some(1));

        let got = read(&client, &topic, 0, 2, whole).await;
        let kept = vec![
            ("a".into(), Some(b"1".to_vec())),
            ("b".into(), None),
            ("a".into(), Some(Vec::new())),
        ];
        let (key, value) = (Some(b"k".to_vec()), Some(long.into_bytes()));
        assert_eq!(got[0], (1_234_567, key, value, kept), "{compression}");
        assert_eq!((&got[1].1, &got[1].2, got[1].3.len()), (&None, &None, 0));
    }
}

/// The partitions are those that Java's `DefaultPartitioner` chooses: `toPositive(murmur2(key)) % 5`.
#[tokio::test]
async fn keys_go_where_javas_client_puts_them() {
    let Some(client) = connect().await else {
        return;
    };
    let topic = Topic::create(&client, "keys", 5).await.name;
    let producer = client.producer().build().unwrap();
    let javas = [
        ("21", -973_932_308_i32),
        ("foobar", -790_332_482),
        ("a-little-bit-long-string", -985_981_536),
        ("abc", 479_470_107),
        ("", 275_646_681),
    ];
    for (key, hash) in javas {
        let delivery = producer
            .send(ProducerRecord::new(&topic, "v").key(key))
            .await
            .unwrap();
        assert_eq!(
            delivery.await.unwrap().partition.partition,
            (hash & i32::MAX) % 5,
            "{key}"
        );
    }
}

#[tokio::test]
async fn a_hundred_thousand_records_are_there_once_and_in_order() {
    let Some(client) = connect().await else {
        return;
    };
    let topic = Topic::create(&client, "many", 1).await.name;
    let producer = client
        .producer()
        .compression(Compression::Lz4)
        .build()
        .unwrap();
    let count = 100_000;
    for number in 0..count {
        let value = number.to_string();
        producer
            .send_and_forget(ProducerRecord::new(&topic, &value))
            .await
            .unwrap();
    }
    producer.close().await.unwrap();
    assert_eq!(read_values(&client, &topic, count).await, numbered(count));
}

#[tokio::test]
async fn records_without_a_key_reach_all_partitions() {
    let Some(client) = connect().await else {
        return;
    };
    let topic = Topic::create(&client, "spread", 3).await.name;
    let producer = client.producer().batch_size(1000).build().unwrap();
    let mut seen = BTreeSet::new();
    let started = Instant::now();
    while seen.len() < 3 {
        assert!(started.elapsed() < Duration::from_secs(30), "only {seen:?}");
        let delivery = producer
            .send(ProducerRecord::new(&topic, &[0; 600]))
            .await
            .unwrap();
        seen.insert(delivery.await.unwrap().partition.partition);
    }
}

#[tokio::test]
async fn a_flush_waits_for_no_timer() {
    let Some(client) = connect().await else {
        return;
    };
    let topic = Topic::create(&client, "single", 1).await.name;
    let producer = client
        .producer()
        .linger(Duration::from_secs(3600))
        .build()
        .unwrap();
    let delivery = producer
        .send(ProducerRecord::new(&topic, "v"))
        .await
        .unwrap();
    producer.flush().await.unwrap();
    let written = delivery
        .now_or_never()
        .expect("a flush leaves nothing undecided");
    assert_eq!(written.unwrap().offset, Some(0));
}

#[tokio::test]
async fn an_unknown_topic_is_named_and_never_created() {
    let Some(client) = connect().await else {
        return;
    };
    let producer = client.producer().build().unwrap();
    let name = fresh_name("nowhere");
    let refused = producer.send(ProducerRecord::new(&name, "v")).await;
    assert!(
        matches!(&refused, Err(ProduceError::UnknownTopic { topic }) if **topic == *name),
        "{refused:?}"
    );
    let there = Topic::create(&client, "there", 2).await.name;
    let refused = producer
        .send(ProducerRecord::new(&there, "v").partition(2))
        .await;
    assert!(
        matches!(
            &refused,
            Err(ProduceError::UnknownPartition { count: 2, .. })
        ),
        "{refused:?}"
    );
    let all = client.topics(None).await.unwrap();
    assert!(all.iter().all(|topic| *topic.name != *name));
}

#[tokio::test]
async fn a_topic_deleted_meanwhile_is_named() {
    let Some(client) = connect().await else {
        return;
    };
    let producer = client.producer().build().unwrap();
    let topic = Topic::create(&client, "deleted", 1).await.name;
    let written = producer
        .send(ProducerRecord::new(&topic, "v"))
        .await
        .unwrap();
    written.await.unwrap();
    let deleted = client.admin().delete_topics(&[&topic]).await;
    assert!(deleted[0].1.is_ok());
    let lost = producer
        .send(ProducerRecord::new(&topic, "v"))
        .await
        .unwrap();
    let lost = tokio::time::timeout(Duration::from_secs(60), lost)
        .await
        .unwrap();
    assert!(
        matches!(&lost, Err(ProduceError::UnknownTopic { .. })),
        "{lost:?}"
    );
    assert!(!lost.unwrap_err().possibly_written());
}

#[tokio::test]
async fn what_is_too_large_is_told_and_what_follows_is_written() {
    let Some(client) = connect().await else {
        return;
    };
    let small = NewTopic::new(fresh_name("small"), 1).set("max.message.bytes", "2000");
    let topic = small.name.to_string();
    create_with(&client, small).await;
    let builder = client.producer().linger(Duration::ZERO).batch_size(1000);
    let producer = builder.build().unwrap();

    let refused = producer
        .send(ProducerRecord::new(&topic, &vec![0; 2 << 20]))
        .await;
    assert!(
        matches!(
            &refused,
            Err(ProduceError::RecordTooLarge {
                limit: 1_048_576,
                ..
            })
        ),
        "{refused:?}"
    );

    for _ in 0..3 {
        let large = producer
            .send(ProducerRecord::new(&topic, &[0; 3000]))
            .await
            .unwrap();
        let fine = producer
            .send(ProducerRecord::new(&topic, "fine"))
            .await
            .unwrap();
        let refused = large.await.unwrap_err();
        assert!(
            matches!(
                &refused,
                ProduceError::BatchTooLarge {
                    code: ErrorCode::MESSAGE_TOO_LARGE,
                    ..
                }
            ),
            "{refused:?}"
        );
        assert!(!refused.possibly_written());
        // Its sequence was left out: the producer goes on under a new epoch.
        fine.await.unwrap();
    }
    let got = read_values(&client, &topic, 3).await;
    assert_eq!(got, [0, 1, 2].map(|offset| (offset, "fine".to_owned())));

    producer
        .send_and_forget(ProducerRecord::new(&topic, &[0; 3000]))
        .await
        .unwrap();
    assert!(matches!(
        producer.flush().await,
        Err(ProduceError::BatchTooLarge { .. })
    ));
    producer.flush().await.expect("a failure is told once");
}

#[tokio::test]
async fn fewer_acks_tell_less() {
    let Some(client) = connect().await else {
        return;
    };
    for (acks, offset) in [(Acks::Leader, Some(0)), (Acks::None, None)] {
        let topic = Topic::create(&client, "acks", 1).await.name;
        let producer = client.producer().acks(acks).build().unwrap();
        let delivery = producer
            .send(ProducerRecord::new(&topic, "0"))
            .await
            .unwrap();
        assert_eq!(delivery.await.unwrap().offset, offset);
        for number in 1..50 {
            let value = number.to_string();
            producer
                .send_and_forget(ProducerRecord::new(&topic, &value))
                .await
                .unwrap();
        }
        producer.close().await.unwrap();
        assert_eq!(read_values(&client, &topic, 50).await, numbered(50));
    }
}

#[tokio::test]
async fn memory_is_bounded_and_who_sends_waits_for_room() {
    let Some(client) = connect().await else {
        return;
    };
    let topic = Topic::create(&client, "bounded", 1).await.name;
    let producer = client
        .producer()
        .buffer_memory(20_000)
        .linger(Duration::from_secs(3600))
        .build()
        .unwrap();
    for number in 0..2000 {
        let value = format!("{number:01000}");
        producer
            .send_and_forget(ProducerRecord::new(&topic, &value))
            .await
            .unwrap();
    }
    producer.close().await.unwrap();
    let got = read_values(&client, &topic, 2000).await;
    assert!(
        got.iter()
            .zip(0..)
            .all(|((offset, value), number)| *offset == number && value.parse() == Ok(number))
    );
}

#[tokio::test]
async fn a_dropped_producer_abandons_what_waits() {
    let Some(client) = connect().await else {
        return;
    };
    let topic = Topic::create(&client, "dropped", 1).await.name;
    let producer = client
        .producer()
        .linger(Duration::from_secs(3600))
        .build()
        .unwrap();
    let delivery = producer
        .send(ProducerRecord::new(&topic, "v"))
        .await
        .unwrap();
    drop(producer);
    let abandoned = delivery.await;
    assert!(
        matches!(
            &abandoned,
            Err(ProduceError::Abandoned {
                possibly_written: false,
                ..
            })
        ),
        "{abandoned:?}"
    );
}
