//! A program of a client: `list` tells the client's version and names its checks, `run NAME` makes one.

use std::ffi::OsString;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::bounded::{self, Ended};
use super::built;
use super::check::{Check, How, Verdict};
use super::target::Target;
use crate::interrupt::Interrupt;
use crate::{process, workspace};

/// A little more than what the programs give themselves, and the start of a Java.
const AT_MOST: Duration = Duration::from_secs(75);

/// How to start it.
#[derive(Clone)]
pub(crate) struct Program {
    words: Vec<OsString>,
}

impl Program {
    pub(crate) fn new(words: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        Self {
            words: words.into_iter().map(Into::into).collect(),
        }
    }

    /// Its checks, in its own order.
    pub(crate) fn checks(&self, client: &'static str) -> Result<Vec<Check>> {
        let list = workspace::output(self.command()?.arg("list"))?;
        let mut lines = list.lines();
        let version = lines.next().unwrap_or_default().to_owned();
        lines
            .map(|line| {
                let (name, what) = line
                    .split_once('\t')
                    .with_context(|| format!("{client} lists {line:?}"))?;
                Ok(Check {
                    client,
                    version: version.clone(),
                    name: name.to_owned(),
                    what: what.to_owned(),
                    how: How::Program(self.clone()),
                })
            })
            .collect()
    }

    pub(crate) fn run(
        &self,
        check: &str,
        target: &Target,
        interrupt: &Interrupt,
    ) -> Result<Verdict> {
        let output = built().join("output");
        let mut command = self.command()?;
        command.args(["run", check]).envs(target.environment());
        let ended = bounded::run(&mut command, "", &output, AT_MOST, interrupt)?;
        let said = process::tail(&output, 12);
        Ok(match ended {
            Ended::Well => Verdict::Passed,
            Ended::Badly => Verdict::Failed(said),
            Ended::TooLate => Verdict::Failed(format!("{said}\n  | it took too long")),
        })
    }

    fn command(&self) -> Result<Command> {
        let Some((program, arguments)) = self.words.split_first() else {
            bail!("a program without a word");
        };
        let mut command = Command::new(program);
        command.args(arguments);
        Ok(command)
    }
}
