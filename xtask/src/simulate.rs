//! `cargo xtask simulate`: the simulated world. The program is that of the package `ottla-simulation`.

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::interrupt::Interrupt;
use crate::process;
use crate::workspace::cargo;

#[derive(Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Arguments {
    /// As --help of the program tells: --seeds N, --seed S, --twice, --plan S, --faults and others
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

pub(crate) fn run(arguments: Arguments, interrupt: &Interrupt) -> Result<ExitCode> {
    let mut command = cargo(&["run", "--quiet", "--profile", "simulation", "--package"]);
    command.args(["ottla-simulation", "--"]);
    let status = process::run_in_foreground(command.args(arguments.arguments), interrupt)?;
    Ok(ExitCode::from(process::exit_code(status)))
}
