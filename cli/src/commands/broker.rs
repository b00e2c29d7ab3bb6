//! `ottla broker`: an embedded cluster in the foreground.

use std::io::Write;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;
use ottla_embedded::{EmbeddedCluster, EmbeddedError};

use crate::context::Context;
use crate::failure::Failure;
use crate::values::key_value;

/// `ottla broker`.
#[derive(Debug, Args)]
pub(crate) struct Broker {
    /// Where to listen; port 0 is a free one.
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:9092")]
    listen: String,
    /// A topic that is there from the start; may be repeated.
    #[arg(long = "topic", value_name = "NAME:PARTITIONS", value_parser = topic)]
    topics: Vec<(String, i32)>,
    /// How many brokers; with a port, the others listen on those that follow.
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(i32).range(1..))]
    brokers: i32,
    /// Somebody who may log in, by PLAIN or SCRAM; may be repeated; with the first one everybody has to.
    #[arg(long = "user", value_name = "NAME:PASSWORD", value_parser = user)]
    users: Vec<(String, String)>,
    /// A setting of the brokers, by Kafka's name; may be repeated.
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = key_value)]
    settings: Vec<(String, String)>,
    /// Encrypts with a certificate of its own, which is written to this file for clients to trust.
    #[arg(long, value_name = "FILE")]
    tls_ca: Option<PathBuf>,
    /// Where the data is kept, so that it outlives this process; without it, in memory.
    #[arg(long, value_name = "DIR")]
    directory: Option<PathBuf>,
}

impl Broker {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        let (host, _) = self
            .listen
            .rsplit_once(':')
            .ok_or_else(|| no_address(&self.listen))?;
        let mut cluster = EmbeddedCluster::builder()
            .listen(resolve(&self.listen).await?)
            .brokers(self.brokers)
            .internal_topics()
            .seed(seed());
        if host.parse::<IpAddr>().is_err() {
            cluster = cluster.advertised_host(host);
        }
        for (name, partitions) in self.topics {
            cluster = cluster.topic(name, partitions);
        }
        for (name, password) in self.users {
            cluster = cluster.user(name, password);
        }
        for (name, value) in self.settings {
            cluster = cluster.config(name, value);
        }
        if self.tls_ca.is_some() {
            cluster = cluster.tls_self_signed();
        }
        if let Some(directory) = self.directory {
            cluster = cluster.directory(directory);
        }
        let cluster = cluster.start().await.map_err(failed)?;
        if let Some((file, ca)) = self.tls_ca.zip(cluster.ca_pem()) {
            let written = std::fs::write(&file, ca);
            written.map_err(|error| Failure::job(format!("write {}", file.display()), error))?;
        }
        let mut out = std::io::stdout();
        writeln!(out, "listening on {}", cluster.bootstrap_servers())?;
        out.flush()?;
        context.stop.cancelled().await;
        cluster.shutdown().await;
        Ok(())
    }
}

/// What the arguments ask for and can't be is wrong usage.
fn failed(error: EmbeddedError) -> Failure {
    match error {
        EmbeddedError::Config { .. } | EmbeddedError::Refused { .. } => {
            Failure::Usage(error.to_string())
        }
        error => error.into(),
    }
}

/// Another one each time: two clusters must not have one id.
fn seed() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let nanos = since.map_or(0, |since| since.as_nanos() as u64);
    nanos ^ u64::from(std::process::id()) << 32
}

async fn resolve(listen: &str) -> Result<SocketAddr, Failure> {
    let found = tokio::net::lookup_host(listen).await;
    let mut found = found.map_err(|error| Failure::job(format!("resolve {listen}"), error))?;
    found.next().ok_or_else(|| no_address(listen))
}

fn no_address(listen: &str) -> Failure {
    Failure::Usage(format!("--listen {listen}: not HOST:PORT"))
}

fn topic(text: &str) -> Result<(String, i32), String> {
    let (name, partitions) = text.rsplit_once(':').ok_or("not NAME:PARTITIONS")?;
    let partitions = partitions.parse().ok().filter(|count| *count > 0);
    let partitions = partitions.ok_or("PARTITIONS is a number from 1 on")?;
    Ok((name.to_owned(), partitions))
}

fn user(text: &str) -> Result<(String, String), String> {
    let (name, password) = text.split_once(':').ok_or("not NAME:PASSWORD")?;
    Ok((name.to_owned(), password.to_owned()))
}
