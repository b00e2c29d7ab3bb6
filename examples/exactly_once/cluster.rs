//! The cluster: a real Kafka where one is asked for; filled with records, asked how far the group is.

use std::process::Command;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, ensure};
use ottla_client::admin::NewTopic;
use ottla_client::producer::ProducerRecord;
use ottla_client::{Client, ClientConfig};
use ottla_protocol::types::TopicPartition;

const PARTITIONS: i32 = 6;

/// What was sent: the numbers from 0 on.
pub(crate) struct Sent {
    pub(crate) topic: String,
    pub(crate) records: u64,
}

impl Sent {
    pub(crate) fn sum(&self) -> i64 {
        (0..self.records as i64).sum()
    }
}

/// Runs this program again, inside `cargo xtask kafka run`, which starts a Kafka and takes it down again.
pub(crate) fn run_with_a_kafka_of_its_own() -> anyhow::Result<()> {
    println!("starting a Kafka");
    let status = Command::new(std::env::var("CARGO").unwrap_or("cargo".into()))
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .args(["xtask", "kafka", "run", "--"])
        .arg(std::env::current_exe()?)
        .args(std::env::args_os().skip(1).filter(|it| it != "--kafka"))
        .status()
        .context("run cargo xtask kafka run")?;
    ensure!(status.success(), "the run failed: {status}");
    Ok(())
}

pub(crate) async fn connect(servers: &str) -> anyhow::Result<Client> {
    Ok(Client::connect(ClientConfig::new(servers)).await?)
}

/// Makes a topic and sends the numbers, spread over its partitions by their keys.
pub(crate) async fn send(client: &Client, records: u64) -> anyhow::Result<Sent> {
    let topic = format!(
        "exactly-once-{}",
        SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis()
    );
    for (_, created) in client
        .admin()
        .create_topics(&[NewTopic::new(topic.as_str(), PARTITIONS)])
        .await
    {
        created?;
    }
    let producer = client.producer().build()?;
    for number in 0..records {
        let number = number.to_string();
        producer
            .send_and_forget(ProducerRecord::new(&topic, &number).key(&number))
            .await?;
    }
    producer.close().await?;
    Ok(Sent { topic, records })
}

/// Waits until the group has done so many records, by its offsets' mirror in Kafka, and says how many it has.
pub(crate) async fn wait_for(
    client: &Client,
    group: &str,
    sent: &Sent,
    records: u64,
) -> anyhow::Result<u64> {
    let deadline = Instant::now() + Duration::from_secs(120);
    let partitions: Vec<_> = (0..PARTITIONS)
        .map(|one| TopicPartition::new(sent.topic.as_str(), one))
        .collect();
    loop {
        let committed = client
            .offsets()
            .group(group)
            .fetch(&partitions, false)
            .await?;
        let next = committed
            .into_iter()
            .filter_map(|(_, answer)| answer.ok().flatten());
        let done = next
            .map(|committed| committed.next)
            .sum::<i64>()
            .unsigned_abs();
        if done >= records {
            return Ok(done);
        }
        ensure!(
            Instant::now() < deadline,
            "{done} of {records} records after 2 minutes"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
