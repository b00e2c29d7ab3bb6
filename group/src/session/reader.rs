//! One partition's batches, until the session ends or the claim is fenced; trouble is waited out.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use ottla_client::consumer::{Batch, ConsumeError, PartitionConsumer, Start};
use ottla_offset_store::Committed;
use ottla_protocol::types::TopicPartition;
use tokio::time::sleep;

use crate::backoff::Backoff;
use crate::error::GroupError;
use crate::trouble::may_pass;

use super::Context;
use super::ending::Ending;
use super::ledger::Opened;
use super::slot::Slot;

/// How often trouble is looked at while nothing comes.
const LOOK: Duration = Duration::from_secs(5);
const DOING: &str = "read a partition";

pub(crate) struct Reader {
    context: Arc<Context>,
    slot: Arc<Slot>,
    partition: PartitionConsumer,
    /// An item that was taken and could not be used yet.
    held: Option<Result<Batch, ConsumeError>>,
    /// What went wrong last, until something comes again.
    failing: Option<Arc<ConsumeError>>,
}

impl Reader {
    /// None: the session ended meanwhile.
    pub(crate) async fn open(
        context: &Arc<Context>,
        opened: &Opened,
    ) -> Result<Option<Self>, GroupError> {
        let partition = tokio::select! {
            biased;
            _ = context.end.wait() => return Ok(None),
            partition = open(context, opened.slot.partition(), &opened.start) => partition?,
        };
        is_the_same_topic(opened, &partition)?;
        Ok(Some(Self {
            context: Arc::clone(context),
            slot: Arc::clone(&opened.slot),
            partition,
            held: None,
            failing: None,
        }))
    }

    pub(crate) fn consumer(&self) -> &PartitionConsumer {
        &self.partition
    }

    /// Why there is nothing more to read.
    pub(crate) fn ending(&self) -> Option<Ending> {
        let fenced = || self.slot.is_fenced().then_some(Ending::Fenced);
        self.context.end.said().or_else(fenced)
    }

    /// Returns once there is nothing more to read.
    ///
    /// # Cancel safety
    /// Cancel safe.
    pub(crate) async fn ended(&self) {
        tokio::select! {
            biased;
            _ = self.context.end.wait() => {}
            () = self.slot.fenced() => {}
        }
    }

    /// The next batch, which may be empty; none when the session ends or the claim is fenced.
    ///
    /// # Cancel safety
    /// Cancel safe.
    pub(crate) async fn next(&mut self) -> Result<Option<Batch>, GroupError> {
        while self.ending().is_none() {
            let item = match self.ready() {
                Some(item) => item,
                None => match self.wait().await? {
                    Some(item) => item,
                    None => continue,
                },
            };
            match item {
                Ok(batch) => {
                    self.recovered();
                    return Ok(Some(batch));
                }
                Err(error) if error.is_retriable() => {
                    let error = Arc::new(error);
                    self.failing = Some(Arc::clone(&error));
                    self.context.cluster_trouble.failed(DOING, error)?;
                }
                Err(source) => return Err(GroupError::Consume { source }),
            }
        }
        Ok(None)
    }

    /// The next batch if it has come already.
    pub(crate) fn next_if_ready(&mut self) -> Option<Batch> {
        if self.ending().is_some() {
            return None;
        }
        match self.ready()? {
            Ok(batch) => Some(batch),
            error => {
                self.held = Some(error);
                None
            }
        }
    }

    fn ready(&mut self) -> Option<Result<Batch, ConsumeError>> {
        let held = self.held.take();
        held.or_else(|| self.partition.next().now_or_never().flatten())
    }

    /// None: something else happened, look again.
    async fn wait(&mut self) -> Result<Option<Result<Batch, ConsumeError>>, GroupError> {
        tokio::select! {
            biased;
            _ = self.context.end.wait() => Ok(None),
            () = self.slot.fenced() => Ok(None),
            item = next(&mut self.partition) => Ok(Some(item)),
            () = sleep(LOOK), if self.failing.is_some() => {
                self.look()?;
                Ok(None)
            }
        }
    }

    fn look(&mut self) -> Result<(), GroupError> {
        match (self.partition.failing_for(), &self.failing) {
            (Some(_), Some(error)) => {
                let error = Arc::clone(error);
                self.context.cluster_trouble.failed(DOING, error)
            }
            _ => {
                self.recovered();
                Ok(())
            }
        }
    }

    fn recovered(&mut self) {
        if self.failing.take().is_some() {
            self.context.cluster_trouble.succeeded();
        }
    }
}

/// After its last item a stream has no more; who reads on waits for the end of the session.
async fn next(partition: &mut PartitionConsumer) -> Result<Batch, ConsumeError> {
    match partition.next().await {
        Some(item) => item,
        None => std::future::pending().await,
    }
}

/// The topic may have been made anew after the offset was read: it says nothing of the new one.
fn is_the_same_topic(opened: &Opened, reads: &PartitionConsumer) -> Result<(), GroupError> {
    let (was, is) = (opened.slot.topic_id(), reads.topic_id());
    if opened.slot.is_of(is) {
        return Ok(());
    }
    let partition = opened.slot.partition().clone();
    let source = ConsumeError::TopicRecreated { partition, was, is };
    Err(GroupError::Consume { source })
}

/// Opens a partition, however long its leader takes to come back.
async fn open(
    context: &Context,
    partition: &TopicPartition,
    start: &Committed,
) -> Result<PartitionConsumer, GroupError> {
    let start = Start::GoOn {
        at: start.next,
        leader_epoch: start.leader_epoch,
    };
    let pauses = (Duration::from_millis(100), Duration::from_secs(2));
    let mut backoff = Backoff::new(pauses.0, pauses.1, context.client.random());
    loop {
        let opened = context.consumer.partition(partition.clone(), start.clone());
        match opened.await {
            Ok(partition) => return Ok(partition),
            Err(error) if is_passing(&error) => {
                context.cluster_trouble.failed(DOING, error)?;
                sleep(backoff.next()).await;
            }
            Err(source) => return Err(GroupError::Consume { source }),
        }
    }
}

fn is_passing(error: &ConsumeError) -> bool {
    match error {
        ConsumeError::Start { source, .. } | ConsumeError::Unreachable { source, .. } => {
            may_pass(source)
        }
        error => error.is_retriable(),
    }
}
