//! Reads one partition from its oldest record on, and commits by hand: after each record, or after each batch.
//!
//! ```sh
//! cargo run --example consume_manual_commit -- --commit record
//! cargo run --example consume_manual_commit -- --commit batch --bootstrap-servers HOST:PORT TOPIC GROUP
//! ```
//!
//! Committing *after* processing is at least once: a crash in between processes again. Committing *before* would be at
//! most once: a crash in between loses. A commit a record costs a round trip each; a commit a batch is as safe, and a
//! crash repeats a batch at most.

use clap::{Parser, ValueEnum};
use ottla_client::{Client, ClientConfig, PartitionConsumer, Start};
use ottla_protocol::types::TopicPartition;

#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    source: ottla_examples::Source,
    /// After what to commit.
    #[arg(long, default_value = "batch")]
    commit: Each,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Each {
    Record,
    Batch,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let kafka = arguments.source.kafka(1).await?;
    let stop = kafka.stop();

    let client = Client::connect(ClientConfig::new(&kafka.servers)).await?;
    let consumer = client
        .consumer()
        .group(kafka.group.as_str())
        .auto_commit(None)
        .build();
    let records = consumer
        .partition(
            TopicPartition::new(kafka.topic.as_str(), 0),
            Start::committed_or(Start::Oldest),
        )
        .await?;

    tokio::select! {
        done = consume(records, arguments.commit) => done,
        () = stop.cancelled() => Ok(()),
    }
}

async fn consume(mut records: PartitionConsumer, each: Each) -> anyhow::Result<()> {
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
            if each == Each::Record {
                records.mark(record.offset);
                records.commit().await?;
            }
        }
        records.mark_batch(&batch);
        records.commit().await?;
    }
    Ok(())
}
