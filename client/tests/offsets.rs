//! Offsets in a real Kafka: listed, fetched, committed, managed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "kafka/topic.rs"]
#[allow(dead_code, reason = "each test program uses a part of it")]
mod topic;

use std::time::Duration;

use ottla_client::config::IsolationLevel;
use ottla_client::protocol::error_code::ErrorCode;
use ottla_client::protocol::types::TopicPartition;
use ottla_client::{Client, CommittedOffset, ConsumeError, GroupMember, OffsetSpec, Start};
use tokio::time::timeout;
use topic::{Topic, connect, fresh_name};

const ALL: IsolationLevel = IsolationLevel::ReadUncommitted;

fn values(count: usize) -> Vec<String> {
    (0..count).map(|at| format!("value {at}")).collect()
}

async fn committed(
    client: &Client,
    group: &str,
    partition: &TopicPartition,
) -> Option<CommittedOffset> {
    let fetched = client
        .offsets()
        .group(group)
        .fetch(std::slice::from_ref(partition), true)
        .await;
    fetched.unwrap().pop().unwrap().1.unwrap()
}

#[tokio::test]
async fn bounds_and_timestamps_are_listed() {
    let Some(client) = connect().await else {
        return;
    };
    let topic = Topic::create(&client, "list", 2).await;
    topic.append(0, values(10)).await;
    let wanted = [
        (topic.partition(0), OffsetSpec::Oldest),
        (topic.partition(0), OffsetSpec::Newest),
        (topic.partition(0), OffsetSpec::Timestamp(1_004)),
        (topic.partition(0), OffsetSpec::Timestamp(1_000_000)),
        (topic.partition(0), OffsetSpec::MaxTimestamp),
        (topic.partition(1), OffsetSpec::Newest),
        (topic.partition(2), OffsetSpec::Newest),
        (TopicPartition::new("no-such-topic", 0), OffsetSpec::Newest),
    ];
    let answers = client.offsets().list(&wanted, ALL).await;
    let asked: Vec<_> = answers.iter().map(|(partition, _)| partition).collect();
    assert_eq!(
        asked,
        wanted
            .iter()
            .map(|(partition, _)| partition)
            .collect::<Vec<_>>()
    );
    let found = |at: usize| {
        answers[at]
            .1
            .as_ref()
            .unwrap()
            .map(|listed| (listed.offset, listed.timestamp))
    };
    assert_eq!(found(0), Some((0, None)));
    assert_eq!(found(1), Some((10, None)));
    assert_eq!(found(2), Some((4, Some(1_004))));
    assert_eq!(found(3), None, "no record is so young");
    assert_eq!(found(4), Some((9, Some(1_009))));
    assert_eq!(found(5), Some((0, None)));
    for unknown in [6, 7] {
        let error = answers[unknown].1.as_ref().unwrap_err();
        assert_eq!(
            error.error_code(),
            Some(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION),
            "{error}"
        );
    }
}

#[tokio::test]
async fn what_is_committed_is_fetched_and_each_partition_has_its_result() {
    let Some(client) = connect().await else {
        return;
    };
    let topic = Topic::create(&client, "commit", 3).await;
    let group = client.offsets().group(fresh_name("group"));
    let partitions: Vec<_> = (0..3).map(|p| topic.partition(p)).collect();
    let nothing = group.fetch(&partitions, true).await.unwrap();
    assert!(
        nothing.iter().all(|(_, committed)| *committed == Ok(None)),
        "{nothing:?}"
    );

    let first = CommittedOffset {
        next: 7,
        leader_epoch: Some(0),
        metadata: "half way".into(),
    };
    let too_long = CommittedOffset {
        metadata: "x".repeat(5_000),
        ..CommittedOffset::new(8)
    };
    let offsets = [
        (partitions[0].clone(), first.clone()),
        (partitions[1].clone(), too_long),
        (
            TopicPartition::new("no-such-topic", 0),
            CommittedOffset::new(1),
        ),
    ];
    let results = group.commit(None, &offsets).await.unwrap();
    let results: Vec<_> = results.into_iter().map(|(_, result)| result).collect();
    let expected = [
        Ok(()),
        Err(ErrorCode::OFFSET_METADATA_TOO_LARGE),
        Err(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION),
    ];
    assert_eq!(results, expected);

    let fetched = group.fetch(&partitions, true).await.unwrap();
    let fetched: Vec<_> = fetched
        .into_iter()
        .map(|(_, committed)| committed.unwrap())
        .collect();
    assert_eq!(fetched, [Some(first.clone()), None, None]);
    let all = group.fetch_all(true).await.unwrap();
    assert_eq!(all, [(partitions[0].clone(), Ok(Some(first)))]);
}

