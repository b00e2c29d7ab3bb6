//! `cargo xtask clients`: real clients, none of which this project wrote, against `ottla broker`; against kfake, the anchor; and
//! against a real Kafka, which says whether the list itself is right.
//!
//! The programs that use the clients are in `embedded/clients`; each names its own checks.

mod bounded;
mod check;
mod go;
mod java;
mod program;
mod python;
mod suite;
mod table;
mod target;
mod transcript;

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};

use self::check::{Check, Verdict};
use self::table::{Cell, Table};
use self::target::{Kind, Target};
use crate::interrupt::Interrupt;
use crate::workspace::{self, cargo, succeed};

#[derive(Args)]
pub(crate) struct Arguments {
    /// What the clients are tried on
    #[arg(
        long,
        value_enum,
        value_delimiter = ',',
        value_name = "TARGET",
        default_value = "ottla,kfake"
    )]
    against: Vec<Kind>,
    /// This client alone; may be repeated
    #[arg(long, value_enum, value_name = "CLIENT")]
    only: Vec<Client>,
    /// Only the checks with this in their name
    #[arg(long, value_name = "TEXT", default_value = "")]
    check: String,
    /// Fail where a client or a target can't be had on this machine, and where a check fails on Kafka itself
    #[arg(long)]
    require: bool,
    /// Name the checks and run none
    #[arg(long)]
    list: bool,
}

/// A client that others wrote, or a family of tools.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Client {
    Sarama,
    FranzGo,
    /// franz-go's own test suite
    FranzGoSuite,
    Librdkafka,
    KafkaPython,
    /// Kafka's Java client
    Java,
    /// Kafka's command-line tools
    Tools,
}

/// What could not be had, and why.
struct Missing {
    what: String,
    why: String,
}

pub(crate) fn run(arguments: &Arguments, interrupt: &Interrupt) -> Result<ExitCode> {
    fs::create_dir_all(built()).context("create the folder of the clients")?;
    // Two runs would write to the same files.
    let lock = fs::File::create(built().join("lock")).context("create a lock")?;
    lock.lock().context("wait for another run")?;
    let mut missing = Vec::new();
    let checks = gather(arguments, &mut missing, interrupt)?;
    if arguments.list {
        for check in &checks {
            println!("{:<16} {:<26} {}", check.client, check.name, check.what);
        }
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = Table::new(&checks);
    for kind in &arguments.against {
        match Target::start(*kind, interrupt) {
            Ok(target) => {
                try_all(target, &checks, &mut table, interrupt)?;
                // After each target: who has seen enough may stop it.
                println!("\n{table}");
            }
            Err(error) if interrupt.came() => return Err(error),
            Err(error) if *kind == Kind::Ottla => return Err(error),
            Err(error) => missing.push(Missing {
                what: kind.to_string(),
                why: format!("{error:#}"),
            }),
        }
    }
    for Missing { what, why } in &missing {
        println!("SKIPPED {what}: {why}");
    }
    // What fails on Kafka itself is a check that is wrong, or a Kafka that was not well: nothing to rely on where all is required.
    let unreliable = !missing.is_empty() || table.failed(Kind::Kafka) > 0;
    let failed = table.failed(Kind::Ottla) > 0 || (arguments.require && unreliable);
    Ok(if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// Builds what is to be built; the checks of all clients that can be had.
fn gather(
    arguments: &Arguments,
    missing: &mut Vec<Missing>,
    interrupt: &Interrupt,
) -> Result<Vec<Check>> {
    if arguments.against.contains(&Kind::Ottla) {
        eprintln!("clients: building `ottla broker`");
        succeed(
            &mut cargo(&["build", "--quiet", "--package", "ottla-cli"]),
            interrupt,
        )?;
    }
    let mut checks = Vec::new();
    for client in Client::value_variants() {
        if !arguments.only.is_empty() && !arguments.only.contains(client) {
            continue;
        }
        eprintln!("clients: preparing {}", client.name());
        match client.prepare(interrupt) {
            Ok(more) => checks.extend(more),
            Err(error) if interrupt.came() => return Err(error),
            Err(error) => {
                let what = client.name().to_owned();
                let why = format!("{error:#}");
                eprintln!("clients: SKIPPED {what}: {why}");
                missing.push(Missing { what, why });
            }
        }
    }
    checks.retain(|check| check.name.contains(&arguments.check));
    if checks.is_empty() {
        bail!("no check is left");
    }
    Ok(checks)
}

fn try_all(
    mut target: Target,
    checks: &[Check],
    table: &mut Table,
    interrupt: &Interrupt,
) -> Result<()> {
    let kind = target.kind();
    table.tried(kind, target.version().to_owned());
    println!("── {kind} ({})", target.version());
    for (at, check) in checks.iter().enumerate() {
        let mut verdict = try_one(&mut target, check, interrupt)?;
        // Clients watch the clock, and a busy machine is slow: a second try counts, and the table tells it.
        if matches!(verdict, Verdict::Failed(_)) {
            verdict = try_one(&mut target, check, interrupt)?.at_the_second_try();
        }
        table.note(at, kind, Cell::from(verdict));
    }
    Ok(())
}

fn try_one(target: &mut Target, check: &Check, interrupt: &Interrupt) -> Result<Verdict> {
    let begin = Instant::now();
    let verdict = check.run(target, interrupt)?;
    let line = format!("{} {}", check.client, check.name);
    let took = begin.elapsed().as_secs_f64();
    println!("   {:<8} {took:>6.1} s  {line}", verdict.word());
    if let Some(why) = verdict.why() {
        println!("{why}");
        // The next one is not to fail for what this one has done.
        target.revive(interrupt)?;
    }
    Ok(verdict)
}

/// Where the clients' programs are.
fn sources() -> PathBuf {
    workspace::root().join("embedded/clients")
}

/// Where what is built of them, or fetched for them, lies.
fn built() -> PathBuf {
    workspace::target().join("clients")
}

impl Client {
    fn name(self) -> &'static str {
        match self {
            Self::Sarama => "sarama",
            Self::FranzGo => "franz-go",
            Self::FranzGoSuite => "franz-go suite",
            Self::Librdkafka => "librdkafka",
            Self::KafkaPython => "kafka-python",
            Self::Java => "java",
            Self::Tools => "java tools",
        }
    }

    fn prepare(self, interrupt: &Interrupt) -> Result<Vec<Check>> {
        match self {
            Self::Sarama => go::program("sarama", interrupt)?.checks(self.name()),
            Self::FranzGo => go::program("franz", interrupt)?.checks(self.name()),
            Self::FranzGoSuite => suite::checks(self.name(), interrupt),
            Self::Librdkafka => python::program("librdkafka.py", interrupt)?.checks(self.name()),
            Self::KafkaPython => python::program("kafka_python.py", interrupt)?.checks(self.name()),
            Self::Java => java::program(interrupt)?.checks(self.name()),
            Self::Tools => transcript::checks(self.name(), interrupt),
        }
    }
}
