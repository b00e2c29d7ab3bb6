//! Consumer groups: who owns which partition, and what is done with its records.
//!
//! ```no_run
//! use ottla_client::{Client, ClientConfig};
//! use ottla_group::{Group, Handler, PartitionClaim, Session};
//! use tokio_util::sync::CancellationToken;
//!
//! struct Printer;
//!
//! impl Handler for Printer {
//!     type Error = std::convert::Infallible;
//!
//!     async fn consume_claim(&self, _: &Session, claim: &mut PartitionClaim) -> Result<(), Self::Error> {
//!         while let Some(batch) = claim.next().await {
//!             for record in &batch {
//!                 println!("{}: {:?}", record.offset, record.value);
//!                 claim.mark(record.offset);
//!             }
//!         }
//!         Ok(())
//!     }
//! }
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::connect(ClientConfig::new("127.0.0.1:9092")).await?;
//! let group = Group::builder(client, "printers").topics(["orders"]).build()?;
//! group.run(Printer, CancellationToken::new()).await?;
//! # Ok(())
//! # }
//! ```
//!
//! # Which way to commit
//!
//! | each record's effect happens | how |
//! | --- | --- |
//! | exactly once | [`Group::process`]: results and offset in one transaction of a store |
//! | at least once | [`Group::run`], and [`mark`](PartitionClaim::mark) or [`ack`](PartitionClaim::ack) when it is done; committed each 5 s, at each rebalance and at the end |
//! | at least once, few repeats | the same, and [`commit`](PartitionClaim::commit) after each batch |
//! | at most once | mark and commit a batch *before* its records are worked on |
//!
//! # How it is built
//!
//! What decides is pure and public for those who build their own shell: [`membership`] (the protocol), [`assignor`],
//! [`tracker`] (what is done), [`commit_plan`] (when to commit), [`patience`] (when to give up). The rest waits.

#![forbid(unsafe_code)]

pub mod assignor;
mod backoff;
mod change;
pub mod commit_plan;
mod config;
mod error;
mod group;
mod handler;
mod member;
pub mod membership;
mod mirror;
pub mod patience;
mod processor;
mod session;
pub mod tracker;
mod trouble;
mod voice;

pub use change::Change;
pub use config::StartPolicy;
pub use error::{Ended, GroupError, PartitionCommitError};
pub use group::{Group, GroupBuilder};
pub use handler::{Acknowledger, Handler, PartitionClaim};
pub use processor::Processor;
pub use session::ending::Ending;
pub use session::{CommitResults, Session};
pub use voice::Voice;

pub use ottla_client::consumer::Batch;
pub use ottla_offset_store::{BoxError, Committed};
