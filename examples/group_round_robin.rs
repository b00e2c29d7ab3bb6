//! A consumer group with the round-robin assignor: marks each record, commits by itself, and leaves in order on Ctrl-C.
//!
//! ```sh
//! cargo run --example group_round_robin -- TOPIC GROUP
//! ```
//!
//! Start it twice: the partitions are shared. Stop one: the other takes over.

use std::sync::Arc;

use anyhow::Context;
use ottla_client::{Client, ClientConfig};
use ottla_group::assignor::RoundRobinAssignor;
use ottla_group::{Group, Handler, PartitionClaim, Session};
use tokio_util::sync::CancellationToken;

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
    let servers = std::env::var("OTTLA_BOOTSTRAP_SERVERS").unwrap_or("127.0.0.1:9092".into());
    let mut arguments = std::env::args().skip(1);
    let topic = arguments.next().context("which topic?")?;
    let group = arguments.next().context("which group?")?;

    let stop = CancellationToken::new();
    let on_ctrl_c = stop.clone();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            on_ctrl_c.cancel();
        }
    });

    let client = Client::connect(ClientConfig::new(&servers)).await?;
    let group = Group::builder(client, group)
        .topics([topic])
        .assignors([Arc::new(RoundRobinAssignor) as _])
        .build()?;
    group.run(Printer, stop).await?;
    println!("left the group");
    Ok(())
}
