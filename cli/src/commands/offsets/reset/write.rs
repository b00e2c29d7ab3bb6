//! Writing new offsets into a store, under its rules.

use std::collections::BTreeMap;

use ottla_client::admin::AdminError;
use ottla_client::{Client, CommittedOffset};
use ottla_offset_store::{Key, Reset, StoreUrl};
use ottla_protocol::types::TopicPartition;

use crate::committed::{self, Committed, cluster_id};
use crate::failure::Failure;

/// Kafka itself refuses offsets from outside while a group has members; a dry run says so as well.
pub(super) async fn refuse_if_alive(
    client: &Client,
    store: &StoreUrl,
    group: &str,
) -> Result<(), Failure> {
    if *store != StoreUrl::Kafka {
        return Ok(());
    }
    let mut alive = false;
    for (_, described) in client.admin().describe_groups(&[group]).await {
        alive |= match described {
            Ok(group) => !group.members.is_empty(),
            Err(AdminError::UnknownGroup { .. }) => false,
            Err(AdminError::UnsupportedGroupType { .. }) => !is_empty(client, group).await?,
            Err(error) => return Err(error.into()),
        };
    }
    match alive {
        false => Ok(()),
        true => Err(Failure::said(format!(
            "group {group} has live members: Kafka takes offsets only from a group at rest; stop it, or keep its offsets in another store"
        ))),
    }
}

/// What the list says of a group of a type that can't be described yet.
async fn is_empty(client: &Client, group: &str) -> Result<bool, Failure> {
    let listed = client.admin().list_groups().await?;
    let found = listed.iter().find(|one| &*one.group == group);
    Ok(found.is_none_or(|one| one.state.as_deref() == Some("Empty")))
}

/// What was committed before. A store that `--execute` makes has nothing yet, which a dry run says as well.
pub(super) async fn committed_so_far(
    client: &Client,
    store: &StoreUrl,
    group: &str,
) -> Result<BTreeMap<TopicPartition, Committed>, Failure> {
    let is_new = match store {
        StoreUrl::Sled(place) | StoreUrl::Sqlite(place) => !place.exists(),
        _ => false,
    };
    if is_new {
        eprintln!("{store}: there is no such store yet, --execute makes it");
        return Ok(BTreeMap::new());
    }
    committed::of(client, store, group).await
}

/// Writes the offsets. In Kafka as one commit from outside; in any other store each row under a new fence, so that a
/// running owner notices and goes on from there.
pub(super) async fn offsets(
    client: &Client,
    store: &StoreUrl,
    group: &str,
    targets: &BTreeMap<TopicPartition, i64>,
) -> Result<(), Failure> {
    match store {
        StoreUrl::Kafka => in_kafka(client, group, targets).await,
        other => in_store(client, other, group, targets).await,
    }
}

async fn in_kafka(
    client: &Client,
    group: &str,
    targets: &BTreeMap<TopicPartition, i64>,
) -> Result<(), Failure> {
    let offsets: Vec<_> = targets
        .iter()
        .map(|(partition, to)| (partition.clone(), CommittedOffset::new(*to)))
        .collect();
    for (partition, result) in client.offsets().group(group).commit(None, &offsets).await? {
        result.map_err(|code| {
            Failure::job(format!("reset {partition} of group {group} in Kafka"), code)
        })?;
    }
    Ok(())
}

async fn in_store(
    client: &Client,
    url: &StoreUrl,
    group: &str,
    targets: &BTreeMap<TopicPartition, i64>,
) -> Result<(), Failure> {
    let store = url.open().await?;
    let cluster_id = cluster_id(client);
    let mut resets = Vec::with_capacity(targets.len());
    for (partition, to) in targets {
        let leader = client.leader(partition).await?;
        let key = Key::new(
            cluster_id.clone(),
            group,
            partition.topic.clone(),
            partition.partition,
        );
        let mut reset = Reset::new(key, ottla_offset_store::Committed::at(*to));
        reset.topic_id = leader.topic_id;
        reset.partitions_seen = client.partitions(&partition.topic).await?;
        resets.push(reset);
    }
    for result in store.reset(resets).await? {
        result?;
    }
    Ok(())
}
