//! The tasks of this workspace: `cargo xtask` lists them.
//!
//! Here are the list and nothing else; each task has a room of its own.

#![forbid(unsafe_code)]

mod interrupt;
mod kafka;
mod maven;
mod process;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

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
    /// A real Apache Kafka for tests, started and cleaned up without hands
    #[command(subcommand)]
    Kafka(kafka::Task),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().task {
        Task::Kafka(task) => kafka::run(task),
    };
    done.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}
