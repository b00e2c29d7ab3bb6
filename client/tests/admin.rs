//! Administration, against a real Kafka.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "kafka/topic.rs"]
#[allow(dead_code, reason = "each test program uses a part of it")]
mod topic;

use std::time::Duration;

use ottla_client::admin::{AdminError, NewTopic};
use ottla_client::error::About;
use ottla_client::protocol::error_code::ErrorCode;
use ottla_client::protocol::messages::join_group::{JoinGroupRequest, JoinGroupRequestProtocol};
use ottla_client::protocol::messages::offset_commit::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use ottla_client::protocol::messages::sync_group::{SyncGroupRequest, SyncGroupRequestAssignment};
use ottla_client::protocol::payload::{
    ConsumerProtocolAssignment, ConsumerProtocolSubscription, TopicPartitions,
};
use ottla_client::protocol::types::TopicPartition;
use ottla_client::{CallOptions, Client, ClientError, Lane};
use topic::{Topic, connect, fresh_name};

/// Commits offset 1 of the topic's partition 0 from outside the group, which makes the group.
async fn commit(client: &Client, group: &str, topic: &str) {
    let mut backoff = client.backoff("commit", Duration::from_secs(30));
    while let Err(error) = commit_once(client, group, topic).await {
        client.forget_coordinator(group);
        backoff.pause(error).await.unwrap();
    }
}

