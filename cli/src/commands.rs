//! The commands: one file each. Here they are listed and sent on their way.

mod broker;
mod consume;
mod groups;
mod lag;
mod later;
mod offsets;
mod produce;
mod records;
mod sink;
mod topics;

use clap::Subcommand;

use crate::context::Context;
use crate::failure::Failure;

/// What `ottla` can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Lists, describes, creates and deletes topics.
    #[command(subcommand)]
    Topics(topics::Topics),
    /// Sends one record a line of a file or of stdin.
    Produce(produce::Produce),
    /// Prints the records of a topic.
    Consume(consume::Consume),
    /// Writes every record of topics into a store exactly once, together with its offset.
    Sink(sink::Sink),
    /// Prints what `sink` wrote into sled.
    Records(records::Records),
    /// Lists, describes and deletes consumer groups.
    #[command(subcommand)]
    Groups(groups::Groups),
    /// Reads, resets and moves a group's committed offsets.
    #[command(subcommand)]
    Offsets(offsets::Offsets),
    /// Shows how far groups are behind.
    Lag(lag::Lag),
    /// Runs the embedded broker.
    Broker(broker::Broker),
    /// Measures consuming, producing and committing.
    Perf(later::Later),
}

impl Command {
    /// Whether it has something in hand that a signal must not cut off; the others may end anywhere.
    pub(crate) fn is_job(&self) -> bool {
        matches!(
            self,
            Self::Produce(_) | Self::Consume(_) | Self::Sink(_) | Self::Broker(_)
        )
    }

    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Topics(command) => command.run(context).await,
            Self::Produce(command) => command.run(context).await,
            Self::Consume(command) => command.run(context).await,
            Self::Sink(command) => command.run(context).await,
            Self::Records(command) => command.run(context),
            Self::Groups(command) => command.run(context).await,
            Self::Offsets(command) => command.run(context).await,
            Self::Lag(command) => command.run(context).await,
            Self::Broker(command) => command.run(context).await,
            Self::Perf(command) => command.run("ottla perf"),
        }
    }
}