#[tokio::test]
async fn a_commit_by_id_and_one_by_name_say_the_same() {
    let Some(client) = connect().await else {
        return;
    };
    let topic = Topic::create(&client, "names", 1).await;
    let group = client.offsets().group(fresh_name("group"));
    // This client has not heard of the topic: by name.
    group
        .commit(None, &[(topic.partition(0), CommittedOffset::new(3))])
        .await
        .unwrap();
    assert_eq!(
        committed(&client, group.group(), &topic.partition(0))
            .await
            .map(|c| c.next),
        Some(3)
    );
    // Now it has: by id.
    client.leader(&topic.partition(0)).await.unwrap();
    assert_eq!(
        committed(&client, group.group(), &topic.partition(0))
            .await
            .map(|c| c.next),
        Some(3)
    );
    let results = group
        .commit(None, &[(topic.partition(0), CommittedOffset::new(2))])
        .await
        .unwrap();
    assert_eq!(results, [(topic.partition(0), Ok(()))]);
    assert_eq!(
        committed(&client, group.group(), &topic.partition(0))
            .await
            .map(|c| c.next),
        Some(2)
    );
}

#[tokio::test]
async fn who_is_no_member_is_refused_by_partition() {
    let Some(client) = connect().await else {
        return;
    };
    let topic = Topic::create(&client, "member", 1).await;
    let group = client.offsets().group(fresh_name("group"));
    group
        .commit(None, &[(topic.partition(0), CommittedOffset::new(1))])
        .await
        .unwrap();
    let stranger = GroupMember {
        member_id: "stranger".into(),
        generation: 4,
        instance_id: None,
    };
    let results = group
        .commit(
            Some(&stranger),
            &[(topic.partition(0), CommittedOffset::new(2))],
        )
        .await;
    let (_, result) = results.unwrap().pop().unwrap();
    let code = result.unwrap_err();
    assert!(
        [ErrorCode::UNKNOWN_MEMBER_ID, ErrorCode::ILLEGAL_GENERATION].contains(&code),
        "{code}"
    );
}

#[tokio::test]
async fn the_offset_manager_tells_marks_and_commits() {
    let Some(client) = connect().await else {
        return;
    };
    let topic = Topic::create(&client, "manager", 2).await;
    let group = fresh_name("group");
    let manager = client.offset_manager(group.as_str()).auto_commit(None);
    let first = manager.partition(topic.partition(0)).await.unwrap();
    let second = manager.partition(topic.partition(1)).await.unwrap();
    assert_eq!(first.next_offset(), None);

    first.mark(5, "five");
    first.mark(4, "lower: ignored");
    second.raise(9);
    assert_eq!(first.next_offset().unwrap().metadata, "five");
    first.commit().await.unwrap();
    assert_eq!(
        committed(&client, &group, &topic.partition(0))
            .await
            .unwrap()
            .metadata,
        "five"
    );
    assert_eq!(
        committed(&client, &group, &topic.partition(1)).await,
        None,
        "only what was told"
    );

    first.reset(2, "back");
    let mut results = manager.commit().await.unwrap();
    results.sort_by(|(a, _), (b, _)| a.cmp(b));
    assert_eq!(
        results,
        [(topic.partition(0), Ok(())), (topic.partition(1), Ok(()))]
    );
    assert_eq!(
        committed(&client, &group, &topic.partition(0))
            .await
            .unwrap()
            .next,
        2
    );
    assert_eq!(
        committed(&client, &group, &topic.partition(1))
            .await
            .unwrap()
            .next,
        9
    );
    assert_eq!(
        manager.commit().await.unwrap(),
        [],
        "nothing is committed twice"
    );

    let again = client
        .offset_manager(group.as_str())
        .partition(topic.partition(0))
        .await
        .unwrap();
    assert_eq!(again.next_offset().unwrap().metadata, "back");
}

