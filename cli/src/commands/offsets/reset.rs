//! `ottla offsets reset`.

mod csv;
mod write;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Args};
use ottla_client::config::IsolationLevel;
use ottla_client::{Client, OffsetSpec};
use ottla_protocol::types::TopicPartition;
use serde::Serialize;

use crate::bounds::{self, Bounds};
use crate::committed::Committed;
use crate::context::Context;
use crate::failure::Failure;
use crate::store_url::Place;
use crate::values::{TopicSelection, before_now, duration, point_in_time};

/// `ottla offsets reset`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("where").required(true).args([
    "to_earliest", "to_latest", "to_offset", "shift_by", "to_datetime", "by_duration", "to_current", "from_file",
]))]
pub(crate) struct Reset {
    /// The group.
    #[arg(long)]
    group: String,
    /// A topic, or some of its partitions as T:0,2; may be repeated.
    #[arg(
        long = "topic",
        value_name = "T[:P,P]",
        required_unless_present = "from_file"
    )]
    topics: Vec<TopicSelection>,
    /// To the log start.
    #[arg(long)]
    to_earliest: bool,
    /// To the log end.
    #[arg(long)]
    to_latest: bool,
    /// To this offset.
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    to_offset: Option<i64>,
    /// By so many records, backwards where negative.
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    shift_by: Option<i64>,
    /// To the first record at this time or later.
    #[arg(long, value_name = "RFC3339", value_parser = point_in_time)]
    to_datetime: Option<i64>,
    /// To the first record at this long ago or later.
    #[arg(long, value_name = "ISO8601", value_parser = duration)]
    by_duration: Option<Duration>,
    /// To where they are: commits the present offsets anew.
    #[arg(long)]
    to_current: bool,
    /// To what a CSV of `topic,partition,offset` lines says.
    #[arg(long, value_name = "CSV")]
    from_file: Option<PathBuf>,
    /// Where the group's offsets are kept.
    #[arg(long, default_value = "kafka")]
    store: Place,
    /// Does it; without, only says what would be done.
    #[arg(long)]
    execute: bool,
}

/// One line of `offsets reset`.
#[derive(Serialize)]
struct Line<'a> {
    group: &'a str,
    topic: &'a str,
    partition: i32,
    from: Option<i64>,
    to: i64,
}

/// What was asked, before it is held against the log.
type Wishes = BTreeMap<TopicPartition, i64>;

