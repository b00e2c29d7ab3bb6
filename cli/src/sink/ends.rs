//! `--exit-at-end`: the ends noted at the start, and how far the store and its mirror in Kafka have come.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use indicatif::ProgressBar;
use ottla_client::config::IsolationLevel;
use ottla_client::{Client, ClientError};
use ottla_offset_store::{Key, OffsetStore, StoreError};
use ottla_protocol::types::TopicPartition;

use crate::bounds;
use crate::committed::cluster_id;
use crate::failure::Failure;
use crate::progress;

const PAUSE: Duration = Duration::from_millis(100);

/// What has to be committed before the job is done.
pub(crate) struct Ends {
    client: Client,
    group: String,
    ends: BTreeMap<TopicPartition, i64>,
}

impl Ends {
    /// Notes the last stable offsets of all partitions as they are now.
    pub(crate) async fn note(
        client: &Client,
        topics: &[String],
        group: &str,
    ) -> Result<Self, Failure> {
        let mut partitions = Vec::new();
        for topic in topics {
            partitions.extend(bounds::partitions(client, topic).await?);
        }
        let mut ends =
            bounds::stable_ends(client, &partitions, IsolationLevel::ReadCommitted).await?;
        // Nothing to read is nothing to commit: an empty partition may stay without a row.
        ends.retain(|_, end| *end > 0);
        Ok(Self {
            client: client.clone(),
            group: group.to_owned(),
            ends,
        })
    }

    /// Returns once all ends are committed in the store, by whichever member, and mirrored.
    pub(crate) async fn reached(&self, store: Arc<dyn OffsetStore>) {
        let bar = progress::records(Some(self.ends.values().sum::<i64>().unsigned_abs()));
        let mut stored = false;
        loop {
            if !stored {
                stored = self.is_stored(&*store, &bar).await.unwrap_or(false);
            }
            if stored && self.is_mirrored().await.unwrap_or(false) {
                bar.finish_and_clear();
                return;
            }
            // Members speak of a store or broker that is away; here it only means: not yet.
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn is_stored(
        &self,
        store: &dyn OffsetStore,
        bar: &ProgressBar,
    ) -> Result<bool, StoreError> {
        let cluster_id = cluster_id(&self.client);
        let key = |partition: &TopicPartition| {
            Key::new(
                cluster_id.clone(),
                self.group.as_str(),
                partition.topic.clone(),
                partition.partition,
            )
        };
        let keys: Vec<_> = self.ends.keys().map(key).collect();
        let rows = store.fetch(&keys).await?;
        let next: Vec<_> = rows
            .iter()
            .map(|row| row.as_ref().and_then(|row| row.next_offset).unwrap_or(0))
            .collect();
        bar.set_position(
            next.iter()
                .zip(self.ends.values())
                .map(|(next, end)| next.min(end))
                .sum::<i64>()
                .unsigned_abs(),
        );
        Ok(next
            .iter()
            .zip(self.ends.values())
            .all(|(next, end)| next >= end))
    }

    async fn is_mirrored(&self) -> Result<bool, ClientError> {
        let partitions: Vec<_> = self.ends.keys().cloned().collect();
        let fetched = self
            .client
            .offsets()
            .group(self.group.as_str())
            .fetch(&partitions, false)
            .await?;
        let mut mirrored = fetched
            .into_iter()
            .map(|(_, answer)| answer.ok().flatten().map_or(0, |offset| offset.next));
        Ok(self
            .ends
            .values()
            .all(|end| mirrored.next().is_some_and(|next| next >= *end)))
    }
}
