//! Runs the binary: to its end, or in the background with a leash.

use std::io::Write;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// The cluster that the tests were given, or a line that says why they do nothing.
pub(crate) fn bootstrap() -> Option<String> {
    let servers = std::env::var("OTTLA_BOOTSTRAP_SERVERS")
        .ok()
        .filter(|s| !s.is_empty());
    if servers.is_none() {
        println!("skipped: no Kafka (OTTLA_BOOTSTRAP_SERVERS is not set)");
    }
    servers
}

/// A name that no other test and no earlier run has used.
pub(crate) fn fresh(what: &str) -> String {
    format!("{what}-{:016x}", rand::random::<u64>())
}

pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ottla"));
    command.args(arguments).stdin(Stdio::null());
    command
}

/// What a finished run left behind.
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) took: Duration,
}

impl Run {
    fn of(output: Output, took: Duration) -> Self {
        Self {
            status: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            took,
        }
    }

    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(
            self.status, 0,
            "stdout: {}\nstderr: {}",
            self.stdout, self.stderr
        );
        self
    }

    /// Its stdout as one JSON object a line.
    #[track_caller]
    pub(crate) fn json(&self) -> Vec<Value> {
        let parse =
            |line: &str| serde_json::from_str(line).unwrap_or_else(|e| panic!("{line}: {e}"));
        self.stdout.lines().map(parse).collect()
    }
}

/// Runs to the end.
pub(crate) fn run(arguments: &[&str]) -> Run {
    let started = Instant::now();
    let output = command(arguments).output().unwrap();
    Run::of(output, started.elapsed())
}

/// Runs to the end, with these bytes on stdin.
pub(crate) fn run_with_input(arguments: &[&str], input: &[u8]) -> Run {
    let started = Instant::now();
    let mut child = command(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    let _ = writer.join().unwrap();
    Run::of(output, started.elapsed())
}

/// A run in the background; killed when dropped.
pub(crate) struct Running {
    child: Option<Child>,
    started: Instant,
}

impl Running {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut command = command(arguments);
        let piped = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Self::of(piped.spawn().unwrap())
    }

    /// One that was started already.
    pub(crate) fn of(child: Child) -> Self {
        Self {
            child: Some(child),
            started: Instant::now(),
        }
    }

    pub(crate) fn signal(&self, signal: nix::sys::signal::Signal) {
        let id = self.child.as_ref().unwrap().id();
        nix::sys::signal::kill(nix::unistd::Pid::from_raw(id as i32), signal).unwrap();
    }

    pub(crate) fn is_running(&mut self) -> bool {
        self.child.as_mut().unwrap().try_wait().unwrap().is_none()
    }

    /// SIGKILL, and the body buried.
    pub(crate) fn kill(mut self) {
        let mut child = self.child.take().unwrap();
        let _ = child.kill();
        child.wait().unwrap();
    }

    /// Waits for the end, for so long at most.
    #[track_caller]
    pub(crate) fn finish(mut self, within: Duration) -> Run {
        let deadline = Instant::now() + within;
        while self.is_running() {
            if Instant::now() > deadline {
                let mut child = self.child.take().unwrap();
                let _ = child.kill();
                let run = Run::of(child.wait_with_output().unwrap(), self.started.elapsed());
                panic!("still running after {within:?}; stderr: {}", run.stderr);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let child = self.child.take().unwrap();
        Run::of(child.wait_with_output().unwrap(), self.started.elapsed())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Asks again until the answer is yes: what a real cluster does takes as long as it takes.
#[track_caller]
pub(crate) fn until(what: &str, within: Duration, mut yes: impl FnMut() -> bool) {
    let deadline = Instant::now() + within;
    while !yes() {
        assert!(Instant::now() < deadline, "not within {within:?}: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A topic of its own for one test, with records `0..records`, the value of each its number.
pub(crate) fn topic_with(partitions: u32, records: u64) -> String {
    let topic = fresh("t");
    run(&[
        "topics",
        "create",
        &topic,
        "--partitions",
        &partitions.to_string(),
    ])
    .ok();
    produce_numbers(&topic, 0..records);
    topic
}

/// Sends records whose keys and values are numbers, so that they spread over the partitions.
pub(crate) fn produce_numbers(topic: &str, numbers: std::ops::Range<u64>) {
    let count = numbers.end - numbers.start;
    if count == 0 {
        return;
    }
    let lines: String = numbers.map(|n| format!("k{n}:{n}\n")).collect();
    let sent = run_with_input(
        &["produce", "--topic", topic, "--key-separator", ":"],
        lines.as_bytes(),
    )
    .ok();
    assert_eq!(sent.stdout.lines().last(), Some(count.to_string().as_str()));
}
