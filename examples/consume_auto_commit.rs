//! Reads one partition from its oldest record on, and commits what was processed each second.
//!
//! ```sh
//! cargo run --example consume_auto_commit -- TOPIC GROUP
//! ```
//!
//! The guarantee is *at least once*: a crash loses up to a second of commits, and those records come again. Only what
//! is marked is committed, so a record that was handed out and not processed is never passed over.

use std::time::Duration;

use anyhow::Context;
use ottla_client::{Client, ClientConfig, Start};
use ottla_protocol::types::TopicPartition;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let servers = std::env::var("OTTLA_BOOTSTRAP_SERVERS").unwrap_or("127.0.0.1:9092".into());
    let mut arguments = std::env::args().skip(1);
    let topic = arguments.next().context("which topic?")?;
    let group = arguments.next().context("which group?")?;

    let client = Client::connect(ClientConfig::new(&servers)).await?;
    let consumer = client
        .consumer()
        .group(group)
        .auto_commit(Duration::from_secs(1))
        .build();
    let mut records = consumer
        .partition(
            TopicPartition::new(topic, 0),
            Start::committed_or(Start::Oldest),
        )
        .await?;

    // Until Ctrl-C; closing commits the last marks.
    loop {
        let batch = tokio::select! {
            batch = records.next() => batch,
            _ = tokio::signal::ctrl_c() => break,
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
