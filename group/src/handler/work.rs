//! A handler's session: setup, a claim for each partition, commits beside them, cleanup, the last commit.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt;
use ottla_offset_store::BoxError;
use ottla_protocol::types::TopicPartition;

use crate::error::{GroupError, PartitionCommitError};
use crate::session::commits::{Commits, Ordered, Progress, queue};
use crate::session::ledger::Opened;
use crate::session::reader::Reader;
use crate::session::{Context, Session, Work, said};

use super::{Handler, PartitionClaim};

/// A [`Handler`] at work on one assignment.
pub(crate) struct Handling<H> {
    handler: Arc<H>,
    session: Session,
    commits: Arc<Commits>,
    ordered: Mutex<Option<Ordered>>,
}

impl<H: Handler> Handling<H> {
    pub(crate) fn new(handler: Arc<H>, context: Arc<Context>) -> Self {
        let (orders, ordered) = queue();
        Self {
            handler,
            session: Session {
                context,
                commits: orders,
            },
            commits: Arc::new(Commits::new()),
            ordered: Mutex::new(Some(ordered)),
        }
    }

    fn claim(&self, opened: Opened, reader: Reader) -> PartitionClaim {
        let max_in_flight = self.session.context.config.max_in_flight_records;
        let progress = Progress::new(opened.slot, opened.start.clone(), max_in_flight);
        PartitionClaim {
            reader,
            progress: Arc::new(progress),
            orders: self.session.commits.clone(),
            start: opened.start,
            marked: i64::MIN,
            failure: None,
        }
    }
}

impl<H: Handler> Work for Handling<H> {
    async fn setup(&self) -> Result<(), GroupError> {
        unless_it_panics(self.handler.setup(&self.session)).await
    }

    async fn beside(&self) -> GroupError {
        let ordered = self
            .ordered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        match ordered {
            Some(ordered) => self.commits.run(&self.session.context, ordered).await,
            None => std::future::pending().await,
        }
    }

    async fn partition(&self, opened: Opened) -> Result<(), GroupError> {
        let Some(reader) = Reader::open(&self.session.context, &opened).await? else {
            return Ok(());
        };
        let mut claim = self.claim(opened, reader);
        let open = self.commits.open(&claim.progress);
        let result = self.handler.consume_claim(&self.session, &mut claim).await;
        if !claim.progress.slot().is_fenced() {
            open.keep();
        }
        result.map_err(|error| failed(Some(claim.partition()), error))?;
        claim.failure.take().map_or(Ok(()), Err)
    }

    async fn finish(&self) -> Result<(), GroupError> {
        let cleaned = unless_it_panics(self.handler.cleanup(&self.session)).await;
        self.session.commits.finish().await;
        cleaned
    }

    fn uncommitted(&self) -> Vec<PartitionCommitError> {
        self.commits.uncommitted()
    }
}

async fn unless_it_panics<E: Into<BoxError>>(
    call: impl Future<Output = Result<(), E>>,
) -> Result<(), GroupError> {
    match AssertUnwindSafe(call).catch_unwind().await {
        Ok(result) => result.map_err(|error| failed(None, error)),
        Err(panic) => Err(GroupError::HandlerPanicked {
            partition: None,
            message: said(&*panic),
        }),
    }
}

fn failed(partition: Option<&TopicPartition>, error: impl Into<BoxError>) -> GroupError {
    GroupError::Handler {
        partition: partition.cloned(),
        source: error.into(),
    }
}
