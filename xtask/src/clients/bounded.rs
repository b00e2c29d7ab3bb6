//! A command that gets so much time and no more, with all that it started.

use std::fs::File;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use crate::interrupt::Interrupt;

const POLL: Duration = Duration::from_millis(20);

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    Well,
    Badly,
    /// It was killed.
    TooLate,
}

/// Runs a command in a group of its own, what it prints going to `output` and `input` being what it reads.
pub(crate) fn run(
    command: &mut Command,
    input: &str,
    output: &Path,
    at_most: Duration,
    interrupt: &Interrupt,
) -> Result<Ended> {
    let file = File::create(output).with_context(|| format!("create {}", output.display()))?;
    let errors = file.try_clone().context("share a file")?;
    command
        .stdin(Stdio::piped())
        .stdout(file)
        .stderr(errors)
        .process_group(0);
    let program = command.get_program().to_owned();
    let mut child = command
        .spawn()
        .with_context(|| format!("start {}", program.display()))?;
    if let Some(mut stdin) = child.stdin.take() {
        // One that has ended already reads nothing.
        let _ = stdin.write_all(input.as_bytes());
    }
    let ended = wait(&mut child, at_most, interrupt);
    // What it left behind would go on asking.
    let _ = killpg(pid(&child)?, Signal::SIGKILL);
    child.wait().context("wait for a killed command")?;
    ended
}

fn wait(child: &mut Child, at_most: Duration, interrupt: &Interrupt) -> Result<Ended> {
    let deadline = Instant::now() + at_most;
    loop {
        if let Some(status) = child.try_wait().context("wait for a command")? {
            return Ok(if status.success() {
                Ended::Well
            } else {
                Ended::Badly
            });
        }
        interrupt.check()?;
        if Instant::now() >= deadline {
            return Ok(Ended::TooLate);
        }
        thread::sleep(POLL);
    }
}

fn pid(child: &Child) -> Result<Pid> {
    Ok(Pid::from_raw(
        i32::try_from(child.id()).context("process id")?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_takes_too_long_is_ended() {
        let interrupt = Interrupt::listen().unwrap();
        let output = std::env::temp_dir().join(format!("ottla-bounded-{}", std::process::id()));
        let run = |script: &str, at_most| {
            let mut command = Command::new("sh");
            command.args(["-c", script]);
            run(&mut command, "read\n", &output, at_most, &interrupt).unwrap()
        };
        let long = Duration::from_secs(20);
        assert_eq!(run("read line; echo $line", long), Ended::Well);
        assert_eq!(run("exit 3", long), Ended::Badly);
        assert_eq!(run("sleep 20", Duration::ZERO), Ended::TooLate);
        std::fs::remove_file(output).unwrap();
    }
}
