//! The client among brokers that misbehave at random, from a seed: leaders move, connections break in the middle of an answer, bytes are
//! damaged, answers say less than is true. Whatever they do, each record is there once, in order.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "trouble/reading.rs"]
mod reading;
#[path = "trouble/writing.rs"]
mod writing;

use std::sync::Arc;
use std::time::Duration;

use ottla_client::{Client, ClientConfig};
use ottla_embedded::EmbeddedCluster;
use ottla_embedded::faults::{Action, Matching, Rule};
use ottla_embedded::protocol::ApiKey;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::task::JoinSet;

const TOPIC: &str = "orders";

/// Two brokers that keep one partition, and know no newer version of an API.
async fn start(seed: u64, api: ApiKey, newest: i16) -> Arc<EmbeddedCluster> {
    let builder = EmbeddedCluster::builder().brokers(2).topic(TOPIC, 1);
    let builder = builder.seed(seed).newest_version(api, newest);
    Arc::new(builder.start().await.unwrap())
}

async fn client(cluster: &EmbeddedCluster) -> Client {
    let mut config = ClientConfig::new(&cluster.bootstrap_servers())
        .retry_backoff(Duration::from_millis(1))
        .retry_backoff_max(Duration::from_millis(5))
        .reconnect_backoff(Duration::from_millis(1))
        .reconnect_backoff_max(Duration::from_millis(5));
    // A few batches an answer: the more answers, the more can be wrong.
    config
        .set_property("max.partition.fetch.bytes", "300")
        .unwrap();
    Client::connect(config).await.unwrap()
}

/// So many of a hundred requests of an API go wrong in this way.
fn spoil(cluster: &EmbeddedCluster, api: ApiKey, action: Action, percent: f64) {
    let rule = Rule::new(Matching::api(api), action).with_probability(percent / 100.0);
    cluster.faults().add(rule).unwrap();
}

/// After so many of a hundred requests of an API the other broker leads.
fn move_leader(
    cluster: &Arc<EmbeddedCluster>,
    seed: u64,
    api: ApiKey,
    percent: f64,
) -> JoinSet<()> {
    let mut observer = cluster.observe();
    let cluster = Arc::clone(cluster);
    let mut dice = StdRng::seed_from_u64(seed);
    let mut moving = JoinSet::new();
    moving.spawn(async move {
        while let Some(seen) = observer.next().await {
            if seen.api_key == api && dice.random_bool(percent / 100.0) {
                cluster.move_leader(TOPIC, 0, 3 - seen.node).unwrap();
            }
        }
    });
    moving
}

/// How often anything went wrong.
fn done_wrong(cluster: &EmbeddedCluster) -> u64 {
    let reports = cluster.faults().reports();
    reports.iter().map(|report| report.hits).sum()
}
