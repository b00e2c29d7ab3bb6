//! `cargo xtask kafka`: what its subcommands do and say.

mod cluster;
mod distribution;
mod node;
mod probe;
mod random;
mod settings;
mod temporary;

use std::ffi::OsString;
use std::process::{Command, ExitCode};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};

use self::cluster::Cluster;
pub(crate) use self::cluster::Plan;
pub(crate) use self::distribution::{Distribution, NEWEST, Version, missing};
use self::node::Lifetime;
pub(crate) use self::random::ports;
use self::temporary::Lock;
pub(crate) use self::temporary::Temporary;
use crate::interrupt::Interrupt;
use crate::process;

#[derive(Subcommand)]
pub(crate) enum Task {
    /// Start a cluster that stays until `down`
    Up {
        #[command(flatten)]
        shape: Shape,
        #[command(flatten)]
        name: Name,
    },
    /// Say how each node of each cluster is
    Status,
    /// Stop a cluster and remove all that is left of it
    Down {
        #[command(flatten)]
        name: Name,
    },
    /// Start a cluster, run a command with OTTLA_BOOTSTRAP_SERVERS in its environment, remove the cluster
    ///
    /// The command's exit status is passed on. The command also finds OTTLA_KAFKA_CLUSTER (which `stop`, `start` and
    /// `tool` take as --name), OTTLA_KAFKA_CLASS_PATH (Kafka's jars, for `java -cp`) and OTTLA_XTASK (this program).
    Run {
        #[command(flatten)]
        shape: Shape,
        /// The command and its arguments
        #[arg(
            required = true,
            trailing_var_arg = true,
            allow_hyphen_values = true,
            value_name = "COMMAND"
        )]
        command: Vec<OsString>,
    },
    /// Stop one broker of a running cluster
    Stop {
        /// The broker's id
        broker: i32,
        /// End it at once, as a crash would
        #[arg(long)]
        kill: bool,
        #[command(flatten)]
        name: Name,
    },
    /// Start a stopped broker again, on the same port and data
    Start {
        /// The broker's id
        broker: i32,
        #[command(flatten)]
        name: Name,
    },
    /// Run one of Kafka's own command-line classes, org.apache.kafka.tools.TopicCommand for instance
    Tool {
        /// The version of Kafka
        #[arg(long, default_value = NEWEST)]
        version: Version,
        /// The class and its arguments
        #[arg(
            required = true,
            trailing_var_arg = true,
            allow_hyphen_values = true,
            value_name = "CLASS"
        )]
        command: Vec<OsString>,
    },
}

#[derive(Args)]
pub(crate) struct Shape {
    /// The version of Kafka
    #[arg(long, default_value = NEWEST)]
    version: Version,
    /// How many brokers
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=9))]
    brokers: u8,
    /// A broker setting of Kafka's, which wins over the ones for tests; may be repeated
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = setting)]
    settings: Vec<(String, String)>,
}

#[derive(Args)]
pub(crate) struct Name {
    /// The cluster, of which there may be several
    #[arg(long, env = "OTTLA_KAFKA_CLUSTER", default_value = "default", value_parser = cluster_name)]
    name: String,
}

impl Shape {
    pub(crate) fn into_plan(self) -> Plan {
        Plan {
            version: self.version,
            brokers: usize::from(self.brokers),
            settings: self.settings,
        }
    }
}

