//! The Go programs: built with the modules that `go.mod` names.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use super::program::Program;
use super::{built, sources};
use crate::interrupt::Interrupt;
use crate::process;

/// One of the folders of `embedded/clients/go`, as a program.
pub(crate) fn program(name: &str, interrupt: &Interrupt) -> Result<Program> {
    Ok(Program::new([build(name, interrupt)?]))
}

/// Builds it; where the program is then.
pub(crate) fn build(name: &str, interrupt: &Interrupt) -> Result<PathBuf> {
    let program = built().join("go").join(name);
    let mut command = go()?;
    command.args(["build", "-o"]).arg(&program);
    command.arg(format!("./{name}"));
    quietly(&mut command, interrupt)?;
    Ok(program)
}

/// Builds the tests of a package that `go.mod` knows into a program.
pub(crate) fn tests(package: &str, name: &str, interrupt: &Interrupt) -> Result<PathBuf> {
    let program = built().join("go").join(name);
    let mut command = go()?;
    command
        .args(["test", "-c", "-o"])
        .arg(&program)
        .arg(package);
    quietly(&mut command, interrupt)?;
    Ok(program)
}

/// Prints the folder of a package.
pub(crate) fn list(package: &str) -> Result<Command> {
    let mut command = go()?;
    command.args(["list", "-f", "{{.Dir}}", package]);
    Ok(command)
}

/// The version of a module that `go.mod` asks for.
pub(crate) fn version(module: &str) -> Result<String> {
    let file = sources().join("go/go.mod");
    let text = std::fs::read_to_string(&file).context("read go.mod")?;
    let line = text.lines().find_map(|line| {
        let (name, version) = line.trim().split_once(' ')?;
        (name == module).then(|| version.trim().to_owned())
    });
    line.with_context(|| format!("go.mod names no {module}"))
}

fn go() -> Result<Command> {
    let go = process::find("go").context("there is no `go` on the path")?;
    let mut command = Command::new(go);
    command.current_dir(sources().join("go"));
    Ok(command)
}

fn quietly(command: &mut Command, interrupt: &Interrupt) -> Result<()> {
    let folder = built().join("go");
    std::fs::create_dir_all(&folder).context("create the folder of the Go programs")?;
    process::run_quietly(command, &folder.join("go.log"), "go", interrupt)
}
