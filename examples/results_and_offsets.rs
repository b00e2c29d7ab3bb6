//! Results and offsets in one transaction: counts how often each value came, in SQLite, exactly once.
//!
//! ```sh
//! cargo run --example results_and_offsets -- TOPIC GROUP FILE
//! ```
//!
//! Stop it and start it again as often as you like, or kill it: no record is counted twice or left out.

use anyhow::Context;
use ottla_client::{Client, ClientConfig};
use ottla_group::{Batch, BoxError, Group, Processor};
use ottla_offset_store::sqlite::{SqliteStore, SqliteTransaction};
use tokio_util::sync::CancellationToken;

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
    let servers = std::env::var("OTTLA_BOOTSTRAP_SERVERS").unwrap_or("127.0.0.1:9092".into());
    let mut arguments = std::env::args().skip(1);
    let topic = arguments.next().context("which topic?")?;
    let group = arguments.next().context("which group?")?;
    let file = arguments.next().context("which file?")?;

    let stop = CancellationToken::new();
    let on_ctrl_c = stop.clone();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            on_ctrl_c.cancel();
        }
    });

    let store = SqliteStore::open(file).await?;
    store
        .execute_batch("CREATE TABLE IF NOT EXISTS counts (word text PRIMARY KEY, times int)")
        .await?;
    let client = Client::connect(ClientConfig::new(&servers)).await?;
    let group = Group::builder(client, group).topics([topic]).build()?;
    group.process(store, Count, stop).await?;
    Ok(())
}
