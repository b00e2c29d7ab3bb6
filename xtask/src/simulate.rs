//! `cargo xtask simulate`: the simulated world. The program is that of the package `ottla-simulation`.
//!
//! With `--with-bug` it is built from a copy of the workspace that has known bugs in it, in `target/plants`: all over the first time, then only
//! what has changed.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::Result;
use clap::Args;

use crate::interrupt::Interrupt;
use crate::process;
use crate::workspace::{cargo, succeed, target};

#[derive(Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Arguments {
    /// As --help of the program tells: --seeds N, --seed S, --twice, --plan S, --faults, --with-bug NAME and others
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

pub(crate) fn run(arguments: Arguments, interrupt: &Interrupt) -> Result<ExitCode> {
    let mut command = match names_a_bug(&arguments.arguments) {
        true => Command::new(planted(&arguments.arguments, interrupt)?),
        false => simulation(),
    };
    let status = process::run_in_foreground(command.args(arguments.arguments), interrupt)?;
    Ok(ExitCode::from(process::exit_code(status)))
}

fn simulation() -> Command {
    let mut command = cargo(&["run", "--quiet", "--profile", "simulation", "--package"]);
    command.args(["ottla-simulation", "--"]);
    command
}

fn names_a_bug(arguments: &[OsString]) -> bool {
    let is_it = |it: &OsString| it.to_string_lossy().split('=').next() == Some("--with-bug");
    arguments.iter().any(is_it)
}

/// Builds the simulation with bugs in it: the program.
fn planted(arguments: &[OsString], interrupt: &Interrupt) -> Result<PathBuf> {
    let folder = target().join("plants");
    let workspace = folder.join("workspace");
    let mut copy = simulation();
    copy.arg("--plant-into").arg(&workspace).args(arguments);
    succeed(&mut copy, interrupt)?;
    let mut build = cargo(&["build", "--quiet", "--profile", "simulation", "--package"]);
    build.args(["ottla-simulation", "--bin", "ottla-simulation"]);
    build
        .arg("--manifest-path")
        .arg(workspace.join("Cargo.toml"));
    // In a folder of its own: cargo tells packages apart by where they are in their workspace, and would take one for the other.
    for variable in ["CARGO_TARGET_DIR", "CARGO_BUILD_BUILD_DIR"] {
        build.env(variable, &folder);
    }
    succeed(&mut build, interrupt)?;
    Ok(folder.join("simulation/ottla-simulation"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bug_is_named_in_one_word_or_in_two() {
        let given = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
        assert!(names_a_bug(&given(&["--with-bug", "all"])));
        assert!(names_a_bug(&given(&["--jobs", "2", "--with-bug=all"])));
        assert!(!names_a_bug(&given(&["--bugs"])));
    }
}