fn setting(text: &str) -> Result<(String, String), String> {
    let (name, value) = text
        .split_once('=')
        .ok_or("a setting looks like NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

fn cluster_name(text: &str) -> Result<String, String> {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    if !text.is_empty() && text.bytes().all(fits) {
        Ok(text.to_owned())
    } else {
        Err("a name is letters, digits and dashes".to_owned())
    }
}

pub(crate) fn run(task: Task, interrupt: &Interrupt) -> Result<ExitCode> {
    match task {
        Task::Up { shape, name } => up(&name.name, &shape.into_plan(), interrupt),
        Task::Status => status(),
        Task::Down { name } => down(&name.name),
        Task::Run { shape, command } => run_command(&shape.into_plan(), &command, interrupt),
        Task::Stop { broker, kill, name } => stop(&name.name, broker, kill),
        Task::Start { broker, name } => start(&name.name, broker, interrupt),
        Task::Tool { version, command } => tool(&version, &command, interrupt),
    }
}

fn up(name: &str, plan: &Plan, interrupt: &Interrupt) -> Result<ExitCode> {
    if name.starts_with(temporary::PREFIX) {
        bail!(
            "names that begin with `{}` are those of `kafka run`",
            temporary::PREFIX
        );
    }
    let _lock = Lock::take(name)?;
    temporary::remove_orphans()?;
    match Cluster::open(name)? {
        Some(running) if running.any_runs()? => {
            if !running.is_like(plan) {
                bail!(
                    "cluster `{name}` is up with another version, number of brokers or settings: {}",
                    down_hint(name)
                );
            }
            println!("cluster `{name}` is up already");
            explain(&running);
        }
        stale => {
            if stale.is_some() {
                eprintln!("kafka: removing cluster `{name}`, whose processes are gone");
                cluster::demolish(name)?;
            }
            let begin = Instant::now();
            let cluster = Cluster::create(name, plan, Lifetime::Detached, interrupt)?;
            println!(
                "cluster `{name}` is up: Kafka {}, {:.1} s",
                plan.version,
                begin.elapsed().as_secs_f64()
            );
            explain(&cluster);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn explain(cluster: &Cluster) {
    let servers = cluster.layout().bootstrap_servers();
    println!("bootstrap servers: {servers}");
    println!("for tests:         export OTTLA_BOOTSTRAP_SERVERS={servers}");
    println!("when done:         {}", down_hint(cluster.name()));
}

fn down_hint(name: &str) -> String {
    match name {
        "default" => "cargo xtask kafka down".to_owned(),
        other => format!("cargo xtask kafka down --name {other}"),
    }
}

/// Succeeds when there is a cluster and all of it is up.
fn status() -> Result<ExitCode> {
    temporary::remove_orphans()?;
    let names = cluster::names()?;
    if names.is_empty() {
        println!("no cluster is up");
    }
    let mut all_up = !names.is_empty();
    for name in &names {
        let Some(cluster) = Cluster::open(name)? else {
            continue;
        };
        let layout = cluster.layout();
        println!(
            "cluster `{name}`: Kafka {}, bootstrap servers {}",
            layout.version,
            layout.bootstrap_servers()
        );
        for node in cluster.report()? {
            println!("  {:<12} {}", node.name, node.state);
            all_up &= node.up;
        }
    }
    Ok(if all_up {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn down(name: &str) -> Result<ExitCode> {
    if name.starts_with(temporary::PREFIX) {
        bail!("cluster `{name}` goes down when its `kafka run` ends");
    }
    let _lock = Lock::take(name)?;
    if cluster::demolish(name)? {
        println!("cluster `{name}` is down");
    } else {
        println!("cluster `{name}` is not up: nothing to do");
    }
    Ok(ExitCode::SUCCESS)
}

fn run_command(plan: &Plan, command: &[OsString], interrupt: &Interrupt) -> Result<ExitCode> {
    let (program, arguments) = command.split_first().context("no command")?;
    // Said before a cluster is started for nothing.
    if !process::exists(program) {
        bail!("there is no program `{}`", program.display());
    }
    let cluster = Temporary::start(plan, interrupt)?;
    let status = cluster.run(Command::new(program).args(arguments), interrupt)?;
    Ok(ExitCode::from(process::exit_code(status)))
}

fn stop(name: &str, broker: i32, at_once: bool) -> Result<ExitCode> {
    existing(name)?.stop_broker(broker, at_once)?;
    println!("broker {broker} is stopped");
    Ok(ExitCode::SUCCESS)
}

fn start(name: &str, broker: i32, interrupt: &Interrupt) -> Result<ExitCode> {
    existing(name)?.start_broker(broker, interrupt)?;
    println!("broker {broker} is up");
    Ok(ExitCode::SUCCESS)
}

fn existing(name: &str) -> Result<Cluster> {
    Cluster::open(name)?.with_context(|| format!("cluster `{name}` is not up"))
}

fn tool(version: &Version, command: &[OsString], interrupt: &Interrupt) -> Result<ExitCode> {
    let kafka = Distribution::resolve(version, interrupt)?;
    let mut java = kafka.java();
    // The program is short: what starts fast is fast.
    java.args([
        "-XX:TieredStopAtLevel=1",
        "-XX:-UsePerfData",
        "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
    ]);
    let status = process::run_in_foreground(java.args(command), interrupt)?;
    Ok(ExitCode::from(process::exit_code(status)))
}
