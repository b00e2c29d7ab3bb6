//! A consumer group with the round-robin assignor: marks each record, commits each second, and leaves in order on Ctrl-C.
//!
//! ```sh
//! cargo run --example group_round_robin
//! cargo run --example group_round_robin -- --bootstrap-servers HOST:PORT TOPIC GROUP
//! ```
//!
//! Start it twice on a Kafka of yours: the partitions are shared. Stop one: the other takes over.

use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use ottla_client::{Client, ClientConfig};
use ottla_examples::Source;
use ottla_group::assignor::RoundRobinAssignor;
use ottla_group::{Group, Handler, PartitionClaim, Session};

struct Printer;

impl Handler for Printer {
    type Error = std::convert::Infallible;

    async fn setup(&self, session: &Session) -> Result<(), Self::Error> {
        println!(
            "generation {}: {} partitions",
            session.generation(),
            session.partitions().len()
        );
        Ok(())
    }

    async fn consume_claim(
        &self,
        _: &Session,
        claim: &mut PartitionClaim,
    ) -> Result<(), Self::Error> {
        while let Some(batch) = claim.next().await {
            for record in &batch {
                let value = record.value.unwrap_or_default().escape_ascii();
                println!("{}@{}: {value}", claim.partition(), record.offset);
                claim.mark(record.offset);
            }
        }
        Ok(())
    }

    async fn cleanup(&self, session: &Session) -> Result<(), Self::Error> {
        println!("generation {} is over", session.generation());
        Ok(())
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let kafka = Source::parse().kafka(2).await?;
    let client = Client::connect(ClientConfig::new(&kafka.servers)).await?;
    let group = Group::builder(client, kafka.group.as_str())
        .topics([kafka.topic.as_str()])
        .assignors([Arc::new(RoundRobinAssignor) as _])
        .auto_commit(Some(Duration::from_secs(1)))
        .build()?;
    group.run(Printer, kafka.stop()).await?;
    println!("left the group");
    Ok(())
}
