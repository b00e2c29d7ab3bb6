//! A test of one's own, on an embedded cluster that misbehaves: the README shows it.

#![allow(missing_docs)]

use std::error::Error;

use ottla_client::producer::ProducerRecord;
use ottla_client::{Client, ClientConfig};
use ottla_embedded::EmbeddedCluster;
use ottla_embedded::faults::{Action, Matching, Rule};
use ottla_embedded::protocol::ApiKey;

#[tokio::test]
async fn a_lost_answer_and_a_new_leader_write_nothing_twice() -> Result<(), Box<dyn Error>> {
    let cluster = EmbeddedCluster::builder().brokers(3).topic("orders", 1);
    let cluster = cluster.start().await?;
    let client = Client::connect(ClientConfig::new(&cluster.bootstrap_servers())).await?;
    let producer = client.producer().build()?;

    // The broker writes the first record, and the connection breaks before it can say so.
    let lost = Rule::new(Matching::api(ApiKey::Produce), Action::ApplyThenCut).times(1);
    cluster.faults().add(lost)?;
    let one = producer.send(ProducerRecord::new("orders", "one")).await?;
    assert_eq!(one.await?.offset, Some(0));

    cluster.move_leader("orders", 0, 2)?;
    let two = producer.send(ProducerRecord::new("orders", "two")).await?;
    assert_eq!(two.await?.offset, Some(1));
    Ok(())
}
