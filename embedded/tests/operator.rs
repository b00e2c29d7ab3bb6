//! What operators do to a cluster, and how this workspace's client and groups take it: topics made anew, logs cut off, brokers elsewhere.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::time::Duration;

use ottla_client::consumer::{ConsumeError, OutOfRange};
use ottla_client::offsets::{CommittedOffset, GroupOffsets};
use ottla_client::producer::ProducerRecord;
use ottla_client::protocol::ApiKey;
use ottla_client::protocol::error_code::ErrorCode;
use ottla_client::protocol::types::TopicPartition;
use ottla_client::{Client, ClientConfig, PartitionConsumer, Start};
use ottla_embedded::EmbeddedCluster;
use ottla_embedded::faults::{Action, Matching, Rule};
use tokio::time::timeout;

const SOON: Duration = Duration::from_secs(20);

async fn start(brokers: i32) -> (EmbeddedCluster, Client) {
    let builder = EmbeddedCluster::builder().brokers(brokers);
    let cluster = builder.topic("orders", 2).start().await.unwrap();
    let config =
        ClientConfig::new(&cluster.bootstrap_servers()).default_api_timeout(Duration::from_secs(3));
    (cluster, Client::connect(config).await.unwrap())
}

fn orders(partition: i32) -> TopicPartition {
    TopicPartition::new("orders", partition)
}

async fn produce(client: &Client, count: usize) {
    let producer = client.producer().build().unwrap();
    for _ in 0..count {
        let record = ProducerRecord::new("orders", "value").partition(0);
        producer.send(record).await.unwrap().await.unwrap();
    }
}

/// Offsets as they come, until the first error that tells of a position.
async fn read(reader: &mut PartitionConsumer, count: usize) -> (Vec<i64>, Option<ConsumeError>) {
    let mut offsets = Vec::new();
    while offsets.len() < count {
        match timeout(SOON, reader.next()).await.unwrap().unwrap() {
            Ok(batch) => offsets.extend(batch.records().map(|record| record.offset)),
            Err(ConsumeError::Refused { .. } | ConsumeError::Unreachable { .. }) => {}
            Err(error) => return (offsets, Some(error)),
        }
    }
    (offsets, None)
}

async fn next_of(group: &GroupOffsets, partition: i32) -> Option<i64> {
    let fetched = group.fetch(&[orders(partition)], true).await.unwrap();
    let (_, found) = fetched.into_iter().next().unwrap();
    found.unwrap().map(|found| found.next)
}

#[tokio::test]
async fn what_was_committed_for_a_topic_is_not_of_the_one_made_anew() {
    let (cluster, client) = start(1).await;
    let group = client.offsets().group("billing");
    // Known, and asked for by nobody: an id that nobody refreshed would be refused for ever.
    client.topics(Some(&["orders"])).await.unwrap();
    let offset = CommittedOffset::new(7);
    let committed = [(orders(0), offset.clone())];
    let done = group.commit(None, &committed).await.unwrap();
    assert_eq!(done, [(orders(0), Ok(()))]);
    assert_eq!(next_of(&group, 0).await, Some(7));

    let before = cluster.topic_id("orders").unwrap();
    cluster.delete_topic("orders").unwrap();
    cluster.create_topic("orders", 2).unwrap();
    assert_ne!(cluster.topic_id("orders"), Some(before));
    assert_eq!(next_of(&group, 0).await, None);

    let late = [(orders(0), before, offset)];
    let refused = group.commit_by_id(None, &late).await.unwrap();
    assert_eq!(refused, [(orders(0), Err(ErrorCode::UNKNOWN_TOPIC_ID))]);
    assert_eq!(cluster.committed("billing", "orders", 0), None);
}

#[tokio::test]
async fn a_record_that_may_be_in_a_topic_is_not_sent_to_the_one_made_anew() {
    let (cluster, client) = start(1).await;
    let lost = Rule::new(Matching::api(ApiKey::Produce), Action::ApplyThenCut).times(1);
    let late = Rule::new(
        Matching::api(ApiKey::Produce),
        Action::Error(ErrorCode::NOT_LEADER_OR_FOLLOWER),
    );
    cluster.faults().add(lost).unwrap();
    let late = cluster.faults().add(late).unwrap();
    let producer = client.producer().linger(Duration::ZERO).build().unwrap();
    let record = || ProducerRecord::new("orders", "value").partition(0);
    let first = producer.send(record()).await.unwrap();
    while cluster.log("orders", 0).unwrap().end == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    cluster.delete_topic("orders").unwrap();
    cluster.create_topic("orders", 2).unwrap();
    cluster.faults().remove(late);
    let error = timeout(SOON, first).await.unwrap().unwrap_err();
    assert!(error.possibly_written(), "{error}");
    producer.send(record()).await.unwrap().await.unwrap();
    assert_eq!(cluster.log("orders", 0).unwrap().end, 1);
}

