//! Asks where a group would go on in a partition.
//!
//! ```sh
//! cargo run --example query_next_offset
//! cargo run --example query_next_offset -- --bootstrap-servers HOST:PORT TOPIC GROUP
//! ```

use clap::Parser;
use ottla_client::{Client, ClientConfig};
use ottla_examples::Source;
use ottla_protocol::types::TopicPartition;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let kafka = Source::parse().kafka(1).await?.with_committed(4).await?;
    let client = Client::connect(ClientConfig::new(&kafka.servers)).await?;
    let offsets = client.offset_manager(kafka.group.as_str());
    let partition = TopicPartition::new(kafka.topic.as_str(), 0);
    let partition = offsets.partition(partition).await?;
    match partition.next_offset() {
        Some(committed) => println!("next offset: {}", committed.next),
        // No offset is not offset 0: the start policy decides.
        None => println!("next offset: none committed"),
    }
    Ok(())
}
