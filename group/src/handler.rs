//! The handler: what a user does with each partition's records, and how it says what is done.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use ottla_client::consumer::Batch;
use ottla_offset_store::{BoxError, Committed};
use ottla_protocol::types::TopicPartition;

use crate::error::{GroupError, PartitionCommitError};
use crate::session::Session;
use crate::session::commits::{Orders, Progress};
use crate::session::ending::Ending;
use crate::session::reader::Reader;

mod work;

pub(crate) use work::Handling;

/// Consumes a group's partitions, at least once.
///
/// ```no_run
/// use ottla_group::{Handler, PartitionClaim, Session};
///
/// struct Printer;
///
/// impl Handler for Printer {
///     type Error = std::convert::Infallible;
///
///     async fn consume_claim(&self, _: &Session, claim: &mut PartitionClaim) -> Result<(), Self::Error> {
///         while let Some(batch) = claim.next().await {
///             for record in &batch {
///                 println!("{}: {:?}", record.offset, record.value);
///                 claim.mark(record.offset);
///             }
///         }
///         Ok(())
///     }
/// }
/// ```
///
/// An error or a panic ends the run: other partitions finish and commit, the group is left, and
/// [`Group::run`](crate::Group::run) returns it.
pub trait Handler: Send + Sync + 'static {
    /// What can go wrong in it.
    type Error: Into<BoxError> + Send;

    /// Called once a session, before the first record.
    fn setup(&self, session: &Session) -> impl Future<Output = Result<(), Self::Error>> + Send {
        let _ = session;
        async { Ok(()) }
    }

    /// Called for each partition, in a task of its own: from its start until [`PartitionClaim::next`] says that there is
    /// no more. Returning earlier leaves the partition alone until the next rebalance.
    fn consume_claim(
        &self,
        session: &Session,
        claim: &mut PartitionClaim,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Called once a session, after the last partition and before the last commit; not when the assignment was lost.
    fn cleanup(&self, session: &Session) -> impl Future<Output = Result<(), Self::Error>> + Send {
        let _ = session;
        async { Ok(()) }
    }
}

/// One partition's records, together with the right to commit how far they are done.
pub struct PartitionClaim {
    reader: Reader,
    progress: Arc<Progress>,
    orders: Orders,
    start: Committed,
    marked: i64,
    failure: Option<GroupError>,
}

impl PartitionClaim {
    /// The partition.
    #[must_use]
    pub fn partition(&self) -> &TopicPartition {
        self.progress.partition()
    }

    /// The committed offset that this claim started from, or where the start policy put it.
    #[must_use]
    pub fn start(&self) -> &Committed {
        &self.start
    }

    /// The next offset that will be read.
    #[must_use]
    pub fn position(&self) -> i64 {
        self.reader.consumer().position()
    }

    /// The offset after the last record that is replicated, as far as known.
    #[must_use]
    pub fn high_watermark(&self) -> Option<i64> {
        self.reader.consumer().high_watermark()
    }

    /// The next records; none when the partition is to be given up: finish, mark what is done, return.
    /// [`ending`](Self::ending) says why and until when.
    ///
    /// Waits while as many records as the group allows are delivered and not
    /// [acknowledged](Self::ack); whoever only marks is never held up.
    ///
    /// # Cancel safety
    /// Cancel safe.
    pub async fn next(&mut self) -> Option<Batch> {
        loop {
            tokio::select! {
                biased;
                () = self.progress.room() => {}
                () = self.reader.ended() => return None,
            }
            match self.reader.next().await {
                Ok(Some(batch)) => {
                    self.progress.deliver(&batch);
                    // Only a move of the position: the tracker knows, the handler need not.
                    if !batch.is_empty() {
                        return Some(batch);
                    }
                }
                Ok(None) => return None,
                Err(error) => {
                    self.failure = Some(error);
                    return None;
                }
            }
        }
    }

    /// This record and all before it are done. Costs a store to memory; the next commit takes it along.
    pub fn mark(&mut self, through: i64) {
        if through > self.marked {
            self.marked = through;
            self.progress.mark(through);
        }
    }

    /// As [`mark`](Self::mark), with a text to be kept with the committed offset (Kafka allows 4096 characters).
    pub fn mark_with(&mut self, through: i64, metadata: impl Into<String>) {
        self.progress.set_metadata(metadata.into());
        self.mark(through);
    }

    /// This one record is done, in any order. What is committed is the longest run of done records from the start.
    /// False if it was not delivered, or done before.
    pub fn ack(&mut self, one: i64) -> bool {
        self.progress.ack(one)
    }

    /// For acknowledging from other tasks.
    #[must_use]
    pub fn acknowledger(&self) -> Acknowledger {
        Acknowledger(Arc::clone(&self.progress))
    }

    /// Commits what is marked and acknowledged, now, and returns where the partition stands.
    ///
    /// # Errors
    /// [`PartitionCommitError`]: for this partition nothing is known to be committed. Marks stay, and are committed with the next.
    ///
    /// # Cancel safety
    /// The commit goes on; its result goes nowhere.
    pub async fn commit(&mut self) -> Result<Committed, PartitionCommitError> {
        let partition = self.partition().clone();
        let results = self.orders.commit(Some(partition.clone())).await;
        let gone = || Err(PartitionCommitError::NotOwned { partition });
        results
            .into_iter()
            .next()
            .map_or_else(gone, |(_, result)| result)
    }

    /// As [`commit`](Self::commit), with a text to be kept with the committed offset.
    ///
    /// # Errors
    /// As [`commit`](Self::commit).
    ///
    /// # Cancel safety
    /// As [`commit`](Self::commit).
    pub async fn commit_with(
        &mut self,
        metadata: impl Into<String>,
    ) -> Result<Committed, PartitionCommitError> {
        self.progress.set_metadata(metadata.into());
        self.commit().await
    }

    /// Why and until when the partition is to be given up; none while it goes on.
    #[must_use]
    pub fn ending(&self) -> Option<Ending> {
        self.reader.ending()
    }
}

impl fmt::Debug for PartitionClaim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PartitionClaim")
            .field("partition", self.partition())
            .field("position", &self.position())
            .field("ending", &self.ending())
            .finish_non_exhaustive()
    }
}

/// Acknowledges one partition's records from wherever they are worked on.
#[derive(Clone, Debug)]
pub struct Acknowledger(Arc<Progress>);

impl Acknowledger {
    /// As [`PartitionClaim::ack`]. After the claim has ended it has no effect any more.
    pub fn ack(&self, one: i64) -> bool {
        self.0.ack(one)
    }
}
