//! `cargo xtask bench`: the criterion benches of the crate `ottla-benches`.

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::interrupt::Interrupt;
use crate::process;
use crate::workspace::cargo;

#[derive(Args)]
pub(crate) struct Arguments {
    /// One bench alone, by the name of its file
    name: Option<String>,
    /// Arguments for criterion: a filter, --save-baseline NAME and so on
    #[arg(last = true)]
    arguments: Vec<OsString>,
}

pub(crate) fn run(arguments: &Arguments, interrupt: &Interrupt) -> Result<ExitCode> {
    let mut command = cargo(&["bench", "--package", "ottla-benches"]);
    match &arguments.name {
        Some(name) => command.args(["--bench", name]),
        None => command.arg("--benches"),
    };
    let status =
        process::run_in_foreground(command.arg("--").args(&arguments.arguments), interrupt)?;
    Ok(ExitCode::from(process::exit_code(status)))
}
