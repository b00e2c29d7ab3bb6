//! What all commands share: where the cluster is, its settings, how to print, when to stop.

use std::path::{Path, PathBuf};

use clap::Args;
use ottla_client::config::properties;
use ottla_client::{Client, ClientConfig, ConfigError};
use tokio_util::sync::CancellationToken;

use crate::failure::Failure;
use crate::output::Output;
use crate::signals;

const DEFAULT_SERVER: &str = "127.0.0.1:9092";

/// Options of every command.
#[derive(Debug, Args)]
pub(crate) struct Common {
    /// Brokers to start from; without it those of --config, else 127.0.0.1:9092.
    #[arg(
        short,
        long,
        global = true,
        env = "OTTLA_BOOTSTRAP_SERVERS",
        value_name = "HOST:PORT[,…]"
    )]
    pub(crate) bootstrap_servers: Option<String>,
    /// A properties file with the names of Kafka's own tools.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// How results are printed.
    #[arg(long, global = true, value_enum, default_value_t)]
    pub(crate) output: Output,
    /// More logs on stderr; repeat for more still.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

/// A command's surroundings.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) output: Output,
    pub(crate) stop: CancellationToken,
    config: ClientConfig,
}

impl Context {
    pub(crate) fn new(common: Common) -> Result<Self, Failure> {
        let mut config = match &common.config {
            Some(file) => from_file(file)?,
            None => ClientConfig::default(),
        };
        if let Some(servers) = &common.bootstrap_servers {
            config
                .set_property("bootstrap.servers", servers)
                .map_err(wrong_setting)?;
        } else if config.bootstrap_servers.is_empty() {
            config = config.bootstrap_servers([DEFAULT_SERVER.to_owned()]);
        }
        Ok(Self {
            output: common.output,
            stop: signals::stop_token().map_err(|e| Failure::job("install signal handlers", e))?,
            config,
        })
    }

    pub(crate) async fn client(&self) -> Result<Client, Failure> {
        self.unless_stopped(async { Ok(Client::connect(self.config.clone()).await?) })
            .await
    }

    /// Does it, unless a signal comes first: then the job ends in order, before it has begun.
    pub(crate) async fn unless_stopped<T>(
        &self,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        tokio::select! {
            done = work => done,
            () = self.stop.cancelled() => Err(Failure::Stopped),
        }
    }
}

fn from_file(file: &Path) -> Result<ClientConfig, Failure> {
    let name = file.display();
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failure::job(format!("read {name}"), error))?;
    let pairs = properties::parse(&text).map_err(wrong_setting)?;
    ClientConfig::from_properties(pairs).map_err(wrong_setting)
}

/// A setting that is wrong, unknown or not built yet is wrong usage.
fn wrong_setting(error: ConfigError) -> Failure {
    match error {
        ConfigError::NotBuiltYet { name } => Failure::NotBuiltYet(format!("the setting {name}")),
        error => Failure::Usage(error.to_string()),
    }
}
