//! `ottla consume`.

use std::collections::BTreeMap;

use clap::{Args, ValueEnum};
use futures_util::StreamExt;
use futures_util::stream::select_all;
use ottla_client::config::IsolationLevel;
use ottla_client::{Batch, Client, CommittedOffset, PartitionConsumer, Start};
use ottla_protocol::types::TopicPartition;

use crate::bounds;
use crate::context::Context;
use crate::failure::Failure;
use crate::record_json::Printer;
use crate::values::From;

/// `ottla consume`.
#[derive(Debug, Args)]
pub(crate) struct Consume {
    /// The topic.
    #[arg(long)]
    topic: String,
    /// Only this partition.
    #[arg(long, value_parser = clap::value_parser!(i32).range(0..))]
    partition: Option<i32>,
    /// Where to start: oldest (the default), newest, an offset, @2026-01-31T12:00:00Z, or -1h.
    #[arg(
        long,
        allow_hyphen_values = true,
        value_name = "oldest|newest|N|@RFC3339|-DURATION"
    )]
    offset: Option<From>,
    /// Starts at this group's committed offsets, and commits exactly what was printed.
    #[arg(long)]
    group: Option<String>,
    /// Whether records of open and aborted transactions show; read_committed unless --config says otherwise.
    #[arg(long, value_enum)]
    isolation: Option<Isolation>,
    /// Ends after this many records.
    #[arg(long, value_name = "N")]
    count: Option<u64>,
    /// Ends at the ends that the partitions have now.
    #[arg(long)]
    exit_at_end: bool,
}

/// What `--isolation` chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum Isolation {
    /// Only records of committed transactions, and those outside of any.
    ReadCommitted,
    /// All.
    ReadUncommitted,
}

impl Consume {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        let client = context.client().await?;
        let partitions = self.partitions(&client).await?;
        let ends = match self.exit_at_end {
            true => Some(bounds::stable_ends(&client, &partitions, self.isolation(&client)).await?),
            false => None,
        };
        let readers = self.open(&client, &partitions).await?;
        let mut reading = Reading {
            printer: Printer::new(context.output, &self.topic),
            left: self.count.unwrap_or(u64::MAX),
            ends,
            done: BTreeMap::new(),
        };
        let outcome = reading.read(readers, context).await;
        self.commit(&client, reading.done).await?;
        outcome
    }

    async fn partitions(&self, client: &Client) -> Result<Vec<TopicPartition>, Failure> {
        let all = bounds::partitions(client, &self.topic).await?;
        let Some(one) = self.partition else {
            return Ok(all);
        };
        let count = all.len();
        let chosen: Vec<_> = all
            .into_iter()
            .filter(|partition| partition.partition == one)
            .collect();
        if chosen.is_empty() {
            return Err(Failure::said(format!(
                "topic {} has {count} partitions, there is no {one}",
                self.topic
            )));
        }
        Ok(chosen)
    }

    async fn open(
        &self,
        client: &Client,
        partitions: &[TopicPartition],
    ) -> Result<Vec<PartitionConsumer>, Failure> {
        let start = self.start();
        let consumer = client.consumer().isolation(self.isolation(client));
        let consumer = match &self.group {
            Some(group) => consumer.group(group.as_str()).auto_commit(None).build(),
            None => consumer.build(),
        };
        let wanted = partitions
            .iter()
            .map(|partition| (partition.clone(), start.clone()))
            .collect();
        Ok(consumer.partitions(wanted).await?)
    }

    fn start(&self) -> Start {
        let asked = match self.offset.unwrap_or(From::Oldest) {
            From::Oldest => Start::Oldest,
            From::Newest => Start::Newest,
            From::At(offset) => Start::At(offset),
            From::Time(ms) => Start::Timestamp(ms),
            From::Ago(ago) => Start::Before(ago),
        };
        match self.group {
            Some(_) => Start::committed_or(asked),
            None => asked,
        }
    }

    fn isolation(&self, client: &Client) -> IsolationLevel {
        match self.isolation {
            Some(Isolation::ReadCommitted) => IsolationLevel::ReadCommitted,
            Some(Isolation::ReadUncommitted) => IsolationLevel::ReadUncommitted,
            None => client.config().isolation_level,
        }
    }

    /// Commits exactly what was printed.
    async fn commit(
        &self,
        client: &Client,
        done: BTreeMap<TopicPartition, CommittedOffset>,
    ) -> Result<(), Failure> {
        let Some(group) = &self.group else {
            return Ok(());
        };
        let offsets: Vec<_> = done.into_iter().collect();
        let results = client
            .offsets()
            .group(group.as_str())
            .commit(None, &offsets)
            .await?;
        for (partition, result) in results {
            result.map_err(|code| {
                Failure::job(format!("commit {partition} for group {group}"), code)
            })?;
        }
        Ok(())
    }
}

/// How far the reading has come.
struct Reading {
    printer: Printer,
    left: u64,
    ends: Option<BTreeMap<TopicPartition, i64>>,
    done: BTreeMap<TopicPartition, CommittedOffset>,
}

impl Reading {
    async fn read(
        &mut self,
        readers: Vec<PartitionConsumer>,
        context: &Context,
    ) -> Result<(), Failure> {
        self.drop_reached(
            readers
                .iter()
                .map(|reader| (reader.partition().clone(), reader.position())),
        );
        let mut batches = select_all(readers);
        while self.left > 0 && !self.reached() {
            let next = tokio::select! {
                biased;
                () = context.stop.cancelled() => return Ok(()),
                next = batches.next() => next,
            };
            match next {
                Some(Ok(batch)) => self.print(&batch)?,
                Some(Err(error)) if error.is_retriable() => tracing::warn!("{error}"),
                Some(Err(error)) => return Err(error.into()),
                None => return Ok(()),
            }
        }
        Ok(())
    }

    /// Prints a batch; what of it was printed is done, also where stdout closes in its middle.
    fn print(&mut self, batch: &Batch) -> Result<(), Failure> {
        let outcome = self.print_records(batch);
        let printed = self.printer.printed();
        if let Some(next) = outcome.as_ref().ok().copied().or(printed) {
            let done = CommittedOffset {
                leader_epoch: batch.leader_epoch(),
                ..CommittedOffset::new(next)
            };
            self.done.insert(batch.partition().clone(), done);
            self.drop_reached([(batch.partition().clone(), next)]);
        }
        outcome.map(drop)
    }

    /// Gives back how far the partition is read then.
    fn print_records(&mut self, batch: &Batch) -> Result<i64, Failure> {
        let end = self
            .ends
            .as_ref()
            .map(|ends| ends.get(batch.partition()).copied().unwrap_or(0));
        let mut next = batch.next_offset();
        for record in batch.records() {
            if self.left == 0 || end.is_some_and(|end| record.offset >= end) {
                next = record.offset;
                break;
            }
            self.printer.print(batch.partition().partition, &record)?;
            self.left -= 1;
        }
        self.printer.flush()?;
        Ok(next)
    }

    fn drop_reached(&mut self, positions: impl IntoIterator<Item = (TopicPartition, i64)>) {
        let Some(ends) = &mut self.ends else { return };
        for (partition, position) in positions {
            if ends.get(&partition).is_some_and(|end| position >= *end) {
                ends.remove(&partition);
            }
        }
    }

    fn reached(&self) -> bool {
        self.ends.as_ref().is_some_and(BTreeMap::is_empty)
    }
}
