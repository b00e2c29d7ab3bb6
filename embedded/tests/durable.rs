//! A cluster in a directory, twice.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::fs;
use std::path::Path;

use ottla_client::config::IsolationLevel;
use ottla_client::offsets::CommittedOffset;
use ottla_client::producer::ProducerRecord;
use ottla_client::protocol::messages::consumer_group_heartbeat::ConsumerGroupHeartbeatRequest;
use ottla_client::protocol::messages::init_producer_id::InitProducerIdRequest;
use ottla_client::protocol::types::TopicPartition;
use ottla_client::{Client, ClientConfig, Lane, OffsetSpec};
use ottla_embedded::{EmbeddedCluster, EmbeddedError};

async fn start(directory: &Path) -> (EmbeddedCluster, Client) {
    let builder = EmbeddedCluster::builder().brokers(2).topic("orders", 2);
    let cluster = builder.directory(directory).start().await.unwrap();
    let config = ClientConfig::new(&cluster.bootstrap_servers());
    (cluster, Client::connect(config).await.unwrap())
}

async fn produce(client: &Client, count: usize) {
    produce_to(client, 1, count).await;
}

async fn produce_to(client: &Client, partition: i32, count: usize) {
    let producer = client.producer().build().unwrap();
    for _ in 0..count {
        let record = ProducerRecord::new("orders", "value").partition(partition);
        producer.send(record).await.unwrap().await.unwrap();
    }
}

async fn ends(client: &Client) -> Vec<i64> {
    let mut ends = Vec::new();
    for partition in 0..2 {
        let partition = TopicPartition::new("orders", partition);
        let wanted = [(partition, OffsetSpec::Newest)];
        let isolation = IsolationLevel::ReadUncommitted;
        let listed = client.offsets().list(&wanted, isolation).await;
        ends.extend(
            listed
                .into_iter()
                .map(|(_, found)| found.unwrap().unwrap().offset),
        );
    }
    ends
}

async fn new_producer_id(client: &Client) -> i64 {
    let request = InitProducerIdRequest::default();
    let reply = client.call(1, Lane::General, &request).await.unwrap();
    reply.parse().unwrap().producer_id
}

#[tokio::test]
async fn records_offsets_and_identities_outlive_the_cluster() {
    let directory = tempfile::tempdir().unwrap();
    let (cluster, client) = start(directory.path()).await;
    let id = cluster.cluster_id();
    produce(&client, 10).await;
    cluster.delete_records("orders", 1, 4).unwrap();
    produce(&client, 5).await;
    let partition = TopicPartition::new("orders", 1);
    let offset = CommittedOffset::new(7);
    let billing = client.offsets().group("billing");
    let committed = billing.commit(None, &[(partition.clone(), offset)]).await;
    assert!(committed.unwrap().iter().all(|(_, done)| done.is_ok()));
    let producer = new_producer_id(&client).await;
    let busy = EmbeddedCluster::builder()
        .directory(directory.path())
        .start()
        .await;
    assert!(
        matches!(busy, Err(EmbeddedError::Directory { .. })),
        "{busy:?}"
    );
    drop((client, billing));
    cluster.shutdown().await;

    let (cluster, client) = start(directory.path()).await;
    assert_eq!(cluster.cluster_id(), id);
    assert_eq!(ends(&client).await, [0, 15]);
    produce(&client, 1).await;
    assert_eq!(ends(&client).await, [0, 16]);
    let billing = client.offsets().group("billing");
    let found = billing.fetch(&[partition], false).await.unwrap();
    let offset = found[0].1.as_ref().unwrap().as_ref().unwrap();
    assert_eq!(offset.next, 7);
    assert!(new_producer_id(&client).await > producer);
}

#[tokio::test]
async fn a_topic_that_is_deleted_after_a_restart_leaves_no_files() {
    let directory = tempfile::tempdir().unwrap();
    let (cluster, client) = start(directory.path()).await;
    produce(&client, 3).await;
    cluster.shutdown().await;
    let (cluster, _) = start(directory.path()).await;
    let logs = directory.path().join("logs");
    assert!(logs.read_dir().unwrap().count() > 0);
    cluster.delete_topic("orders").unwrap();
    assert_eq!(logs.read_dir().unwrap().count(), 0);
}

/// A folder that nothing can be written into.
fn block(folder: &Path) {
    fs::rename(folder, folder.with_extension("away")).unwrap();
    fs::write(folder, "").unwrap();
}

fn unblock(folder: &Path) {
    fs::remove_file(folder).unwrap();
    fs::rename(folder.with_extension("away"), folder).unwrap();
}

async fn commit(client: &Client, group: &str, next: i64) {
    let partition = TopicPartition::new("orders", 1);
    let offset = CommittedOffset::new(next);
    let group = client.offsets().group(group);
    let committed = group.commit(None, &[(partition, offset)]).await;
    assert!(committed.unwrap().iter().all(|(_, done)| done.is_ok()));
}

#[tokio::test]
async fn what_could_not_be_written_is_written_with_the_next_change() {
    let directory = tempfile::tempdir().unwrap();
    let (cluster, client) = start(directory.path()).await;
    produce(&client, 3).await;
    commit(&client, "billing", 1).await;
    let folders = ["logs", "groups"].map(|name| directory.path().join(name));
    folders.iter().for_each(|folder| block(folder));
    produce(&client, 2).await;
    commit(&client, "billing", 2).await;
    folders.iter().for_each(|folder| unblock(folder));
    // Something else changes: another partition, another group.
    produce_to(&client, 0, 1).await;
    commit(&client, "shipping", 3).await;
    drop(client);
    cluster.shutdown().await;

    let (cluster, client) = start(directory.path()).await;
    assert_eq!(ends(&client).await, [1, 5]);
    let committed = |group| cluster.committed(group, "orders", 1);
    assert_eq!(
        (committed("billing"), committed("shipping")),
        (Some(2), Some(3))
    );
}

#[tokio::test]
async fn a_heartbeat_that_changes_nothing_writes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let (_cluster, client) = start(directory.path()).await;
    let beat = async |member_epoch| {
        let joins = member_epoch == 0;
        let request = ConsumerGroupHeartbeatRequest {
            group_id: "billing",
            member_id: "a-member",
            member_epoch,
            rebalance_timeout_ms: if joins { 60_000 } else { -1 },
            subscribed_topic_names: joins.then(|| vec!["orders"]),
            topic_partitions: joins.then(Vec::new),
            ..Default::default()
        };
        let node = client.coordinator("billing").await.unwrap();
        let reply = client.call(node, Lane::Group, &request).await.unwrap();
        let answer = reply.parse().unwrap();
        assert_eq!(answer.error_code, 0, "{answer:?}");
        answer.member_epoch
    };
    let epoch = beat(0).await;
    let file = directory.path().join("groups/billing.json");
    fs::remove_file(&file).unwrap();
    assert_eq!(beat(epoch).await, epoch);
    assert!(!file.exists());
    beat(-1).await;
    assert!(file.exists());
}
