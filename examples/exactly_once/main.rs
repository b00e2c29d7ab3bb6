//! 100,000 records go through a consumer group into SQLite and into sled. Members are killed with SIGKILL midway and
//! started again; in the end each record is there exactly once.
//!
//! ```sh
//! cargo run --release --example exactly_once
//! cargo run --release --example exactly_once -- --kafka
//! cargo run --release --example exactly_once -- --bootstrap-servers HOST:PORT
//! ```
//!
//! The first uses an embedded cluster of three brokers in the process of the show, which the members' processes reach over TCP; the
//! second a real Kafka that it starts, which needs Java 17 and Maven; the third yours. The members are in `member.rs`:
//! that is all there is to exactly once. The rest is the show around it.

mod audit;
mod cluster;
mod member;
mod process;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::ensure;
use clap::{Parser, Subcommand};
use ottla_client::Client;
use ottla_embedded::EmbeddedCluster;

use crate::audit::Audit;
use crate::cluster::Sent;
use crate::member::Target;
use crate::process::Process;

/// How long members may take before something must be wrong.
const PATIENCE: Duration = Duration::from_secs(120);

#[derive(Parser)]
struct Arguments {
    /// The Kafka to use; without it an embedded cluster is started.
    #[arg(long, env = "OTTLA_BOOTSTRAP_SERVERS", value_name = "HOST:PORT")]
    bootstrap_servers: Option<String>,
    /// Start a real Kafka to use.
    #[arg(long, conflicts_with = "bootstrap_servers")]
    kafka: bool,
    /// How many records are sent.
    #[arg(long, default_value_t = 100_000)]
    records: u64,
    #[command(subcommand)]
    role: Option<Role>,
}

#[derive(Subcommand)]
enum Role {
    /// One process of the group; the show starts these itself.
    #[command(hide = true)]
    Member(member::Arguments),
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    if arguments.kafka {
        return cluster::run_with_a_kafka_of_its_own();
    }
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        match (arguments.bootstrap_servers, arguments.role) {
            (Some(servers), Some(Role::Member(member))) => member::run(&servers, member).await,
            (Some(servers), None) => show(&servers, arguments.records).await,
            (None, _) => show_on_an_embedded_cluster(arguments.records).await,
        }
    })
}

async fn show_on_an_embedded_cluster(records: u64) -> anyhow::Result<()> {
    // Both processes are in from the beginning, so that the one that is killed is at work.
    let cluster = EmbeddedCluster::builder()
        .brokers(3)
        .config("group.initial.rebalance.delay.ms", "1000")
        .start()
        .await?;
    println!(
        "an embedded cluster of 3 brokers (--kafka starts a real Kafka, --bootstrap-servers uses yours)"
    );
    let shown = show(&cluster.bootstrap_servers(), records).await;
    cluster.shutdown().await;
    shown
}

async fn show(servers: &str, records: u64) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let client = cluster::connect(servers).await?;
    let sent = cluster::send(&client, records).await?;
    println!(
        "{records} records sent to topic {} of {servers}, 6 partitions\n",
        sent.topic
    );

    println!("SQLite: one group, two processes");
    let file = folder.path().join("results.db");
    two_processes(servers, &client, &sent, &file).await?;
    let sqlite = audit::sqlite(&file)?;
    report(&sqlite, &sent);

    println!("sled: one process with two members");
    let results = folder.path().join("results.sled");
    one_process(servers, &client, &sent, &results).await?;
    let sled = audit::sled(&results)?;
    report(&sled, &sent);

    ensure!(
        sqlite.is_each_once(&sent) && sled.is_each_once(&sent),
        "a record is missing, or there twice"
    );
    println!("Each record is in both stores exactly once.");
    Ok(())
}

async fn two_processes(
    servers: &str,
    client: &Client,
    sent: &Sent,
    file: &Path,
) -> anyhow::Result<()> {
    let group = format!("{}-sqlite", sent.topic);
    let start = || Process::start(servers, &sent.topic, &group, Target::Sqlite, file, 1);
    let (begin, one, two) = (Instant::now(), start()?, start()?);

    // The mirror in Kafka is a moment behind, and all may be over by then: look into the file.
    let done = loop {
        match audit::sqlite_rows_so_far(file) {
            rows if rows >= sent.records / 4 => break rows,
            rows => ensure!(begin.elapsed() < PATIENCE, "{rows} rows after 2 minutes"),
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    one.kill()?;
    println!("  {done} records in: one process killed");
    let one = start()?;
    println!("  and started again; the other goes on");

    cluster::wait_for(client, &group, sent, sent.records).await?;
    one.finish()?;
    two.finish()?;
    println!("  all in after {:.1} s", begin.elapsed().as_secs_f32());
    Ok(())
}

async fn one_process(
    servers: &str,
    client: &Client,
    sent: &Sent,
    folder: &Path,
) -> anyhow::Result<()> {
    let group = format!("{}-sled", sent.topic);
    let start = || Process::start(servers, &sent.topic, &group, Target::Sled, folder, 2);
    let (begin, process) = (Instant::now(), start()?);

    let done = cluster::wait_for(client, &group, sent, sent.records / 4).await?;
    process.kill()?;
    println!("  {done} records in: the process killed");
    let process = start()?;
    println!("  and started again");

    cluster::wait_for(client, &group, sent, sent.records).await?;
    process.finish()?;
    println!("  all in after {:.1} s", begin.elapsed().as_secs_f32());
    Ok(())
}

fn report(audit: &Audit, sent: &Sent) {
    let Audit {
        rows,
        different,
        sum,
    } = audit;
    println!(
        "  {rows} results of {different} different records; their sum is {sum}, sent was {}\n",
        sent.sum()
    );
}
