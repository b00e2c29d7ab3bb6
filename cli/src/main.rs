//! `ottla`: Apache Kafka's offsets on the command line.
//!
//! What each command takes and prints is a promise to scripts: see `ottla help COMMAND`. Results go to stdout, logs and
//! progress to stderr; exit status 0 is done, 1 failed, 2 wrong usage.

#![forbid(unsafe_code)]

mod bounds;
mod commands;
mod committed;
mod context;
mod failure;
mod lines;
mod logging;
mod output;
mod progress;
mod record_json;
mod signals;
mod sink;
mod store_url;
mod values;

use std::process::ExitCode;

use clap::Parser;

use crate::commands::Command;
use crate::context::{Common, Context};
use crate::failure::Failure;

/// Kafka offsets: read them, reset them, and commit them together with results, exactly once.
#[derive(Debug, Parser)]
#[command(name = "ottla", version, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    logging::start(cli.common.verbose);
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn run(cli: Cli) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|e| Failure::job("start", e))?;
    let done = runtime.block_on(async {
        let context = Context::new(cli.common)?;
        let job = cli.command.is_job();
        let work = Box::pin(cli.command.run(&context));
        match job {
            true => work.await,
            false => context.unless_stopped(work).await,
        }
    });
    // A blocking read of stdin can't be cancelled: don't wait for it.
    runtime.shutdown_background();
    done
}
