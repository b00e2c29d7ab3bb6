//! The tasks of this workspace: `cargo xtask` lists them.
//!
//! Here are the list and nothing else; each task has a room of its own.

#![forbid(unsafe_code)]

mod bench;
mod broker;
mod check;
mod clients;
mod conformance;
mod fuzz;
mod interrupt;
mod kafka;
mod maven;
mod process;
mod simulate;
mod stages;
mod test;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::interrupt::Interrupt;

/// The tasks of this workspace.
#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    arg_required_else_help = true
)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Format, clippy, documentation, layers, each crate alone, packages
    Check(check::Arguments),
    /// Unit, documentation and integration tests, on a Kafka that it starts itself and on the embedded cluster
    Test(test::Arguments),
    /// The protocol against Kafka's own schemas and classes: definitions, and the bytes of random messages
    Conformance(conformance::Arguments),
    /// The criterion benches
    Bench(bench::Arguments),
    /// A million spoiled messages and records: no panic, no hang, no memory that their bytes don't justify
    FuzzSmoke(fuzz::Arguments),
    /// Fills fuzz/corpus, which the targets of cargo-fuzz begin with
    FuzzCorpus,
    /// Seeds of a simulated world: the real client, group and stores against the embedded cluster, with faults; with
    /// --with-bug NAME the same with a known bug built in, which must be found
    Simulate(simulate::Arguments),
    /// Clients that others wrote (sarama, franz-go, librdkafka, Kafka's own and more) against `ottla broker` and kfake
    Clients(clients::Arguments),
    /// A real Apache Kafka for tests, started and cleaned up without hands
    #[command(subcommand)]
    Kafka(kafka::Task),
}

fn main() -> ExitCode {
    run(Arguments::parse().task).unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

fn run(task: Task) -> Result<ExitCode> {
    let interrupt = Interrupt::listen()?;
    match task {
        Task::Check(arguments) => check::run(&arguments, &interrupt),
        Task::Test(arguments) => test::run(arguments, &interrupt),
        Task::Conformance(arguments) => conformance::run(&arguments, &interrupt),
        Task::Bench(arguments) => bench::run(&arguments, &interrupt),
        Task::FuzzSmoke(arguments) => fuzz::smoke(arguments, &interrupt),
        Task::FuzzCorpus => fuzz::corpus(&interrupt),
        Task::Simulate(arguments) => simulate::run(arguments, &interrupt),
        Task::Clients(arguments) => clients::run(&arguments, &interrupt),
        Task::Kafka(task) => kafka::run(task, &interrupt),
    }
}
