//! Asks where a group would go on in a partition.
//!
//! ```sh
//! cargo run --example query_next_offset -- TOPIC GROUP
//! ```

use anyhow::Context;
use ottla_client::{Client, ClientConfig};
use ottla_protocol::types::TopicPartition;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let servers = std::env::var("OTTLA_BOOTSTRAP_SERVERS").unwrap_or("127.0.0.1:9092".into());
    let mut arguments = std::env::args().skip(1);
    let topic = arguments.next().context("which topic?")?;
    let group = arguments.next().context("which group?")?;

    let client = Client::connect(ClientConfig::new(&servers)).await?;
    let offsets = client.offset_manager(group);
    let partition = offsets.partition(TopicPartition::new(topic, 0)).await?;
    match partition.next_offset() {
        Some(committed) => println!("next offset: {}", committed.next),
        // No offset is not offset 0: the start policy decides.
        None => println!("next offset: none committed"),
    }
    Ok(())
}
