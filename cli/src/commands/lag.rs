//! `ottla lag`.

use std::collections::{BTreeMap, BTreeSet};

use clap::Args;
use ottla_client::Client;
use ottla_client::admin::DescribedGroup;
use ottla_offset_store::StoreUrl;
use ottla_protocol::types::TopicPartition;
use serde::Serialize;

use super::groups;
use crate::bounds::{self, Bounds};
use crate::committed::{self, Committed};
use crate::context::Context;
use crate::failure::Failure;
use crate::store_url::{Place, open_existing};

/// `ottla lag`.
#[derive(Debug, Args)]
pub(crate) struct Lag {
    /// The groups; may be repeated; all of them where not given.
    #[arg(long = "group", value_name = "G")]
    groups: Vec<String>,
    /// Where the offsets are kept.
    #[arg(long, default_value = "kafka")]
    store: Place,
    /// A live view.
    #[arg(long)]
    watch: bool,
    /// A live page and Prometheus metrics.
    #[arg(long, value_name = "HOST:PORT")]
    serve: Option<String>,
}

/// One line of `lag`.
#[derive(Serialize)]
struct Line {
    group: String,
    topic: String,
    partition: i32,
    log_start: Option<i64>,
    committed: Option<i64>,
    log_end: Option<i64>,
    lag: Option<i64>,
    member_id: Option<String>,
}

impl Lag {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        if self.watch {
            return Err(Failure::NotBuiltYet("lag --watch".into()));
        }
        if self.serve.is_some() {
            return Err(Failure::NotBuiltYet("lag --serve".into()));
        }
        let store = self.store.store()?;
        let client = context.client().await?;
        let groups = match self.groups.is_empty() {
            true => all_groups(&client, store).await?,
            false => self.groups.clone(),
        };
        let names: Vec<&str> = groups.iter().map(String::as_str).collect();
        let described = groups::describe(&client, &names).await?;
        let mut lines = Vec::new();
        for group in &groups {
            let committed = committed::of(&client, store, group).await?;
            lines.extend(lag_of(&client, group, committed, described.get(group.as_str())).await?);
        }
        context.output.rows(&lines)
    }
}

/// Every group that has committed something there.
async fn all_groups(client: &Client, store: &StoreUrl) -> Result<Vec<String>, Failure> {
    if *store == StoreUrl::Kafka {
        let listed = client.admin().list_groups().await?;
        return Ok(listed
            .into_iter()
            .map(|group| group.group.to_string())
            .collect());
    }
    let rows = open_existing(store).await?.list(None).await?;
    let names: BTreeSet<String> = rows
        .into_iter()
        .map(|row| row.key.group_id.to_string())
        .collect();
    Ok(names.into_iter().collect())
}

/// All partitions of the topics of which the group has committed or been assigned any: one without a committed offset
/// has no lag, which is not a lag of 0.
async fn lag_of(
    client: &Client,
    group: &str,
    committed: BTreeMap<TopicPartition, Committed>,
    described: Option<&DescribedGroup>,
) -> Result<Vec<Line>, Failure> {
    let owners: BTreeMap<&TopicPartition, &str> = described
        .iter()
        .flat_map(|group| &group.members)
        .flat_map(|member| {
            member
                .assignment
                .iter()
                .map(|partition| (partition, &*member.member_id))
        })
        .collect();
    let partitions =
        with_their_topics(client, committed.keys().chain(owners.keys().copied())).await?;
    let bounds = bounds::of(client, &partitions).await?;
    let line = |partition: &TopicPartition| {
        let Bounds { log_start, log_end } = bounds.get(partition).copied().unwrap_or_default();
        let committed = committed.get(partition).map(|committed| committed.next);
        Line {
            group: group.to_owned(),
            topic: partition.topic.to_string(),
            partition: partition.partition,
            log_start,
            committed,
            log_end,
            lag: Bounds { log_start, log_end }.lag(committed),
            member_id: owners.get(partition).map(|member| (*member).to_owned()),
        }
    };
    Ok(partitions.iter().map(line).collect())
}

async fn with_their_topics<'a>(
    client: &Client,
    known: impl Iterator<Item = &'a TopicPartition>,
) -> Result<Vec<TopicPartition>, Failure> {
    let mut all: BTreeSet<TopicPartition> = known.cloned().collect();
    let topics: BTreeSet<_> = all
        .iter()
        .map(|partition| partition.topic.clone())
        .collect();
    for topic in topics {
        match client.partitions(&topic).await {
            Ok(count) => all.extend((0..count).map(|one| TopicPartition::new(topic.clone(), one))),
            Err(ottla_client::ClientError::UnknownTopic { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(all.into_iter().collect())
}
