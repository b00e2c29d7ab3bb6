//! Programs that the tasks run: found on the path, run to their end, stopped.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, IsTerminal};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;

use crate::interrupt::Interrupt;

/// How often a child is asked whether it has ended.
const POLL: Duration = Duration::from_millis(20);

/// How long a command that was asked to end may take before it is killed.
const GRACE: Duration = Duration::from_secs(10);

/// The program of that name on the path, or nothing.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| is_executable(file))
}

/// Whether there is a program of that name or path.
pub(crate) fn exists(program: &OsStr) -> bool {
    let path = Path::new(program);
    match path.components().count() {
        1 => program.to_str().is_some_and(|name| find(name).is_some()),
        _ => is_executable(path),
    }
}

fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(file).is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

/// Runs a step of ours to its end with its output in `log`, which a failure quotes.
pub(crate) fn run_quietly(
    command: &mut Command,
    log: &Path,
    what: &str,
    interrupt: &Interrupt,
) -> Result<()> {
    let child = spawn_into(command, log)
        .with_context(|| format!("{what}: start {:?}", command.get_program()))?;
    finish_quietly(child, log, what, interrupt)
}

/// Starts a program with nothing to read and its output appended to `log`.
pub(crate) fn spawn_into(command: &mut Command, log: &Path) -> Result<Child> {
    let file = fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(log)
        .with_context(|| format!("open {}", log.display()))?;
    let errors = file
        .try_clone()
        .context("share the log between output and errors")?;
    Ok(command
        .stdin(Stdio::null())
        .stdout(file)
        .stderr(errors)
        .spawn()?)
}

/// Waits for what [`spawn_into`] started.
pub(crate) fn finish_quietly(
    mut child: Child,
    log: &Path,
    what: &str,
    interrupt: &Interrupt,
) -> Result<()> {
    let status = loop {
        if let Some(status) = child.try_wait().context("wait for a child")? {
            break status;
        }
        if let Err(error) = interrupt.check() {
            child
                .kill()
                .and_then(|()| child.wait())
                .context("kill a child")?;
            return Err(error);
        }
        thread::sleep(POLL);
    };
    if !status.success() {
        bail!(
            "{what} failed ({status}); its output ends with\n{}",
            tail(log, 15)
        );
    }
    Ok(())
}

/// Runs the user's command with this terminal, passing on the signals that ask this process to end.
pub(crate) fn run_in_foreground(
    command: &mut Command,
    interrupt: &Interrupt,
) -> Result<ExitStatus> {
    // At a terminal the command stays in our process group, which may read from the terminal and gets its Ctrl-C.
    // Elsewhere it has a group of its own, so that a signal reaches all that it started.
    let own_group = !io::stdin().is_terminal();
    if own_group {
        command.process_group(0);
    }
    let program = command.get_program().to_owned();
    let mut child = command
        .spawn()
        .with_context(|| format!("start {}", program.display()))?;
    let pid = Pid::from_raw(i32::try_from(child.id()).context("process id")?);
    let mut deadline = None;
    loop {
        if let Some(status) = child.try_wait().context("wait for the command")? {
            return Ok(status);
        }
        if let Some(signal) = interrupt.take() {
            pass_on(signal, pid, own_group);
            deadline = deadline.or_else(|| Some(Instant::now() + GRACE));
        }
        if deadline.is_some_and(|at| Instant::now() >= at) {
            pass_on(Signal::SIGKILL, pid, own_group);
        }
        thread::sleep(POLL);
    }
}

fn pass_on(signal: Signal, pid: Pid, own_group: bool) {
    let terminal_sent_it = !own_group && signal == Signal::SIGINT;
    // A command that has just ended can't be signalled, which is what was wanted.
    let _ = match (own_group, terminal_sent_it) {
        (true, _) => killpg(pid, signal),
        (false, true) => Ok(()),
        (false, false) => kill(pid, signal),
    };
}

/// What a shell would report: the exit code, or 128 and the signal's number.
pub(crate) fn exit_code(status: ExitStatus) -> u8 {
    let code = status
        .code()
        .or_else(|| status.signal().map(|signal| 128 + signal))
        .unwrap_or(1);
    u8::try_from(code).unwrap_or(1)
}

/// The last lines of a file, for an error message; without Java's stack traces, below which the reason would vanish.
pub(crate) fn tail(file: &Path, lines: usize) -> String {
    let text = fs::read(file).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let all: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with("\tat "))
        .collect();
    let shown = &all[all.len().saturating_sub(lines)..];
    shown
        .iter()
        .map(|line| format!("  | {line}"))
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exit_code_is_passed_on_and_a_signal_reads_as_in_a_shell() {
        assert_eq!(exit_code(ExitStatus::from_raw(7 << 8)), 7);
        assert_eq!(exit_code(ExitStatus::from_raw(Signal::SIGKILL as i32)), 137);
    }

    #[test]
    fn a_program_that_is_not_on_the_path_is_not_found() {
        assert!(find("sh").is_some());
        assert_eq!(find("no program has this name"), None);
    }
}
