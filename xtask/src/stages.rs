//! A task of several stages: each is named, timed, and told of at the end.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::interrupt::Interrupt;

/// How a stage that didn't fail ended.
pub(crate) enum Outcome {
    Done,
    /// It was not run, because of what this says.
    Skipped(String),
}

pub(crate) struct Stages<'a> {
    interrupt: &'a Interrupt,
    reports: Vec<Report>,
}

struct Report {
    name: &'static str,
    word: &'static str,
    why: String,
    took: Duration,
}

impl<'a> Stages<'a> {
    pub(crate) fn new(interrupt: &'a Interrupt) -> Self {
        Self {
            interrupt,
            reports: Vec::new(),
        }
    }

    /// Runs a stage and says whether it did not fail. After an interrupt, stages fail without being run.
    pub(crate) fn run(
        &mut self,
        name: &'static str,
        stage: impl FnOnce() -> Result<Outcome>,
    ) -> bool {
        println!("── {name}");
        let begin = Instant::now();
        let outcome = if self.interrupt.came() {
            Err(anyhow::anyhow!("interrupted"))
        } else {
            stage()
        };
        let (word, why) = match outcome {
            Ok(Outcome::Done) => ("ok", String::new()),
            Ok(Outcome::Skipped(why)) => ("skipped", why),
            Err(error) => ("FAILED", format!("{error:#}")),
        };
        let report = Report {
            name,
            word,
            why,
            took: begin.elapsed(),
        };
        println!("{}\n", report.line(&report.why));
        self.reports.push(report);
        word != "FAILED"
    }

    /// Says how all stages ended; fails when one failed.
    pub(crate) fn finish(self) -> ExitCode {
        println!("── summary");
        for report in &self.reports {
            println!(
                "{}",
                report.line(report.why.trim().lines().next().unwrap_or_default())
            );
        }
        let took: Duration = self.reports.iter().map(|report| report.took).sum();
        println!("   {:8}{:>6.1} s", "", took.as_secs_f64());
        if self.reports.iter().any(|report| report.word == "FAILED") {
            ExitCode::FAILURE
        } else {
            ExitCode::SUCCESS
        }
    }
}

impl Report {
    fn line(&self, why: &str) -> String {
        let Self {
            name, word, took, ..
        } = self;
        let colon = if why.is_empty() { "" } else { ": " };
        format!(
            "   {word:8}{:>6.1} s  {name}{colon}{why}",
            took.as_secs_f64()
        )
    }
}
