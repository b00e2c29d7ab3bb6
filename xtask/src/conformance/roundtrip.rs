//! What Kafka's own classes wrote, asked of the example `roundtrip`: question by question, each answer waited for.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::interrupt::Interrupt;
use crate::kafka::Distribution;
use crate::workspace;

/// The Java programs, which also make the files that lie beside them.
const PROGRAMS: &str = "protocol/tests/golden";

/// How long an answer may take: ten times what the example promises, for machines that have more to do.
const PATIENCE: Duration = Duration::from_secs(10);

/// The lines that a Java program of ours prints: `SEED COUNT` are its arguments.
pub(crate) fn lines(
    kafka: &Distribution,
    program: &str,
    seed: u64,
    count: u32,
    mut line: impl FnMut(&str) -> Result<()>,
) -> Result<()> {
    let mut java = kafka
        .java()
        // The program is short: what starts fast is fast.
        .args(["-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"])
        .arg("-Dorg.slf4j.simpleLogger.defaultLogLevel=error")
        .arg(workspace::root().join(PROGRAMS).join(program))
        .args([seed.to_string(), count.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("start Java")?;
    let printed = java.stdout.take().context("Java's output")?;
    let read = BufReader::new(printed)
        .lines()
        .try_for_each(|printed| line(&printed.context("read Java's output")?));
    if read.is_err() {
        // It has no reader any more.
        java.kill().context("end Java")?;
    }
    let status = java.wait().context("wait for Java")?;
    read?;
    if !status.success() {
        bail!("{program} failed ({status})");
    }
    Ok(())
}

/// The running example.
pub(crate) struct Roundtrip<'a> {
    child: Child,
    questions: Option<ChildStdin>,
    answers: Receiver<String>,
    interrupt: &'a Interrupt,
}

impl<'a> Roundtrip<'a> {
    pub(crate) fn start(example: &Path, interrupt: &'a Interrupt) -> Result<Self> {
        let mut child = Command::new(example)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("start {}", example.display()))?;
        let printed = child.stdout.take().context("the example's output")?;
        let (sender, answers) = mpsc::sync_channel(1);
        // A thread, since a pipe can't be read with a time-out. It ends with the pipe.
        thread::spawn(move || {
            let lines = BufReader::new(printed).lines();
            lines
                .map_while(Result::ok)
                .try_for_each(|answer| sender.send(answer).ok())
        });
        Ok(Self {
            questions: child.stdin.take(),
            child,
            answers,
            interrupt,
        })
    }

    /// Asks a question of one line.
    pub(crate) fn ask(&mut self, question: &str) -> Result<String> {
        self.interrupt.check()?;
        let questions = self.questions.as_mut().context("the example's input")?;
        let shown = question.get(..100).unwrap_or(question);
        writeln!(questions, "{question}").with_context(|| format!("ask `{shown}`"))?;
        self.answers
            .recv_timeout(PATIENCE)
            .with_context(|| format!("no answer to `{shown}`"))
    }
}

/// The example ends when its input does; should it not, it is ended.
impl Drop for Roundtrip<'_> {
    fn drop(&mut self) {
        self.questions = None;
        // Nobody is left to be told if either fails, and nothing to be done.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
