//! `ottla sink`: the main job.

use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};
use ottla_client::Client;
use ottla_group::{Group, Processor, Voice};
use ottla_offset_store::sled::SledStore;
use ottla_offset_store::{ResultsStore, StoreError, StoreUrl};
use tokio::task::JoinSet;

use crate::context::Context;
use crate::failure::Failure;
use crate::sink::ends::Ends;
use crate::sink::{sled, sqlite, start};
use crate::store_url::Place;
use crate::values::duration;

/// `ottla sink`.
#[derive(Debug, Args)]
pub(crate) struct Sink {
    /// The topics; may be repeated.
    #[arg(long = "topic", required = true, num_args = 1.., value_name = "T")]
    topics: Vec<String>,
    /// The consumer group.
    #[arg(long)]
    group: String,
    /// Where records and offsets go: sqlite:FILE or sled:DIR.
    #[arg(long, value_name = "TARGET")]
    to: Place,
    /// Members inside this process.
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    members: u16,
    /// The most records in one transaction.
    #[arg(long, default_value_t = 1000, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    batch_records: u32,
    /// The group protocol.
    #[arg(long, value_enum, default_value_t)]
    protocol: Protocol,
    /// Ends with status 0 when the ends that the partitions have now are committed in TARGET.
    #[arg(long)]
    exit_at_end: bool,
    /// How long a job that has begun outlives its surroundings.
    #[arg(long, default_value = "5m", value_parser = duration, value_name = "DURATION")]
    give_up_after: Duration,
}

/// What `--protocol` chooses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Protocol {
    /// The best that the cluster has.
    #[default]
    Auto,
    /// JoinGroup and SyncGroup.
    Classic,
    /// KIP-848.
    Consumer,
}

impl Sink {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        if self.protocol == Protocol::Consumer {
            return Err(Failure::NotBuiltYet("sink --protocol consumer".into()));
        }
        match self.to.store()? {
            StoreUrl::Sqlite(file) => {
                let open = async || sqlite::open(file).await;
                self.work(context, open, || sqlite::IntoSqlite).await
            }
            StoreUrl::Sled(folder) => {
                let open = async || SledStore::open(folder).await;
                self.work(context, open, || sled::IntoSled).await
            }
            other => Err(Failure::Usage(format!(
                "a sink writes to sqlite:FILE or sled:DIR, not {other}"
            ))),
        }
    }

    async fn work<S, P>(
        &self,
        context: &Context,
        open: impl AsyncFn() -> Result<S, StoreError>,
        processor: fn() -> P,
    ) -> Result<(), Failure>
    where
        S: ResultsStore + Clone,
        P: Processor<S>,
    {
        let ready = context.unless_stopped(self.prepare(context, open)).await?;
        let stop = context.stop.child_token();
        let mut members = JoinSet::new();
        for member in ready.members {
            let (store, stop) = (ready.store.clone(), stop.clone());
            members.spawn(async move { member.process(store, processor(), stop).await });
        }
        if let Some(ends) = ready.ends {
            let (store, stop) = (Arc::new(ready.store), stop.clone());
            tokio::spawn(async move {
                ends.reached(store).await;
                stop.cancel();
            });
        }
        let mut outcome = Ok(());
        while let Some(ended) = members.join_next().await {
            // The first failure ends the job; the other members still leave in order.
            if let Err(error) = ended
                .map_err(anyhow::Error::from)
                .and_then(|ended| ended.map_err(Into::into))
            {
                stop.cancel();
                outcome = outcome.and(Err(Failure::Job(error)));
            }
        }
        outcome
    }

    /// An unknown topic is told before the target is made.
    async fn prepare<S>(
        &self,
        context: &Context,
        open: impl AsyncFn() -> Result<S, StoreError>,
    ) -> Result<Ready<S>, Failure> {
        let client = start::connect(context).await?;
        for topic in &self.topics {
            client.partitions(topic).await?;
        }
        let ends = match self.exit_at_end {
            true => Some(Ends::note(&client, &self.topics, &self.group).await?),
            false => None,
        };
        let store = start::open(open, self.give_up_after).await?;
        let voice = Voice::default();
        let mut members = Vec::new();
        for _ in 0..self.members {
            members.push(self.member(&client, &voice)?);
        }
        Ok(Ready {
            ends,
            store,
            members,
        })
    }

    fn member(&self, client: &Client, voice: &Voice) -> Result<Group, Failure> {
        let group = Group::builder(client.clone(), self.group.as_str())
            .topics(self.topics.iter().map(String::as_str))
            .batch_records(self.batch_records as usize)
            .give_up_after(self.give_up_after)
            .voice(voice.clone())
            .build()?;
        Ok(group)
    }
}

/// All that a job needs to begin.
struct Ready<S> {
    ends: Option<Ends>,
    store: S,
    members: Vec<Group>,
}
