//! `cargo xtask fuzz-smoke` and `fuzz-corpus`: hostile input for the protocol. The programs are those of the package
//! `ottla-hostile`.

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::interrupt::Interrupt;
use crate::process;
use crate::workspace::{cargo, root};

#[derive(Args)]
pub(crate) struct Arguments {
    /// How many inputs
    #[arg(long, default_value_t = 1_000_000)]
    messages: u64,
    /// Where the inputs come from: the same seed makes the same
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Check one input instead, as a run has printed it: request 3 12 HEX
    #[arg(long, value_name = "LINE", conflicts_with_all = ["messages", "seed"])]
    input: Option<String>,
}

pub(crate) fn smoke(arguments: Arguments, interrupt: &Interrupt) -> Result<ExitCode> {
    let Arguments {
        messages,
        seed,
        input,
    } = arguments;
    let words = match input {
        Some(line) => vec![line.into()],
        None => vec![messages.to_string().into(), seed.to_string().into()],
    };
    hostile("fuzz-smoke", words, interrupt)
}

pub(crate) fn corpus(interrupt: &Interrupt) -> Result<ExitCode> {
    let folder = root().join("fuzz/corpus");
    hostile("fuzz-corpus", vec![folder.into()], interrupt)
}

fn hostile(program: &str, words: Vec<OsString>, interrupt: &Interrupt) -> Result<ExitCode> {
    let mut command = cargo(&["run", "--quiet", "--profile", "smoke", "--package"]);
    command.args(["ottla-hostile", "--bin", program, "--"]);
    let status = process::run_in_foreground(command.args(words), interrupt)?;
    Ok(ExitCode::from(process::exit_code(status)))
}
