//! Sets a group's offsets of a topic back to the oldest record, in code.
//!
//! ```sh
//! cargo run --example reset_offsets
//! cargo run --example reset_offsets -- --bootstrap-servers HOST:PORT TOPIC GROUP
//! ```
//!
//! Kafka takes offsets from outside only while the group has no members. A group whose offsets are in a store of its
//! own can be reset while it runs: see `ottla offsets reset --store`.

use clap::Parser;
use ottla_client::config::IsolationLevel;
use ottla_client::{Client, ClientConfig, CommittedOffset, OffsetSpec};
use ottla_examples::Source;
use ottla_protocol::types::TopicPartition;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let kafka = Source::parse().kafka(2).await?.with_committed(9).await?;
    let client = Client::connect(ClientConfig::new(&kafka.servers)).await?;
    let topic = kafka.topic.as_str();
    let partitions = 0..client.partitions(topic).await?;
    let oldest: Vec<_> = partitions
        .map(|one| (TopicPartition::new(topic, one), OffsetSpec::Oldest))
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
    let group = client.offsets().group(kafka.group.as_str());
    for (partition, result) in group.commit(None, &targets).await? {
        match result {
            Ok(()) => println!("{partition}: reset to the oldest record"),
            Err(code) => println!("{partition}: refused, {code}"),
        }
    }
    Ok(())
}
