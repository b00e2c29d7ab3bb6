//! A process of the group: its members write each record into the store, in one transaction with the offset.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use ottla_client::{Client, ClientConfig};
use ottla_group::{Batch, BoxError, Group, Processor};
use ottla_offset_store::ResultsStore;
use ottla_offset_store::sled::{SledStore, SledTransaction};
use ottla_offset_store::sqlite::{SqliteStore, SqliteTransaction};
use tokio::io::AsyncReadExt;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// What a member process is told.
#[derive(Args)]
pub(crate) struct Arguments {
    pub(crate) topic: String,
    pub(crate) group: String,
    pub(crate) target: Target,
    pub(crate) place: PathBuf,
    pub(crate) members: usize,
}

/// Where results and offsets go.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Target {
    Sqlite,
    Sled,
}

/// One row a record.
struct IntoSqlite;

impl Processor<SqliteStore> for IntoSqlite {
    type Error = BoxError;

    async fn process(
        &self,
        batch: &Batch,
        results: &mut SqliteTransaction,
    ) -> Result<(), BoxError> {
        let batch = batch.clone();
        results.write(move |db| {
            let mut insert = db.prepare_cached("INSERT INTO results VALUES (?1, ?2, ?3)")?;
            for record in &batch {
                insert.execute((
                    batch.partition().partition,
                    record.offset,
                    number(record.value),
                ))?;
            }
            Ok(())
        });
        Ok(())
    }
}

/// One entry a record, and the number of records written, which would show a record written twice.
struct IntoSled;

impl Processor<SledStore> for IntoSled {
    type Error = BoxError;

    async fn process(&self, batch: &Batch, results: &mut SledTransaction) -> Result<(), BoxError> {
        for record in batch {
            let mut key = batch.partition().partition.to_be_bytes().to_vec();
            key.extend(record.offset.to_be_bytes());
            results.insert("results", key, number(record.value).to_be_bytes());
        }
        let more = batch.record_count() as u64;
        results.update("counts", *b"rows", move |rows| {
            let rows = rows
                .and_then(|bytes| bytes.try_into().ok())
                .map_or(0, u64::from_be_bytes);
            Some((rows + more).to_be_bytes().to_vec())
        });
        Ok(())
    }
}

fn number(value: Option<&[u8]>) -> i64 {
    value
        .and_then(|bytes| str::from_utf8(bytes).ok()?.parse().ok())
        .unwrap_or(-1)
}

/// Works until stdin ends, which is how the show says that it is over.
pub(crate) async fn run(servers: &str, member: Arguments) -> anyhow::Result<()> {
    let stop = CancellationToken::new();
    let until = stop.clone();
    tokio::spawn(async move {
        let _ = tokio::io::stdin().read_to_end(&mut Vec::new()).await;
        until.cancel();
    });
    match member.target {
        Target::Sqlite => {
            let store = SqliteStore::open(&member.place).await?;
            store.execute_batch("CREATE TABLE IF NOT EXISTS results (partition int, \"offset\" int, number int)").await?;
            work(servers, &member, store, || IntoSqlite, stop).await
        }
        Target::Sled => {
            work(
                servers,
                &member,
                SledStore::open(&member.place).await?,
                || IntoSled,
                stop,
            )
            .await
        }
    }
}

async fn work<S: ResultsStore + Clone, P: Processor<S>>(
    servers: &str,
    member: &Arguments,
    store: S,
    processor: fn() -> P,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let mut members = JoinSet::new();
    for _ in 0..member.members {
        // A member killed without a good-bye is missed after the session time-out: short here, so that the show is.
        let group = Group::builder(
            Client::connect(ClientConfig::new(servers)).await?,
            member.group.as_str(),
        )
        .topics([member.topic.as_str()])
        .session_timeout(Duration::from_secs(6))
        .heartbeat_interval(Duration::from_secs(1))
        .batch_records(500)
        .build()?;
        members.spawn(group.process(store.clone(), processor(), stop.clone()));
    }
    while let Some(ended) = members.join_next().await {
        ended??;
    }
    Ok(())
}
