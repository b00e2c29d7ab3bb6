//! Commits of a session with a handler: what is marked, each interval and when asked, one at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use ottla_offset_store::Committed;
use ottla_protocol::types::TopicPartition;
use tokio::sync::{mpsc, oneshot};

use crate::commit_plan::CommitPlan;
use crate::error::{GroupError, PartitionCommitError};

use super::Context;
use super::ledger::Entry;

mod progress;

pub(crate) use progress::Progress;

/// What became of a commit, by partition.
pub type CommitResults = Vec<(TopicPartition, Result<Committed, PartitionCommitError>)>;

/// Orders in a queue; who finds it full waits.
const QUEUE: usize = 64;

#[derive(Debug)]
enum Order {
    Commit {
        /// Which partition's result is of interest; none: all.
        only: Option<TopicPartition>,
        answer: oneshot::Sender<CommitResults>,
    },
    /// The last commit, again and again until nothing is left that trying again may help.
    Finish { done: oneshot::Sender<()> },
}

/// Where commits are ordered.
#[derive(Clone, Debug)]
pub(crate) struct Orders(mpsc::Sender<Order>);

impl Orders {
    /// Commits what is marked. The results of `only`, or of all partitions; empty if the session is over.
    pub(crate) async fn commit(&self, only: Option<TopicPartition>) -> CommitResults {
        let (answer, answered) = oneshot::channel();
        let _ = self.0.send(Order::Commit { only, answer }).await;
        answered.await.unwrap_or_default()
    }

    pub(crate) async fn finish(&self) {
        let (done, finished) = oneshot::channel();
        let _ = self.0.send(Order::Finish { done }).await;
        let _ = finished.await;
    }
}

/// Carries commits out.
#[derive(Debug)]
pub(crate) struct Commits(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    open: BTreeMap<TopicPartition, Arc<Progress>>,
    /// Why a partition's latest commit failed.
    failed: BTreeMap<TopicPartition, PartitionCommitError>,
    /// Cut off with marks that were not committed.
    cut_off: BTreeSet<TopicPartition>,
}

/// Why marks are not committed, where nobody said no.
#[derive(Clone, Copy, Debug, thiserror::Error)]
enum Unsaid {
    #[error("there was no answer in time")]
    NoAnswer,
    #[error("its work did not finish in time")]
    CutOff,
}

/// The queue's other end.
#[derive(Debug)]
pub(crate) struct Ordered(mpsc::Receiver<Order>);

pub(crate) fn queue() -> (Orders, Ordered) {
    let (orders, ordered) = mpsc::channel(QUEUE);
    (Orders(orders), Ordered(ordered))
}

impl Commits {
    pub(crate) fn new() -> Self {
        Self(Mutex::default())
    }

    /// What is marked here will be committed, until the guard is dropped without [`Open::keep`].
    pub(crate) fn open(self: &Arc<Self>, progress: &Arc<Progress>) -> Open {
        let partition = progress.partition().clone();
        self.with(|state| state.open.insert(partition, Arc::clone(progress)));
        Open {
            commits: Arc::clone(self),
            progress: Some(Arc::clone(progress)),
        }
    }

    /// Runs until it fails; after the last commit it only waits.
    pub(crate) async fn run(&self, context: &Context, mut ordered: Ordered) -> GroupError {
        let mut plan = CommitPlan::new(now(), context.config.auto_commit);
        let mut waiting = Vec::new();
        loop {
            tokio::select! {
                biased;
                Some(order) = ordered.0.recv() => {
                    plan.ask();
                    waiting.push(order);
                }
                () = until(plan.poll_timeout(now())) => {}
            }
            if !plan.start(now()) {
                continue;
            }
            match self.commit(context).await {
                Ok(results) => {
                    let failed = results.iter().any(|(_, result)| is_to_be_repeated(result));
                    plan.finish(now(), !failed);
                    for order in std::mem::take(&mut waiting) {
                        match order {
                            // There is time left, or nobody would wait any more.
                            Order::Finish { .. } if failed => waiting.push(order),
                            order => answer(order, &results),
                        }
                    }
                }
                Err(error) => return error,
            }
        }
    }

