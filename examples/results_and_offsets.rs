//! Results and offsets in one transaction: counts how often each value came, in SQLite, exactly once.
//!
//! ```sh
//! cargo run --example results_and_offsets
//! cargo run --example results_and_offsets -- --file counts.db --bootstrap-servers HOST:PORT TOPIC GROUP
//! ```
//!
//! With a Kafka and a file of yours, stop it and start it again as often as you like, or kill it: no record is counted
//! twice or left out.

use std::path::PathBuf;

use clap::Parser;
use ottla_client::{Client, ClientConfig};
use ottla_group::{Batch, BoxError, Group, Processor};
use ottla_offset_store::sqlite::{SqliteStore, SqliteTransaction};

#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    source: ottla_examples::Source,
    /// The SQLite database that takes results and offsets; without it one in memory.
    #[arg(long)]
    file: Option<PathBuf>,
}

struct Count;

impl Processor<SqliteStore> for Count {
    type Error = BoxError;

    async fn process(
        &self,
        batch: &Batch,
        results: &mut SqliteTransaction,
    ) -> Result<(), BoxError> {
        for record in batch {
            let word = String::from_utf8_lossy(record.value.unwrap_or_default()).into_owned();
            results.execute(
                "INSERT INTO counts (word, times) VALUES (?1, 1) ON CONFLICT (word) DO UPDATE SET times = times + 1",
                [word],
            );
        }
        // The store adds the offset to the same transaction and commits both, or neither.
        Ok(())
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let kafka = arguments.source.kafka(2).await?;

    let store = match arguments.file {
        Some(file) => SqliteStore::open(file).await?,
        None => SqliteStore::in_memory()?,
    };
    store
        .execute_batch("CREATE TABLE IF NOT EXISTS counts (word text PRIMARY KEY, times int)")
        .await?;
    let client = Client::connect(ClientConfig::new(&kafka.servers)).await?;
    let group = Group::builder(client, kafka.group.as_str())
        .topics([kafka.topic.as_str()])
        .build()?;
    group.process(store.clone(), Count, kafka.stop()).await?;

    for (word, times) in counts(&store).await? {
        println!("{times} {word}");
    }
    Ok(())
}

async fn counts(store: &SqliteStore) -> anyhow::Result<Vec<(String, u32)>> {
    let read = |db: &mut rusqlite::Connection| {
        let mut rows = db.prepare("SELECT word, times FROM counts ORDER BY times DESC, word")?;
        rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect()
    };
    Ok(store.call(read).await?)
}
