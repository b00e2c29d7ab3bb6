//! A group's committed offsets, wherever they are kept.

use std::collections::BTreeMap;

use ottla_client::Client;
use ottla_offset_store::StoreUrl;
use ottla_protocol::types::TopicPartition;

use crate::failure::Failure;
use crate::store_url::open_existing;

/// What a group has committed for one partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Committed {
    pub(crate) next: i64,
    pub(crate) leader_epoch: Option<i32>,
    pub(crate) metadata: String,
}

/// All that the group has committed.
pub(crate) async fn of(
    client: &Client,
    store: &StoreUrl,
    group: &str,
) -> Result<BTreeMap<TopicPartition, Committed>, Failure> {
    match store {
        StoreUrl::Kafka => in_kafka(client, group).await,
        other => in_store(client, other, group).await,
    }
}

async fn in_kafka(
    client: &Client,
    group: &str,
) -> Result<BTreeMap<TopicPartition, Committed>, Failure> {
    let all = client.offsets().group(group).fetch_all(false).await?;
    let mut found = BTreeMap::new();
    for (partition, answer) in all {
        let answer = answer
            .map_err(|code| Failure::job(format!("read {partition} of group {group}"), code))?;
        if let Some(offset) = answer {
            let (next, leader_epoch, metadata) =
                (offset.next, offset.leader_epoch, offset.metadata);
            found.insert(
                partition,
                Committed {
                    next,
                    leader_epoch,
                    metadata,
                },
            );
        }
    }
    Ok(found)
}

async fn in_store(
    client: &Client,
    url: &StoreUrl,
    group: &str,
) -> Result<BTreeMap<TopicPartition, Committed>, Failure> {
    let cluster_id = cluster_id(client);
    let rows = open_existing(url).await?.list(Some(group)).await?;
    let mine = rows
        .into_iter()
        .filter(|row| *row.key.cluster_id == *cluster_id);
    Ok(mine
        .filter_map(|row| {
            let committed = row.committed()?;
            let (next, leader_epoch, metadata) =
                (committed.next, committed.leader_epoch, committed.metadata);
            Some((
                row.key.topic_partition(),
                Committed {
                    next,
                    leader_epoch,
                    metadata,
                },
            ))
        })
        .collect())
}

/// The cluster's id as rows are keyed by it: empty where the cluster has none.
pub(crate) fn cluster_id(client: &Client) -> std::sync::Arc<str> {
    client
        .cluster()
        .cluster_id
        .clone()
        .unwrap_or_else(|| "".into())
}