    async fn commit(&self, context: &Context) -> Result<CommitResults, GroupError> {
        let open: Vec<_> = self.with(|state| state.open.values().cloned().collect());
        let mut results = CommitResults::new();
        let (mut moving, mut entries) = (Vec::new(), Vec::new());
        for progress in open {
            match progress.committable() {
                Some(to) => {
                    let slot = Arc::clone(progress.slot());
                    entries.push(Entry {
                        slot,
                        to: to.clone(),
                    });
                    moving.push((progress, to));
                }
                None => results.push((progress.partition().clone(), Ok(progress.committed()))),
            }
        }
        if !entries.is_empty() {
            let committed = context.ledger.commit(entries).await?;
            for ((progress, to), result) in moving.into_iter().zip(committed) {
                let partition = progress.partition().clone();
                match &result {
                    Ok(()) => {
                        progress.commit(&to);
                        self.with(|state| state.failed.remove(&partition));
                    }
                    Err(error) => {
                        let error = error.clone();
                        self.with(|state| state.failed.insert(partition.clone(), error));
                    }
                }
                results.push((partition, result.map(|()| to)));
            }
        }
        results.sort_by(|(a, _), (b, _)| a.cmp(b));
        Ok(results)
    }

    /// What is marked and, as far as is known, not committed, sorted by partition.
    pub(crate) fn uncommitted(&self) -> Vec<PartitionCommitError> {
        self.with(|state| {
            let mut left = BTreeMap::new();
            for (partition, progress) in &state.open {
                if progress.committable().is_some() {
                    let told = state.failed.get(partition).cloned();
                    let error = told.unwrap_or_else(|| unsaid(partition, Unsaid::NoAnswer));
                    left.insert(partition, error);
                }
            }
            for partition in &state.cut_off {
                left.insert(partition, unsaid(partition, Unsaid::CutOff));
            }
            left.into_values().collect()
        })
    }

    fn with<T>(&self, f: impl FnOnce(&mut State) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A partition at work. Dropped in the middle of it (cut off, or a panic), its marks are not committed: who marks
/// and then fails to return may have marked too much.
#[derive(Debug)]
pub(crate) struct Open {
    commits: Arc<Commits>,
    progress: Option<Arc<Progress>>,
}

impl Open {
    /// The work ended well: what is marked belongs into the last commit.
    pub(crate) fn keep(mut self) {
        self.progress = None;
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let Some(progress) = self.progress.take() else {
            return;
        };
        self.commits.with(|state| {
            let partition = progress.partition();
            let is_open = state.open.get(partition);
            if is_open.is_some_and(|p| Arc::ptr_eq(p, &progress)) {
                state.open.remove(partition);
                // Who fenced it does it again, and knows.
                if !progress.slot().is_fenced() && progress.committable().is_some() {
                    state.cut_off.insert(partition.clone());
                }
            }
        });
    }
}

fn unsaid(partition: &TopicPartition, why: Unsaid) -> PartitionCommitError {
    PartitionCommitError::Failed {
        partition: partition.clone(),
        source: Arc::new(why),
    }
}

fn is_to_be_repeated(result: &Result<Committed, PartitionCommitError>) -> bool {
    result
        .as_ref()
        .is_err_and(PartitionCommitError::is_retriable)
}

fn answer(order: Order, results: &CommitResults) {
    match order {
        Order::Commit { only, answer } => {
            let wanted = results
                .iter()
                .filter(|(partition, _)| only.as_ref().is_none_or(|only| only == partition));
            let _ = answer.send(wanted.cloned().collect());
        }
        Order::Finish { done } => {
            let _ = done.send(());
        }
    }
}

fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

async fn until(timeout: Option<Instant>) {
    match timeout {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}