#[tokio::test]
async fn records_that_came_after_a_truncation_are_not_taken_for_those_that_were_read() {
    let (cluster, client) = start(1).await;
    produce(&client, 10).await;
    let open = |policy| client.consumer().out_of_range(policy).build();
    let (strict, lenient) = (open(OutOfRange::Fail), open(OutOfRange::Oldest));
    let mut strict = strict.partition(orders(0), Start::Oldest).await.unwrap();
    let mut lenient = lenient.partition(orders(0), Start::Oldest).await.unwrap();
    for reader in [&mut strict, &mut lenient] {
        assert_eq!(read(reader, 10).await.0, Vec::from_iter(0..10));
    }
    // Nobody looks while the log is cut off and grows beyond where it was.
    strict.pause();
    lenient.pause();
    let fetches = Matching::api(ApiKey::Fetch);
    let away = Rule::new(fetches, Action::Error(ErrorCode::KAFKA_STORAGE_ERROR));
    let away = cluster.faults().add(away).unwrap();
    cluster.truncate("orders", 0, 6).unwrap();
    produce(&client, 8).await;
    cluster.faults().remove(away);
    strict.resume();
    lenient.resume();

    let (offsets, error) = read(&mut strict, 1).await;
    assert_eq!(offsets, [] as [i64; 0]);
    let at = match error {
        Some(ConsumeError::Truncated { position, end, .. }) => (position, end),
        other => panic!("{other:?}"),
    };
    assert_eq!(at, (10, 6));
    let moved = read(&mut lenient, 1).await.1;
    assert!(
        matches!(
            moved,
            Some(ConsumeError::Moved {
                from: 10,
                to: 6,
                ..
            })
        ),
        "{moved:?}"
    );
    assert_eq!(read(&mut lenient, 8).await.0, Vec::from_iter(6..14));

    // Whoever left off before the truncation, and comes back after it.
    let consumer = client.consumer().build();
    let go_on = |at| Start::GoOn {
        at,
        leader_epoch: Some(0),
    };
    let mut reader = consumer.partition(orders(0), go_on(9)).await.unwrap();
    let error = read(&mut reader, 1).await.1;
    assert!(
        matches!(error, Some(ConsumeError::Truncated { end: 6, .. })),
        "{error:?}"
    );
    drop(reader);
    let mut reader = consumer.partition(orders(0), go_on(6)).await.unwrap();
    assert_eq!(read(&mut reader, 1).await.0[0], 6);
}

#[tokio::test]
async fn one_partition_of_a_commit_is_refused_and_one_of_a_fetch() {
    let (cluster, client) = start(1).await;
    let group = client.offsets().group("billing");
    let about = |api, code| {
        let one = Matching::api(api).about_partition("orders", 1);
        Rule::new(one, Action::Error(code)).times(1)
    };
    let too_large = ErrorCode::OFFSET_METADATA_TOO_LARGE;
    let refused = about(ApiKey::OffsetCommit, too_large);
    cluster.faults().add(refused).unwrap();
    let both = [0, 1].map(|partition| (orders(partition), CommittedOffset::new(3)));
    let done = group.commit(None, &both).await.unwrap();
    assert_eq!(done, [(orders(0), Ok(())), (orders(1), Err(too_large))]);
    assert_eq!(cluster.committed("billing", "orders", 0), Some(3));
    assert_eq!(cluster.committed("billing", "orders", 1), None);

    let unstable = about(ApiKey::OffsetFetch, ErrorCode::UNSTABLE_OFFSET_COMMIT);
    let unstable = cluster.faults().add(unstable).unwrap();
    assert_eq!(
        next_of(&group, 0).await,
        Some(3),
        "the rule is about the other"
    );
    assert_eq!(next_of(&group, 1).await, None);
    assert_eq!(cluster.faults().report(unstable).unwrap().hits, 1);
}

#[tokio::test]
async fn a_group_without_members_is_set_and_deleted() {
    let (cluster, client) = start(1).await;
    cluster.set_offset("billing", "orders", 0, 5).unwrap();
    let group = client.offsets().group("billing");
    assert_eq!(next_of(&group, 0).await, Some(5));
    assert!(cluster.set_offset("billing", "others", 0, 5).is_err());
    cluster.delete_group("billing").unwrap();
    assert_eq!(next_of(&group, 0).await, None);
    assert!(cluster.delete_group("billing").is_err());
}

#[tokio::test]
async fn a_broker_that_lags_behind_tells_what_was_so() {
    let (cluster, client) = start(1).await;
    cluster.freeze_metadata(1).unwrap();
    cluster.add_partitions("orders", 5).unwrap();
    let count = async || {
        let topics = client.topics(Some(&["orders"])).await.unwrap();
        topics[0].partition_count()
    };
    assert_eq!(count().await, 2);
    assert_eq!(cluster.thaw_metadata(1), 1);
    assert_eq!(count().await, 5);
    assert!(cluster.freeze_metadata(9).is_err());
}

#[tokio::test]
async fn a_client_follows_brokers_that_move_one_after_the_other() {
    let (cluster, client) = start(2).await;
    let free = || {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    for node in [1, 2] {
        let port = free();
        cluster.move_broker(node, port).await.unwrap();
        assert_eq!(cluster.address(node).unwrap().port(), port);
        produce(&client, 1).await;
    }
    assert_eq!(cluster.log("orders", 0).unwrap().end, 2);
    assert!(cluster.move_broker(3, 1).await.is_err());
}

#[tokio::test]
async fn a_topic_is_compacted_once_its_policy_says_so() {
    let (cluster, _) = start(1).await;
    assert!(cluster.compact("orders").is_err());
    let set = |value| cluster.set_topic_config("orders", "cleanup.policy", value);
    set("compact").unwrap();
    cluster.compact("orders").unwrap();
    assert!(set("nonsense").is_err());
    assert!(
        cluster
            .set_topic_config("others", "retention.ms", "1")
            .is_err()
    );
}
