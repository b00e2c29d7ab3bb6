//! The Python programs: run with a virtual environment that holds what `requirements.txt` names.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::program::Program;
use super::{built, sources};
use crate::interrupt::Interrupt;
use crate::process;

/// One of the files of `embedded/clients/python`, as a program.
pub(crate) fn program(name: &str, interrupt: &Interrupt) -> Result<Program> {
    let python = environment(interrupt)?;
    let file = sources().join("python").join(name);
    // Nothing is to be written beside the sources.
    Ok(Program::new([
        python.as_os_str(),
        "-B".as_ref(),
        file.as_os_str(),
    ]))
}

/// The Python that has the clients; made where it is missing, or was made for other requirements.
fn environment(interrupt: &Interrupt) -> Result<PathBuf> {
    let wanted = sources().join("python/requirements.txt");
    let wanted_text = fs::read_to_string(&wanted).context("read requirements.txt")?;
    let folder = built().join("python");
    let python = folder.join("bin/python");
    let has = folder.join("requirements.txt");
    if fs::read_to_string(&has).is_ok_and(|text| text == wanted_text) {
        return Ok(python);
    }
    if folder.exists() {
        fs::remove_dir_all(&folder).context("remove the old virtual environment")?;
    }
    let system = process::find("python3").context("there is no `python3` on the path")?;
    let log = built().join("python.log");
    step(
        Command::new(system).args(["-m", "venv"]).arg(&folder),
        &log,
        interrupt,
    )?;
    let mut install = Command::new(&python);
    install.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "-r",
    ]);
    step(install.arg(&wanted), &log, interrupt)?;
    fs::write(&has, wanted_text).context("note the requirements")?;
    Ok(python)
}

fn step(command: &mut Command, log: &Path, interrupt: &Interrupt) -> Result<()> {
    process::run_quietly(command, log, "python3", interrupt)
}
