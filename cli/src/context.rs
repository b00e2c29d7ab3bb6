//! What all commands share: where the cluster is, its settings, how to print, when to stop.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use ottla_client::config::properties;
use ottla_client::{Client, ClientConfig, ClientError, ConfigError};
use tokio_util::sync::CancellationToken;

use crate::failure::Failure;
use crate::output::Output;
use crate::signals;

const DEFAULT_SERVER: &str = "127.0.0.1:9092";
/// Unless `session.timeout.ms` says otherwise. Kafka's 45 s spare a group needless rebalances; here one costs a moment,
/// and the others get the partitions of a member that was killed only when this is over.
const SESSION_TIMEOUT: Duration = Duration::from_secs(10);

/// Unless `max.poll.interval.ms` says otherwise. A sink's member is done with its work in hand after one transaction; and
/// when a member is killed while the group joins anew, the coordinator waits for it so long.
const REBALANCE_TIMEOUT: Duration = Duration::from_secs(20);

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
    /// A properties file with the names of Kafka's own tools. Defaults are Kafka's, except
    /// session.timeout.ms: 10 s, and max.poll.interval.ms: 20 s.
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
        let mut config = ClientConfig::default();
        config.session_timeout = SESSION_TIMEOUT;
        config.max_poll_interval = REBALANCE_TIMEOUT;
        if let Some(file) = &common.config {
            set_from_file(&mut config, file)?;
        }
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
        self.unless_stopped(async { Ok(self.connect().await?) })
            .await
    }

    /// One attempt, with the error as the client gives it.
    pub(crate) async fn connect(&self) -> Result<Client, ClientError> {
        Client::connect(self.config.clone()).await
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

fn set_from_file(config: &mut ClientConfig, file: &Path) -> Result<(), Failure> {
    let name = file.display();
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failure::job(format!("read {name}"), error))?;
    for (name, value) in properties::parse(&text).map_err(wrong_setting)? {
        config.set_property(&name, &value).map_err(wrong_setting)?;
    }
    Ok(())
}

/// A setting that is wrong, unknown or not built yet is wrong usage.
fn wrong_setting(error: ConfigError) -> Failure {
    match error {
        ConfigError::NotBuiltYet { name } => Failure::NotBuiltYet(format!("the setting {name}")),
        error => Failure::Usage(error.to_string()),
    }
}
