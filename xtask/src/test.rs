//! `cargo xtask test`: every test there is, on one Kafka for the whole run; those that need no more than a Kafka once more on
//! the embedded cluster.

use std::ffi::OsString;
use std::process::{Command, ExitCode, ExitStatus};

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};

use crate::broker::Broker;
use crate::conformance;
use crate::interrupt::Interrupt;
use crate::kafka::{self, Shape, Temporary};
use crate::stages::{Outcome, Stages};
use crate::workspace::{cargo, succeed};

#[derive(Args)]
pub(crate) struct Arguments {
    /// Fail where the tests that need this would be skipped
    #[arg(long, value_enum, value_name = "WHAT")]
    require: Vec<Requirement>,
    /// Leave this out; may be repeated
    #[arg(long, value_enum, value_name = "WHAT")]
    skip: Vec<Part>,
    #[command(flatten)]
    shape: Shape,
    /// Arguments for each test program: a filter, --nocapture and so on
    #[arg(last = true)]
    arguments: Vec<OsString>,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Requirement {
    Kafka,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Part {
    /// The tests on a real Kafka, and the comparison with its protocol
    Kafka,
    /// The same tests on the embedded cluster
    Embedded,
    /// The examples in the documentation
    Doc,
}

pub(crate) fn run(arguments: Arguments, interrupt: &Interrupt) -> Result<ExitCode> {
    let Arguments {
        require,
        skip,
        shape,
        arguments,
    } = arguments;
    let plan = shape.into_plan();
    let missing = match skip.contains(&Part::Kafka) {
        true => vec!["left out with --skip".to_owned()],
        false => kafka::missing(&plan.version),
    };
    if require.contains(&Requirement::Kafka) && !missing.is_empty() {
        bail!(
            "the tests on a real Kafka are required: {}",
            missing.join("; ")
        );
    }

    let mut stages = Stages::new(interrupt);
    if !stages.run("build", || {
        plain(&["test", "--workspace", "--no-run", "--quiet"], interrupt)
    }) {
        return Ok(stages.finish());
    }
    let mut cluster = None;
    stages.run("start Kafka", || {
        if !missing.is_empty() {
            return Ok(Outcome::Skipped(format!(
                "and so are the tests on it: {}",
                missing.join("; ")
            )));
        }
        cluster = Some(Temporary::start(&plan, interrupt)?);
        Ok(Outcome::Done)
    });
    let name = match cluster {
        Some(_) => "unit and integration tests",
        None => "unit tests, and integration tests without Kafka",
    };
    stages.run(name, || {
        on(cluster.as_ref(), test(&TESTS, &arguments), interrupt)
    });
    stages.run("integration tests on the embedded cluster", || {
        on_the_embedded_cluster(&skip, cluster.is_none(), &arguments, interrupt)
    });
    stages.run("documentation tests", || match skip.contains(&Part::Doc) {
        true => Ok(left_out()),
        false => on(cluster.as_ref(), test(&["--doc"], &arguments), interrupt),
    });
    drop(cluster);
    stages.run("conformance", || {
        match conformance_missing(&skip, &arguments) {
            Some(why) => Ok(Outcome::Skipped(why)),
            None => conformance(interrupt),
        }
    });
    Ok(stages.finish())
}

fn left_out() -> Outcome {
    Outcome::Skipped("left out with --skip".to_owned())
}

/// Why the protocol is not compared with Kafka's.
fn conformance_missing(skip: &[Part], arguments: &[OsString]) -> Option<String> {
    if skip.contains(&Part::Kafka) {
        return Some("left out with --skip".to_owned());
    }
    if !arguments.is_empty() {
        return Some("the arguments choose some tests alone".to_owned());
    }
    let missing = kafka::missing(&kafka::Version::newest());
    (!missing.is_empty()).then(|| missing.join("; "))
}

fn conformance(interrupt: &Interrupt) -> Result<Outcome> {
    match conformance::check(&conformance::Arguments::default(), interrupt)? {
        true => Ok(Outcome::Done),
        false => bail!("`cargo xtask conformance` says what differs"),
    }
}

/// All targets that hold tests; benches are `cargo xtask bench`'s.
const TESTS: [&str; 4] = ["--lib", "--bins", "--tests", "--examples"];

/// The test programs that find a Kafka in their environment and want nothing else of it. Those of the examples and of the
/// embedded cluster itself start one without being told.
const ON_ANY_KAFKA: [&str; 9] = [
    "admin",
    "cluster",
    "consume",
    "exactly_once",
    "handlers",
    "kafka",
    "members",
    "offsets",
    "produce",
];

/// Of these, what takes as long as all others: run where no real Kafka has judged it. It is the command line's.
const SLOW_ON_ANY_KAFKA: [&str; 1] = ["ottla"];

fn on_the_embedded_cluster(
    skip: &[Part],
    with_slow: bool,
    arguments: &[OsString],
    interrupt: &Interrupt,
) -> Result<Outcome> {
    if skip.contains(&Part::Embedded) {
        return Ok(left_out());
    }
    let slow = SLOW_ON_ANY_KAFKA.iter().filter(|_| with_slow);
    let programs = ON_ANY_KAFKA.iter().chain(slow);
    let targets: Vec<_> = programs.flat_map(|it| ["--test", *it]).collect();
    let mut command = test(&targets, arguments);
    judged(Broker::start()?.run(&mut command, interrupt)?)
}

fn test(targets: &[&str], arguments: &[OsString]) -> Command {
    let mut command = cargo(&["test", "--workspace", "--no-fail-fast"]);
    // A line for each program, and a dot for each test.
    command
        .args(targets)
        .args(["--", "--quiet"])
        .args(arguments);
    command
}

fn plain(arguments: &[&str], interrupt: &Interrupt) -> Result<Outcome> {
    succeed(&mut cargo(arguments), interrupt)?;
    Ok(Outcome::Done)
}

fn on(cluster: Option<&Temporary>, mut command: Command, interrupt: &Interrupt) -> Result<Outcome> {
    let Some(cluster) = cluster else {
        // A cluster that happens to be in the environment is not the one that was asked for.
        command.env_remove("OTTLA_BOOTSTRAP_SERVERS");
        succeed(&mut command, interrupt)?;
        return Ok(Outcome::Done);
    };
    judged(cluster.run(&mut command, interrupt)?)
}

fn judged(status: ExitStatus) -> Result<Outcome> {
    if !status.success() {
        bail!("{status}");
    }
    Ok(Outcome::Done)
}
