//! The exactly-once loop: records in, results and offset out, in one transaction of one store.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use ottla_client::consumer::Batch;
use ottla_offset_store::{
    BoxError, Claim, CommitError, Committed, Refused, ResultsStore, StoreError,
};
use tokio::time::sleep;

use crate::backoff::Backoff;
use crate::error::{GroupError, PartitionCommitError};
use crate::session::ledger::{Ledger, Opened};
use crate::session::reader::Reader;
use crate::session::slot::Slot;
use crate::session::{Context, Work};

/// Between two attempts to write to a store that does not take it now.
const PAUSE: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));

/// Turns records into results.
///
/// ```no_run
/// use ottla_group::{Batch, Processor};
/// use ottla_offset_store::{BoxError, KeyValueTransaction, memory::MemoryStore};
///
/// struct Keep;
///
/// impl Processor<MemoryStore> for Keep {
///     type Error = BoxError;
///
///     async fn process(&self, batch: &Batch, results: &mut KeyValueTransaction) -> Result<(), BoxError> {
///         for record in batch {
///             results.insert("records", record.offset.to_be_bytes(), record.value.unwrap_or_default());
///         }
///         Ok(())
///     }
/// }
/// ```
pub trait Processor<S: ResultsStore>: Send + Sync + 'static {
    /// What can go wrong in it. It ends the run.
    type Error: Into<BoxError> + Send;

    /// Writes the results of a batch into a transaction.
    ///
    /// A transaction may take several batches of a partition, in order. It may run again for the same batch, for instance
    /// after the store was away; only one run's writes ever show. So leave anything that can't be undone to the
    /// transaction.
    fn process(
        &self,
        batch: &Batch,
        results: &mut S::Transaction,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

/// A [`Processor`] at work on one assignment.
pub(crate) struct Processing<S, P> {
    pub(crate) store: Arc<S>,
    pub(crate) processor: Arc<P>,
    pub(crate) context: Arc<Context>,
}

/// What is committed in one transaction.
struct Portion {
    batches: Vec<Batch>,
    to: Committed,
}

/// How a transaction went.
enum Outcome {
    Committed,
    /// Rolled back; the store may take it later. The claim stands.
    Later,
    /// The claim is lost: drop the work in hand.
    Fenced,
}

impl<S: ResultsStore, P: Processor<S>> Processing<S, P> {
    /// Does the portion over again until it is committed. False: the partition is to be let go of, or claimed again.
    async fn settle(&self, slot: &Slot, portion: &Portion) -> Result<bool, GroupError> {
        let mut backoff = Backoff::new(PAUSE.0, PAUSE.1, self.context.client.random());
        loop {
            let results = self.results(slot, portion).await?;
            if self.context.end.is_lost() {
                return Ok(false);
            }
            let Some(claim) = slot.take() else {
                return Ok(false);
            };
            match self.commit(slot, claim, results, &portion.to).await? {
                Outcome::Committed => return Ok(true),
                Outcome::Fenced => return Ok(false),
                Outcome::Later => {}
            }
            // Nobody waits for a store that is away: what is not committed is rolled back.
            tokio::select! {
                biased;
                () = slot.fenced() => return Ok(false),
                _ = self.context.end.wait() => return Ok(false),
                () = sleep(backoff.next()) => {}
            }
        }
    }

    async fn results(&self, slot: &Slot, portion: &Portion) -> Result<S::Transaction, GroupError> {
        let mut results = self.store.begin();
        for batch in portion.batches.iter().filter(|batch| !batch.is_empty()) {
            let done = self.processor.process(batch, &mut results).await;
            done.map_err(|error| GroupError::Handler {
                partition: Some(slot.partition().clone()),
                source: error.into(),
            })?;
        }
        Ok(results)
    }

    async fn commit(
        &self,
        slot: &Slot,
        claim: Claim,
        results: S::Transaction,
        to: &Committed,
    ) -> Result<Outcome, GroupError> {
        let advance = claim.advance(to.clone());
        match self.store.commit_results(results, advance).await {
            Ok(Ok(claim)) => {
                slot.put(claim);
                self.committed(slot, to);
                Ok(Outcome::Committed)
            }
            Ok(Err(Refused::Fenced { lost, by })) => {
                slot.fenced_by(*lost, by.as_deref());
                Ok(Outcome::Fenced)
            }
            Ok(Err(source)) => Err(GroupError::Refused { source }),
            Err(CommitError::NotWritten { source, claims }) => {
                claims.into_iter().for_each(|claim| slot.put(claim));
                self.store_failed(source)?;
                Ok(Outcome::Later)
            }
            Err(CommitError::Unknown { source, lost }) => {
                lost.into_iter().for_each(|lost| slot.lose(lost));
                self.store_failed(source)?;
                Ok(Outcome::Fenced)
            }
            Err(CommitError::Results { source, claim }) => {
                slot.put(*claim);
                Err(GroupError::Results {
                    partition: slot.partition().clone(),
                    source,
                })
            }
            // The enum may grow; whatever it is, the claim is gone.
            Err(error) => Err(GroupError::Results {
                partition: slot.partition().clone(),
                source: error.into(),
            }),
        }
    }

    fn committed(&self, slot: &Slot, to: &Committed) {
        self.context.store_trouble.succeeded();
        if let Ledger::Store(claims) = &self.context.ledger {
            claims.mirror.committed(slot.partition(), to);
        }
    }

    fn store_failed(&self, source: StoreError) -> Result<(), GroupError> {
        let doing = "commit results";
        if source.is_retriable() || source.outcome_unknown() {
            return self.context.store_trouble.failed(doing, source);
        }
        Err(GroupError::Store { doing, source })
    }
}

impl<S: ResultsStore, P: Processor<S>> Work for Processing<S, P> {
    async fn setup(&self) -> Result<(), GroupError> {
        Ok(())
    }

    async fn beside(&self) -> GroupError {
        std::future::pending().await
    }

    async fn partition(&self, opened: Opened) -> Result<(), GroupError> {
        let Some(mut reader) = Reader::open(&self.context, &opened).await? else {
            return Ok(());
        };
        let most = self.context.config.batch_records;
        let mut epoch = opened.start.leader_epoch;
        while let Some(first) = reader.next().await? {
            let portion = Portion::gather(first, &mut reader, most, epoch);
            epoch = portion.to.leader_epoch;
            if !self.settle(&opened.slot, &portion).await? {
                break;
            }
        }
        Ok(())
    }

    async fn finish(&self) -> Result<(), GroupError> {
        Ok(())
    }

    /// What is not committed has no results either.
    fn uncommitted(&self) -> Vec<PartitionCommitError> {
        Vec::new()
    }
}

impl Portion {
    /// Takes along what has come already, up to `most` records: under load few large transactions, else each batch at
    /// once.
    fn gather(first: Batch, reader: &mut Reader, most: usize, epoch: Option<i32>) -> Self {
        let mut records = first.record_count();
        let mut batches = vec![first];
        while records < most
            && batches.len() < most
            && let Some(batch) = reader.next_if_ready()
        {
            records += batch.record_count();
            batches.push(batch);
        }
        let next = batches.iter().map(Batch::next_offset).max();
        let epoch = batches.iter().rev().find_map(Batch::leader_epoch).or(epoch);
        Self {
            to: Committed::at(next.unwrap_or_default()).with_leader_epoch(epoch),
            batches,
        }
    }
}