async fn commit_once(client: &Client, group: &str, topic: &str) -> Result<(), ClientError> {
    let broker = client.coordinator(group).await?;
    let make = |_| OffsetCommitRequest {
        group_id: group,
        topics: vec![OffsetCommitRequestTopic {
            name: topic,
            partitions: vec![OffsetCommitRequestPartition {
                committed_offset: 1,
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    };
    let options = CallOptions::new().up_to_version(9);
    let reply = client.call_with(broker, Lane::Group, options, make).await?;
    let code = reply.parse()?.topics[0].partitions[0].error_code;
    reply.check(code, || About::Group(group.into()))
}

/// Joins a group as its only member, and takes partitions 0 and 2 of the topic.
async fn join(client: &Client, group: &str, topic: &str) -> String {
    let broker = client.coordinator(group).await.unwrap();
    let metadata = ConsumerProtocolSubscription {
        topics: vec![topic],
        ..Default::default()
    };
    let metadata = metadata.encode(1).unwrap();
    let join = JoinGroupRequest {
        group_id: group,
        session_timeout_ms: 30_000,
        rebalance_timeout_ms: 30_000,
        protocol_type: "consumer",
        protocols: vec![JoinGroupRequestProtocol {
            name: "range",
            metadata: &metadata,
            ..JoinGroupRequestProtocol::default()
        }],
        ..Default::default()
    };
    // Up to version 3 a member needs no id of its own to come with.
    let options = CallOptions::new().up_to_version(3);
    let reply = client
        .call_with(broker, Lane::Group, options, |_| join.clone())
        .await
        .unwrap();
    let joined = reply.parse().unwrap();
    assert_eq!(joined.error_code, 0);
    let assignment = ConsumerProtocolAssignment {
        assigned_partitions: vec![TopicPartitions {
            topic,
            partitions: vec![2, 0],
        }],
        ..Default::default()
    };
    let assignment = assignment.encode(1).unwrap();
    let sync = SyncGroupRequest {
        group_id: group,
        generation_id: joined.generation_id,
        member_id: joined.member_id,
        assignments: vec![SyncGroupRequestAssignment {
            member_id: joined.member_id,
            assignment: &assignment,
            ..SyncGroupRequestAssignment::default()
        }],
        protocol_type: Some("consumer"),
        protocol_name: Some("range"),
        ..Default::default()
    };
    let reply = client.call(broker, Lane::Group, &sync).await.unwrap();
    assert_eq!(reply.parse().unwrap().error_code, 0);
    joined.member_id.to_owned()
}

#[tokio::test]
async fn each_topic_has_a_result_of_its_own() {
    let Some(client) = connect().await else {
        return;
    };
    let admin = client.admin();
    let there = Topic::create(&client, "there", 1).await.name;
    let (new, odd, wide) = (fresh_name("new"), fresh_name("odd"), fresh_name("wide"));
    let wanted = [
        NewTopic::new(new.as_str(), 3).set("cleanup.policy", "compact"),
        NewTopic::new(there.as_str(), 1),
        NewTopic::new(odd.as_str(), 1).set("no.such.setting", "1"),
        NewTopic::new(wide.as_str(), 1).replication_factor(99),
    ];
    let created = admin.create_topics(&wanted).await;
    let [(name, new_one), (_, existing), (_, oddity), (_, too_wide)] = created.as_slice() else {
        panic!("{created:?}")
    };
    assert_eq!((&**name, new_one.as_ref().unwrap().partitions), (&*new, 3));
    assert!(matches!(existing, Err(AdminError::TopicExists { topic }) if **topic == *there));
    let code = |result: &Result<_, AdminError>| result.as_ref().unwrap_err().error_code();
    assert_eq!(code(oddity), Some(ErrorCode::INVALID_CONFIG), "{oddity:?}");
    assert_eq!(code(too_wide), Some(ErrorCode::INVALID_REPLICATION_FACTOR));
    let told = too_wide.as_ref().unwrap_err().to_string();
    assert!(told.contains(&wide) && told.contains("99"), "{told}");
}

#[tokio::test]
async fn a_topic_is_there_with_leaders_until_it_is_deleted() {
    let Some(client) = connect().await else {
        return;
    };
    let admin = client.admin();
    let name = Topic::create(&client, "short-lived", 3).await.name;
    let described = admin.describe_topics(&[&name, "no-such-topic"]).await;
    let found = described[0].1.as_ref().unwrap();
    assert_eq!((&*found.name, found.partitions.len()), (&*name, 3));
    assert!(
        found
            .partitions
            .iter()
            .all(|partition| partition.leader.is_some())
    );
    assert!(
        matches!(&described[1].1, Err(AdminError::UnknownTopic { topic }) if &**topic == "no-such-topic")
    );

    let deleted = admin.delete_topics(&[&name, "no-such-topic"]).await;
    assert!(matches!(&deleted[0], (topic, Ok(())) if **topic == *name));
    assert!(matches!(
        &deleted[1].1,
        Err(AdminError::UnknownTopic { .. })
    ));
    let gone = admin.describe_topics(&[&name]).await;
    assert!(
        matches!(&gone[0].1, Err(AdminError::UnknownTopic { .. })),
        "{gone:?}"
    );
}

#[tokio::test]
async fn a_group_that_only_keeps_offsets_is_listed_described_and_deleted() {
    let Some(client) = connect().await else {
        return;
    };
    let admin = client.admin();
    let topic = Topic::create(&client, "kept", 1).await.name;
    let group = fresh_name("keeper");
    commit(&client, &group, &topic).await;

    let listed = admin.list_groups().await.unwrap();
    let found = listed
        .iter()
        .find(|listed| *listed.group == *group)
        .unwrap();
    assert_eq!(found.state.as_deref(), Some("Empty"));
    assert_eq!(found.group_type.as_deref(), Some("classic"));

    let described = admin.describe_groups(&[&group, "no-such-group"]).await;
    let found = described[0].1.as_ref().unwrap();
    assert_eq!((found.state.as_str(), found.members.len()), ("Empty", 0));
    assert!(
        matches!(&described[1].1, Err(AdminError::UnknownGroup { group }) if &**group == "no-such-group")
    );

    let deleted = admin.delete_groups(&[&group, "no-such-group"]).await;
    assert!(deleted[0].1.is_ok(), "{deleted:?}");
    assert!(matches!(
        &deleted[1].1,
        Err(AdminError::UnknownGroup { .. })
    ));
    let gone = admin.describe_groups(&[&group]).await;
    assert!(
        matches!(&gone[0].1, Err(AdminError::UnknownGroup { .. })),
        "{gone:?}"
    );
}

#[tokio::test]
async fn a_member_is_described_and_protects_its_group() {
    let Some(client) = connect().await else {
        return;
    };
    let admin = client.admin();
    let topic = Topic::create(&client, "consumed", 3).await.name;
    let other = Topic::create(&client, "forgotten", 1).await.name;
    let group = fresh_name("members");
    commit(&client, &group, &other).await;
    let member_id = join(&client, &group, &topic).await;

    let described = admin.describe_groups(&[&group]).await;
    let found = described[0].1.as_ref().unwrap();
    assert_eq!(
        (found.state.as_str(), found.assignor.as_str()),
        ("Stable", "range")
    );
    let member = &found.members[0];
    assert_eq!(
        (member.member_id.as_str(), member.client_id.as_str()),
        (&*member_id, "ottla")
    );
    assert!(!member.host.is_empty());
    let partitions = [0, 2].map(|partition| TopicPartition::new(topic.as_str(), partition));
    assert_eq!(member.assignment, partitions);

    let deleted = admin.delete_groups(&[&group]).await;
    assert!(
        matches!(&deleted[0].1, Err(AdminError::GroupNotEmpty { .. })),
        "{deleted:?}"
    );
    let wanted = [TopicPartition::new(topic, 0), TopicPartition::new(other, 0)];
    let forgotten = admin.delete_offsets(&group, &wanted).await.unwrap();
    assert!(
        matches!(&forgotten[0].1, Err(AdminError::Subscribed { partition, .. }) if *partition == wanted[0])
    );
    assert!(
        matches!(&forgotten[1], (partition, Ok(())) if *partition == wanted[1]),
        "{forgotten:?}"
    );
}

#[tokio::test]
async fn offsets_of_an_unknown_group_are_named() {
    let Some(client) = connect().await else {
        return;
    };
    let deleted = client
        .admin()
        .delete_offsets("no-such-group", &[TopicPartition::new("t", 0)])
        .await;
    assert!(
        matches!(&deleted, Err(AdminError::UnknownGroup { group }) if &**group == "no-such-group"),
        "{deleted:?}"
    );
}

#[tokio::test]
async fn nobody_in_charge_is_told_in_time() {
    let Some(mut config) = topic::config() else {
        return;
    };
    config.default_api_timeout = Duration::from_millis(300);
    let client = Client::connect(config).await.unwrap();
    let described = client.admin().describe_groups(&[""]).await;
    assert!(
        described[0].1.is_err(),
        "a group without a name has no coordinator"
    );
}
