//! How a command fails: which exit status, and the one line on stderr.

use std::fmt;
use std::process::ExitCode;

/// Why a command did not do its job.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The arguments contradict themselves or can't be read: status 2.
    Usage(String),
    /// Promised, and not built yet: status 2.
    NotBuiltYet(String),
    /// The job failed: status 1.
    Job(anyhow::Error),
    /// A signal came before there was anything in hand.
    Stopped,
    /// Nobody reads stdout any more (`ottla consume … | head`): the job is done.
    NobodyReads,
}

impl Failure {
    /// The job failed while doing `what`.
    pub(crate) fn job(what: impl fmt::Display, why: impl Into<anyhow::Error>) -> Self {
        Self::Job(why.into().context(what.to_string()))
    }

    /// The job failed, in words that already say what, where and what to do.
    pub(crate) fn said(what: impl fmt::Display) -> Self {
        Self::Job(anyhow::anyhow!(what.to_string()))
    }

    /// Prints the line and says which status to end with.
    pub(crate) fn report(self) -> ExitCode {
        match self {
            Self::Usage(what) => say(&what, 2),
            Self::NotBuiltYet(what) => say(&format!("not built yet: {what}"), 2),
            Self::Job(why) => say(&format!("{why:#}"), 1),
            Self::Stopped | Self::NobodyReads => ExitCode::SUCCESS,
        }
    }
}

fn say(what: &str, status: u8) -> ExitCode {
    let line = what.replace('\n', " ");
    eprintln!("ottla: {line}");
    ExitCode::from(status)
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(why: E) -> Self {
        let why = why.into();
        match why.downcast_ref::<std::io::Error>() {
            Some(io) if io.kind() == std::io::ErrorKind::BrokenPipe => Self::NobodyReads,
            _ => Self::Job(why),
        }
    }
}
