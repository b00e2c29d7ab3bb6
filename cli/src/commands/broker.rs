//! `ottla broker`: an embedded cluster of one broker in the foreground.

use std::io::Write;
use std::net::{IpAddr, SocketAddr};

use clap::Args;
use ottla_embedded::EmbeddedCluster;

use crate::context::Context;
use crate::failure::Failure;

/// `ottla broker`.
#[derive(Debug, Args)]
pub(crate) struct Broker {
    /// Where to listen; port 0 is a free one.
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:9092")]
    listen: String,
    /// A topic that is there from the start; may be repeated.
    #[arg(long = "topic", value_name = "NAME:PARTITIONS", value_parser = topic)]
    topics: Vec<(String, i32)>,
}

impl Broker {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        let (host, _) = self
            .listen
            .rsplit_once(':')
            .ok_or_else(|| no_address(&self.listen))?;
        let mut cluster = EmbeddedCluster::builder().listen(resolve(&self.listen).await?);
        if host.parse::<IpAddr>().is_err() {
            cluster = cluster.advertised_host(host);
        }
        for (name, partitions) in self.topics {
            cluster = cluster.topic(name, partitions);
        }
        let cluster = cluster.start().await?;
        let mut out = std::io::stdout();
        writeln!(out, "listening on {}", cluster.bootstrap_servers())?;
        out.flush()?;
        context.stop.cancelled().await;
        cluster.shutdown().await;
        Ok(())
    }
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
