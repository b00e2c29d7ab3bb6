//! One check: a client, what it does, and what came of it.

use anyhow::Result;

use super::program::Program;
use super::suite::Suite;
use super::target::Target;
use super::transcript::Tools;
use crate::interrupt::Interrupt;

/// One line of the list.
pub(crate) struct Check {
    pub(crate) client: &'static str,
    /// The client's version, as it tells it.
    pub(crate) version: String,
    pub(crate) name: String,
    /// In words, what must come about.
    pub(crate) what: String,
    pub(crate) how: How,
}

pub(crate) enum How {
    Program(Program),
    Tools(Tools),
    Suite(Suite),
}

pub(crate) enum Verdict {
    Passed,
    /// Where a check is many: how many passed, and why not all.
    Counted {
        counts: String,
        why: Option<String>,
    },
    /// With the end of what it printed.
    Failed(String),
}

impl Check {
    pub(crate) fn run(&self, target: &Target, interrupt: &Interrupt) -> Result<Verdict> {
        match &self.how {
            How::Program(program) => program.run(&self.name, target, interrupt),
            How::Tools(tools) => tools.run(target, interrupt),
            How::Suite(suite) => suite.run(target, interrupt),
        }
    }
}

impl Verdict {
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Passed | Self::Counted { why: None, .. } => "ok",
            Self::Failed(_) | Self::Counted { .. } => "FAILED",
        }
    }

    /// The same, if it is that of a second try.
    pub(crate) fn at_the_second_try(self) -> Self {
        match self {
            Self::Passed => Self::Counted {
                counts: "ok at the second try".to_owned(),
                why: None,
            },
            other => other,
        }
    }

    /// Why it did not pass.
    pub(crate) fn why(&self) -> Option<&str> {
        match self {
            Self::Failed(why) | Self::Counted { why: Some(why), .. } => Some(why),
            _ => None,
        }
    }
}
