//! Reads one partition from its oldest record on, and commits what was processed each second.
//!
//! ```sh
//! cargo run --example consume_auto_commit
//! cargo run --example consume_auto_commit -- --bootstrap-servers HOST:PORT TOPIC GROUP
//! ```
//!
//! The guarantee is *at least once*: a crash loses up to a second of commits, and those records come again. Only what
//! is marked is committed, so a record that was handed out and not processed is never passed over.

use std::time::Duration;

use clap::Parser;
use ottla_client::{Client, ClientConfig, Start};
use ottla_examples::Source;
use ottla_protocol::types::TopicPartition;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let kafka = Source::parse().kafka(1).await?;
    let stop = kafka.stop();

    let client = Client::connect(ClientConfig::new(&kafka.servers)).await?;
    let consumer = client
        .consumer()
        .group(kafka.group.as_str())
        .auto_commit(Duration::from_secs(1))
        .build();
    let mut records = consumer
        .partition(
            TopicPartition::new(kafka.topic.as_str(), 0),
            Start::committed_or(Start::Oldest),
        )
        .await?;

    // Closing commits the last marks.
    loop {
        let batch = tokio::select! {
            batch = records.next() => batch,
            () = stop.cancelled() => break,
        };
        match batch {
            Some(Ok(batch)) => {
                for record in batch.records() {
                    println!(
                        "{}: {}",
                        record.offset,
                        record.value.unwrap_or_default().escape_ascii()
                    );
                }
                records.mark_batch(&batch);
            }
            Some(Err(error)) if error.is_retriable() => eprintln!("{error}"),
            Some(Err(error)) => return Err(error.into()),
            None => break,
        }
    }
    records.close().await?;
    Ok(())
}
