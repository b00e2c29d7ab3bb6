//! Sets a group's offsets of a topic back to the oldest record, in code.
//!
//! ```sh
//! cargo run --example reset_offsets -- TOPIC GROUP
//! ```
//!
//! Kafka takes offsets from outside only while the group has no members. A group whose offsets are in a store of its
//! own can be reset while it runs: see `ottla offsets reset --store`.

use anyhow::Context;
use ottla_client::config::IsolationLevel;
use ottla_client::{Client, ClientConfig, CommittedOffset, OffsetSpec};
use ottla_protocol::types::TopicPartition;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let servers = std::env::var("OTTLA_BOOTSTRAP_SERVERS").unwrap_or("127.0.0.1:9092".into());
    let mut arguments = std::env::args().skip(1);
    let topic = arguments.next().context("which topic?")?;
    let group = arguments.next().context("which group?")?;

    let client = Client::connect(ClientConfig::new(&servers)).await?;
    let partitions = 0..client.partitions(&topic).await?;
    let oldest: Vec<_> = partitions
        .map(|one| (TopicPartition::new(topic.as_str(), one), OffsetSpec::Oldest))
        .collect();

    let mut targets = Vec::new();
    for (partition, found) in client
        .offsets()
        .list(&oldest, IsolationLevel::ReadUncommitted)
        .await
    {
        let start = found?.map_or(0, |listed| listed.offset);
        targets.push((partition, CommittedOffset::new(start)));
    }
    for (partition, result) in client.offsets().group(group).commit(None, &targets).await? {
        match result {
            Ok(()) => println!("{partition}: reset to the oldest record"),
            Err(code) => println!("{partition}: refused, {code}"),
        }
    }
    Ok(())
}
