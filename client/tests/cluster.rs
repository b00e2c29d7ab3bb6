//! Against a real Kafka, or the embedded one: `cargo xtask kafka run -- cargo test -p ottla-client`, or `ottla broker` and
//! `OTTLA_BOOTSTRAP_SERVERS`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::time::Duration;

use ottla_client::error::About;
use ottla_client::protocol::api::ApiKey;
use ottla_client::protocol::messages::api_versions::ApiVersionsRequest;
use ottla_client::protocol::messages::create_topics::{CreatableTopic, CreateTopicsRequest};
use ottla_client::protocol::messages::list_offsets::{
    ListOffsetsPartition, ListOffsetsRequest, ListOffsetsTopic,
};
use ottla_client::protocol::types::TopicPartition;
use ottla_client::{CallOptions, Client, ClientConfig, ClientError, Lane, Leader};

/// A client for the cluster that the environment names, if it names one.
async fn client() -> Option<Client> {
    let Ok(addresses) = std::env::var("OTTLA_BOOTSTRAP_SERVERS") else {
        println!("skipped: no Kafka (OTTLA_BOOTSTRAP_SERVERS is not set)");
        return None;
    };
    Some(
        Client::connect(ClientConfig::new(&addresses))
            .await
            .unwrap(),
    )
}

/// A topic of this test's own.
async fn create(client: &Client, name: &str, partitions: i32) {
    let topic = CreatableTopic {
        name,
        num_partitions: partitions,
        replication_factor: -1,
        ..CreatableTopic::default()
    };
    let request = CreateTopicsRequest {
        topics: vec![topic],
        timeout_ms: 10_000,
        ..CreateTopicsRequest::default()
    };
    let reply = client.call_any(&request).await.unwrap();
    for topic in reply.parse().unwrap().topics {
        assert_eq!(topic.error_code, 0, "{:?}", topic.error_message);
    }
}

fn fresh(name: &str) -> String {
    let nanos = std::time::SystemTime::UNIX_EPOCH
        .elapsed()
        .unwrap()
        .as_nanos();
    format!("{name}-{nanos}")
}

#[tokio::test]
async fn a_cluster_tells_who_belongs_to_it() {
    let Some(client) = client().await else { return };
    let cluster = client.cluster();
    assert!(cluster.cluster_id.as_ref().is_some_and(|id| !id.is_empty()));
    assert!(cluster.brokers().count() > 0);
    let controller = client.controller().await.unwrap();
    assert!(cluster.broker(controller).is_some());
}

#[tokio::test]
async fn versions_are_spoken_as_negotiated_and_as_capped() {
    let Some(client) = client().await else { return };
    let request = ApiVersionsRequest {
        client_software_name: "ottla",
        client_software_version: "0",
        ..ApiVersionsRequest::default()
    };
    let reply = client.call_any(&request).await.unwrap();
    let served = reply.parse().unwrap().api_keys;
    assert!(served.iter().any(|api| api.api_key == ApiKey::Fetch.code()));
    for version in 0..=reply.version() {
        let options = CallOptions::new().up_to_version(version);
        let make = |_| ApiVersionsRequest {
            client_software_name: "ottla",
            client_software_version: "0",
            ..ApiVersionsRequest::default()
        };
        let reply = client.call_any_with(options, make).await.unwrap();
        assert_eq!(
            (reply.version(), reply.parse().unwrap().api_keys.len()),
            (version, served.len())
        );
    }
}

#[tokio::test]
async fn a_topic_just_created_is_found_with_its_leaders() {
    let Some(client) = client().await else { return };
    let name = fresh("client-leaders");
    create(&client, &name, 3).await;
    assert_eq!(client.partitions(&name).await.unwrap(), 3);
    let id = client.topics(Some(&[&name])).await.unwrap()[0].id;
    for partition in 0..3 {
        let partition = TopicPartition::new(name.as_str(), partition);
        // A partition just created may wait for its election, and its leader for word of it.
        let mut backoff = client.backoff("find the end", Duration::from_secs(10));
        let leader = loop {
            match leader_and_end(&client, &partition).await {
                Ok((leader, end)) => {
                    assert_eq!(end, 0);
                    break leader;
                }
                Err(error) => backoff.pause(error).await.unwrap(),
            }
        };
        assert!(leader.epoch.is_some());
        assert_eq!(leader.topic_id, id);
        assert!(!leader.topic_id.is_unknown());
    }
    let all = client.topics(None).await.unwrap();
    assert!(all.iter().any(|topic| *topic.name == name));
    let error = client
        .leader(&TopicPartition::new(name.as_str(), 3))
        .await
        .unwrap_err();
    assert!(
        matches!(error, ClientError::UnknownPartition { count: 3, .. }),
        "{error}"
    );
}

async fn leader_and_end(
    client: &Client,
    partition: &TopicPartition,
) -> Result<(Leader, i64), ClientError> {
    let leader = client.leader(partition).await?;
    let place = ListOffsetsPartition {
        partition_index: partition.partition,
        timestamp: -1,
        ..ListOffsetsPartition::default()
    };
    let topic = ListOffsetsTopic {
        name: &partition.topic,
        partitions: vec![place],
        ..ListOffsetsTopic::default()
    };
    let request = ListOffsetsRequest {
        replica_id: -1,
        topics: vec![topic],
        ..ListOffsetsRequest::default()
    };
    let reply = client.call(leader.broker, Lane::General, &request).await?;
    let answer = reply.parse()?;
    let found = &answer.topics[0].partitions[0];
    reply.check(found.error_code, || About::Partition(partition.clone()))?;
    Ok((leader, found.offset))
}

#[tokio::test]
async fn asking_about_an_unknown_topic_names_it_and_creates_nothing() {
    let Some(client) = client().await else { return };
    let name = fresh("client-unknown");
    for _ in 0..2 {
        let error = client.partitions(&name).await.unwrap_err();
        assert!(
            matches!(&error, ClientError::UnknownTopic { topic } if **topic == *name),
            "{error}"
        );
    }
    let error = client.topics(Some(&["no/such/name"])).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "topic no/such/name: INVALID_TOPIC_EXCEPTION"
    );
    assert!(!error.is_retriable());
}

#[tokio::test]
async fn a_group_has_a_coordinator_even_before_it_exists() {
    let Some(client) = client().await else { return };
    let group = fresh("client-group");
    let broker = client.coordinator(&group).await.unwrap();
    assert!(client.cluster().broker(broker).is_some());
    client.forget_coordinator(&group);
    assert_eq!(client.coordinator(&group).await.unwrap(), broker);
}

#[tokio::test]
async fn hundreds_of_calls_at_once_are_all_answered() {
    let Some(client) = client().await else { return };
    let broker = client.cluster().brokers().next().unwrap().id;
    let request = ApiVersionsRequest {
        client_software_name: "ottla",
        client_software_version: "0",
        ..ApiVersionsRequest::default()
    };
    let calls = (0..1000).map(|_| client.call(broker, Lane::General, &request));
    for reply in futures_util::future::join_all(calls).await {
        assert_eq!(reply.unwrap().parse().unwrap().error_code, 0);
    }
}