impl Reset {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        let store = self.store.store()?;
        let file = self.read_file()?;
        let client = context.client().await?;
        let partitions = self.partitions(&client, file.as_ref()).await?;
        write::refuse_if_alive(&client, store, &self.group).await?;
        let committed = write::committed_so_far(&client, store, &self.group).await?;
        let bounds = bounds::of(&client, &partitions).await?;
        let wishes = self
            .wishes(&client, &partitions, &committed, &bounds, file)
            .await?;
        // As Kafka's own tool: where a group is stays, also where the log has no longer what is there.
        let targets = match self.to_current {
            true => wishes,
            false => in_range(wishes, &bounds),
        };
        if self.execute {
            write::offsets(&client, store, &self.group, &targets).await?;
        }
        self.print(context, &targets, &committed)
    }

    fn read_file(&self) -> Result<Option<Wishes>, Failure> {
        let Some(file) = &self.from_file else {
            return Ok(None);
        };
        let name = file.display();
        let text = std::fs::read_to_string(file)
            .map_err(|error| Failure::job(format!("read {name}"), error))?;
        let offsets = csv::read(&text).map_err(|why| Failure::said(format!("{name}: {why}")))?;
        Ok(Some(offsets))
    }

    /// The partitions meant: those of the topics named, or those of the file, or those in both.
    async fn partitions(
        &self,
        client: &Client,
        file: Option<&Wishes>,
    ) -> Result<Vec<TopicPartition>, Failure> {
        let mut chosen = Vec::new();
        for selection in &self.topics {
            chosen.extend(select(client, selection).await?);
        }
        let Some(file) = file else { return Ok(chosen) };
        if !self.topics.is_empty() {
            chosen.retain(|partition| file.contains_key(partition));
            if chosen.is_empty() {
                return Err(Failure::said(
                    "the file has no line for the topics named by --topic: nothing to reset",
                ));
            }
            return Ok(chosen);
        }
        for partition in file.keys() {
            let only = TopicSelection {
                topic: partition.topic.to_string(),
                partitions: Some(vec![partition.partition]),
            };
            chosen.extend(select(client, &only).await?);
        }
        Ok(chosen)
    }

    async fn wishes(
        &self,
        client: &Client,
        partitions: &[TopicPartition],
        committed: &BTreeMap<TopicPartition, Committed>,
        bounds: &BTreeMap<TopicPartition, Bounds>,
        file: Option<Wishes>,
    ) -> Result<Wishes, Failure> {
        let time = self
            .to_datetime
            .or_else(|| self.by_duration.map(before_now));
        if let Some(time) = time {
            return at_time(client, partitions, bounds, time).await;
        }
        let mut wishes = Wishes::new();
        for partition in partitions {
            let bounds = bounds.get(partition).copied().unwrap_or_default();
            let now = committed.get(partition).map(|committed| committed.next);
            let file = file.as_ref().and_then(|file| file.get(partition).copied());
            wishes.insert(partition.clone(), self.wish(partition, bounds, now, file)?);
        }
        Ok(wishes)
    }

    fn wish(
        &self,
        partition: &TopicPartition,
        bounds: Bounds,
        now: Option<i64>,
        file: Option<i64>,
    ) -> Result<i64, Failure> {
        let start = bounds.log_start.unwrap_or(0);
        let end = bounds.log_end.unwrap_or(start);
        if let Some(by) = self.shift_by {
            let now = now.ok_or_else(|| {
                Failure::said(format!(
                    "{partition} has no committed offset to shift: use --to-offset or --to-earliest"
                ))
            })?;
            return Ok(now.saturating_add(by));
        }
        Ok(match self {
            Self {
                to_earliest: true, ..
            } => start,
            // As Kafka's own tool: without a committed offset the present one is the end.
            Self {
                to_current: true, ..
            } => now.unwrap_or(end),
            Self {
                to_offset: Some(offset),
                ..
            } => *offset,
            _ => file.unwrap_or(end),
        })
    }

    fn print(
        &self,
        context: &Context,
        targets: &Wishes,
        committed: &BTreeMap<TopicPartition, Committed>,
    ) -> Result<(), Failure> {
        let line = |(partition, to): (&TopicPartition, &i64)| {
            let from = committed.get(partition).map(|committed| committed.next);
            let (group, topic) = (self.group.clone(), partition.topic.to_string());
            (group, topic, partition.partition, from, *to)
        };
        let rows: Vec<_> = targets.iter().map(line).collect();
        let lines: Vec<_> = rows
            .iter()
            .map(|(group, topic, partition, from, to)| Line {
                group,
                topic,
                partition: *partition,
                from: *from,
                to: *to,
            })
            .collect();
        context.output.rows(&lines)?;
        if !self.execute {
            eprintln!("dry run: nothing was changed; --execute does it");
        }
        Ok(())
    }
}

async fn select(
    client: &Client,
    selection: &TopicSelection,
) -> Result<Vec<TopicPartition>, Failure> {
    let all = bounds::partitions(client, &selection.topic).await?;
    let Some(wanted) = &selection.partitions else {
        return Ok(all);
    };
    let count = all.len();
    match wanted.iter().find(|&&one| one < 0 || one as usize >= count) {
        Some(missing) => Err(Failure::said(format!(
            "topic {} has {count} partitions, there is no {missing}",
            selection.topic
        ))),
        None => Ok(all
            .into_iter()
            .filter(|partition| wanted.contains(&partition.partition))
            .collect()),
    }
}

/// The first record at a time or later; the end where all are older.
async fn at_time(
    client: &Client,
    partitions: &[TopicPartition],
    bounds: &BTreeMap<TopicPartition, Bounds>,
    time: i64,
) -> Result<Wishes, Failure> {
    let wanted: Vec<_> = partitions
        .iter()
        .map(|partition| (partition.clone(), OffsetSpec::Timestamp(time)))
        .collect();
    let mut wishes = Wishes::new();
    for (partition, found) in client
        .offsets()
        .list(&wanted, IsolationLevel::ReadUncommitted)
        .await
    {
        let end = bounds
            .get(&partition)
            .and_then(|bounds| bounds.log_end)
            .unwrap_or(0);
        let offset =
            found.map_err(|error| Failure::job(format!("ask {partition} for a time"), error))?;
        if offset.is_none() {
            eprintln!("{partition}: no record is that young, set to the log end {end}");
        }
        wishes.insert(partition, offset.map_or(end, |listed| listed.offset));
    }
    Ok(wishes)
}

/// What is out of range goes to the nearest end, with a word on stderr.
fn in_range(wishes: Wishes, bounds: &BTreeMap<TopicPartition, Bounds>) -> Wishes {
    wishes
        .into_iter()
        .map(|(partition, wish)| {
            let to = bounds
                .get(&partition)
                .map_or(wish, |bounds| bounds.clamp(wish));
            if to != wish {
                eprintln!("{partition}: {wish} is out of range, set to {to}");
            }
            (partition, to)
        })
        .collect()
}
