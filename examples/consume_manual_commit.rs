//! Reads one partition from its oldest record on, and commits by hand: after each record, or after each batch.
//!
//! ```sh
//! cargo run --example consume_manual_commit -- TOPIC GROUP record
//! cargo run --example consume_manual_commit -- TOPIC GROUP batch
//! ```
//!
//! Committing *after* processing is at least once: a crash in between processes again. Committing *before* would be at
//! most once: a crash in between loses. A commit a record costs a round trip each; a commit a batch is as safe, and a
//! crash repeats a batch at most.

use anyhow::Context;
use ottla_client::{Client, ClientConfig, PartitionConsumer, Start};
use ottla_protocol::types::TopicPartition;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let servers = std::env::var("OTTLA_BOOTSTRAP_SERVERS").unwrap_or("127.0.0.1:9092".into());
    let mut arguments = std::env::args().skip(1);
    let topic = arguments.next().context("which topic?")?;
    let group = arguments.next().context("which group?")?;
    let each_record = arguments.next().as_deref() == Some("record");

    let client = Client::connect(ClientConfig::new(&servers)).await?;
    let consumer = client.consumer().group(group).auto_commit(None).build();
    let records = consumer
        .partition(
            TopicPartition::new(topic, 0),
            Start::committed_or(Start::Oldest),
        )
        .await?;

    tokio::select! {
        done = consume(records, each_record) => done,
        _ = tokio::signal::ctrl_c() => Ok(()),
    }
}

async fn consume(mut records: PartitionConsumer, each_record: bool) -> anyhow::Result<()> {
    while let Some(batch) = records.next().await {
        let batch = match batch {
            Ok(batch) => batch,
            Err(error) if error.is_retriable() => {
                eprintln!("{error}");
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        for record in batch.records() {
            println!(
                "{}: {}",
                record.offset,
                record.value.unwrap_or_default().escape_ascii()
            );
            if each_record {
                records.mark(record.offset);
                records.commit().await?;
            }
        }
        records.mark_batch(&batch);
        records.commit().await?;
    }
    Ok(())
}
