//! `ottla offsets`: get and reset, each in a file of its own; the rest is promised.

mod get;
mod reset;

use clap::Subcommand;

use crate::commands::later::Later;
use crate::context::Context;
use crate::failure::Failure;

/// `ottla offsets …`.
#[derive(Debug, Subcommand)]
pub(crate) enum Offsets {
    /// Prints committed offsets beside the partitions' bounds.
    Get(get::Get),
    /// Moves a group's committed offsets; without --execute only says what it would do.
    Reset(Box<reset::Reset>),
    /// Prints the CSV of Kafka's own tool.
    Export(Later),
    /// Moves a group between stores.
    Copy(Later),
    /// Forgets a topic's offsets.
    Delete(Later),
    /// Prints what was skipped by policy.
    Gaps(Later),
}

impl Offsets {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Get(command) => command.run(context).await,
            Self::Reset(command) => command.run(context).await,
            Self::Export(command) => command.run("ottla offsets export"),
            Self::Copy(command) => command.run("ottla offsets copy"),
            Self::Delete(command) => command.run("ottla offsets delete"),
            Self::Gaps(command) => command.run("ottla offsets gaps"),
        }
    }
}