#[tokio::test]
async fn marks_are_committed_by_themselves_and_at_the_close() {
    let Some(client) = connect().await else {
        return;
    };
    let topic = Topic::create(&client, "auto", 1).await;
    let group = fresh_name("group");
    let manager = client
        .offset_manager(group.as_str())
        .auto_commit(Some(Duration::from_millis(100)));
    let partition = manager.partition(topic.partition(0)).await.unwrap();
    partition.mark(3, "");
    let by_itself = async {
        while committed(&client, &group, &topic.partition(0))
            .await
            .is_none()
        {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(Duration::from_secs(10), by_itself).await.unwrap();
    assert!(manager.auto_commit_failure().is_none());

    let group = fresh_name("group");
    let manager = client.offset_manager(group.as_str());
    manager
        .partition(topic.partition(0))
        .await
        .unwrap()
        .mark(4, "");
    manager.close().await.unwrap();
    assert_eq!(
        committed(&client, &group, &topic.partition(0))
            .await
            .unwrap()
            .next,
        4
    );
}

#[tokio::test]
async fn a_partition_consumer_with_a_group_goes_on_where_it_committed() {
    let Some(client) = connect().await else {
        return;
    };
    let topic = Topic::create(&client, "grouped", 1).await;
    topic.append(0, values(10)).await;
    let group = fresh_name("group");
    let consumer = || {
        client
            .consumer()
            .group(group.as_str())
            .auto_commit(None)
            .build()
    };

    let bare = Start::Committed { otherwise: None };
    let error = consumer()
        .partition(topic.partition(0), bare)
        .await
        .unwrap_err();
    assert!(
        matches!(error, ConsumeError::NothingCommitted { .. }),
        "{error}"
    );

    let start = || Start::committed_or(Start::Oldest);
    let mut partition = consumer()
        .partition(topic.partition(0), start())
        .await
        .unwrap();
    let batch = partition.next().await.unwrap().unwrap();
    let offsets: Vec<_> = batch.records().map(|record| record.offset).collect();
    assert_eq!(offsets, (0..10).collect::<Vec<_>>());
    partition.mark(3);
    partition.commit().await.unwrap();
    partition.close().await.unwrap();

    let mut partition = consumer()
        .partition(topic.partition(0), start())
        .await
        .unwrap();
    assert_eq!(partition.position(), 4);
    let batch = partition.next().await.unwrap().unwrap();
    assert_eq!(batch.first_offset(), Some(4));
    partition.mark_batch(&batch);
    partition.commit().await.unwrap();
    let stored = committed(&client, &group, &topic.partition(0))
        .await
        .unwrap();
    assert_eq!((stored.next, stored.leader_epoch), (10, Some(0)));
}

#[tokio::test]
async fn without_a_group_there_is_nothing_to_commit() {
    let Some(client) = connect().await else {
        return;
    };
    let topic = Topic::create(&client, "groupless", 1).await;
    let consumer = client.consumer().build();
    let start = Start::committed_or(Start::Oldest);
    let error = consumer
        .partition(topic.partition(0), start)
        .await
        .unwrap_err();
    assert!(matches!(error, ConsumeError::NoGroup { .. }), "{error}");
    let mut partition = consumer
        .partition(topic.partition(0), Start::Oldest)
        .await
        .unwrap();
    assert!(partition.commit().await.is_err());
}
