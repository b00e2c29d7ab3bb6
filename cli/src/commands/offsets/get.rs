//! `ottla offsets get`.

use clap::Args;
use serde::Serialize;

use crate::bounds;
use crate::committed;
use crate::context::Context;
use crate::failure::Failure;
use crate::store_url::Place;

/// `ottla offsets get`.
#[derive(Debug, Args)]
pub(crate) struct Get {
    /// The group.
    #[arg(long)]
    group: String,
    /// Where its offsets are kept.
    #[arg(long, default_value = "kafka")]
    store: Place,
}

/// One line of `offsets get`.
#[derive(Serialize)]
struct Line<'a> {
    group: &'a str,
    topic: &'a str,
    partition: i32,
    committed: i64,
    leader_epoch: Option<i32>,
    metadata: &'a str,
    log_start: Option<i64>,
    log_end: Option<i64>,
    lag: Option<i64>,
}

impl Get {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        let store = self.store.store()?;
        let client = context.client().await?;
        let committed = committed::of(&client, store, &self.group).await?;
        let partitions: Vec<_> = committed.keys().cloned().collect();
        let bounds = bounds::of(&client, &partitions).await?;
        let lines: Vec<_> = committed
            .iter()
            .map(|(partition, committed)| {
                let bounds = bounds.get(partition).copied().unwrap_or_default();
                Line {
                    group: &self.group,
                    topic: &partition.topic,
                    partition: partition.partition,
                    committed: committed.next,
                    leader_epoch: committed.leader_epoch,
                    metadata: &committed.metadata,
                    log_start: bounds.log_start,
                    log_end: bounds.log_end,
                    lag: bounds.lag(Some(committed.next)),
                }
            })
            .collect();
        context.output.rows(&lines)
    }
}
