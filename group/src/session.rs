//! One assignment, from the moment it is given to the moment it is let go: the async shell around the work on it.
//!
//! ```text
//!   group ──▶ serve ──▶ ledger.open ──▶ one task a partition ──▶ ended ──▶ finish ──▶ ledger.close
//!                          (claims)      work, fenced? open again                      (mirror, release)
//! ```

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use ottla_client::Client;
use ottla_client::consumer::Consumer;
use ottla_protocol::types::TopicPartition;
use tokio::sync::mpsc;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::timeout;

use crate::config::GroupConfig;
use crate::error::{GroupError, PartitionCommitError};
use crate::membership::Assignment;
use crate::trouble::Trouble;

pub(crate) mod claims;
pub(crate) mod commits;
pub(crate) mod ending;
pub(crate) mod kafka;
pub(crate) mod ledger;
pub(crate) mod reader;
pub(crate) mod slot;
mod start;
pub(crate) mod watch;

pub use commits::CommitResults;
use ending::{End, Ending};
use ledger::{Ledger, Opened, Unopened, Wanting};

/// The longest that the last commit may take once the work has ended.
const FINISH_WITHIN: Duration = Duration::from_secs(2);
/// The longest that the last words to Kafka and to the store may take.
const CLOSE_WITHIN: Duration = Duration::from_secs(1);

/// The longest that tasks may take to notice that they are cut off.
const CUT_OFF_WITHIN: Duration = Duration::from_millis(200);

/// What a session's tasks share.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) client: Client,
    pub(crate) config: Arc<GroupConfig>,
    pub(crate) consumer: Consumer,
    pub(crate) assignment: Assignment,
    pub(crate) end: End,
    pub(crate) ledger: Ledger,
    pub(crate) cluster_trouble: Arc<Trouble>,
    pub(crate) store_trouble: Arc<Trouble>,
}

/// What is done with an assignment's records.
pub(crate) trait Work: Send + Sync + 'static {
    /// Before the first partition.
    fn setup(&self) -> impl Future<Output = Result<(), GroupError>> + Send;

    /// Beside the partitions, and beside `finish`; returns only if it can't go on.
    fn beside(&self) -> impl Future<Output = GroupError> + Send;

    /// One partition, until it ends or is fenced. If it was fenced, it is called anew with a new claim.
    fn partition(&self, opened: Opened) -> impl Future<Output = Result<(), GroupError>> + Send;

    /// After the last partition, unless the assignment was lost.
    fn finish(&self) -> impl Future<Output = Result<(), GroupError>> + Send;

    /// What was said to be done, and is not known to be committed.
    fn uncommitted(&self) -> Vec<PartitionCommitError>;
}

/// Works on an assignment until its end is said. Nothing of it runs any more when this returns, except what blocks its
/// thread against all rules.
pub(crate) async fn serve<W: Work>(
    context: &Arc<Context>,
    work: &Arc<W>,
) -> Result<(), GroupError> {
    let orderly = async {
        let worked = partitions(context, work).await;
        if context.end.is_lost() {
            return worked;
        }
        let finished = timeout(context.share(FINISH_WITHIN), work.finish()).await;
        worked.and(finished.unwrap_or(Ok(())))
    };
    let result = tokio::select! {
        biased;
        result = orderly => result,
        error = work.beside() => Err(error),
        () = context.ledger.accompany() => Ok(()),
    };
    if !context.end.is_lost() {
        let within = context.share(CLOSE_WITHIN);
        context.ledger.close(within).await;
    }
    result
}

async fn partitions<W: Work>(context: &Arc<Context>, work: &Arc<W>) -> Result<(), GroupError> {
    tokio::select! {
        biased;
        result = work.setup() => result?,
        () = context.end.deadline() => return Ok(()),
    }
    let mut tasks = Tasks::default();
    let result = supervise(context, work, &mut tasks).await;
    if result.is_err() {
        context.stop_soon();
    }
    let drained = tasks.drain(&context.end).await;
    result.and(drained)
}

/// Opens all partitions and starts a task for each as soon as it is open, until the end or the first error.
async fn supervise<W: Work>(
    context: &Arc<Context>,
    work: &Arc<W>,
    tasks: &mut Tasks,
) -> Result<(), GroupError> {
    let wanted = context.assignment.partitions.iter().map(wanting).collect();
    let (ready, mut opened) = mpsc::channel(context.assignment.partitions.len().max(1));
    let mut hand_over = |open| drop(ready.try_send(open));
    let mut opening = std::pin::pin!(context.ledger.open(wanted, &mut hand_over));
    let mut all_open = false;
    loop {
        tokio::select! {
            biased;
            _ = context.end.wait() => return Ok(()),
            Some(open) = opened.recv() => tasks.spawn(context, work, open),
            result = &mut opening, if !all_open => {
                all_open = true;
                may_be_gone(result)?;
            }
            Some(result) = tasks.next() => result?,
        }
    }
}

/// One partition, claimed again each time that it was fenced.
async fn keep<W: Work>(
    context: Arc<Context>,
    work: Arc<W>,
    mut opened: Opened,
) -> Result<(), GroupError> {
    loop {
        let slot = Arc::clone(&opened.slot);
        work.partition(opened).await?;
        if !slot.is_fenced() {
            return Ok(());
        }
        let wanted = Wanting {
            partition: slot.partition().clone(),
            lost: slot.lost(),
        };
        let mut again = None;
        let mut hand_over = |open| again = Some(open);
        tokio::select! {
            biased;
            _ = context.end.wait() => return Ok(()),
            result = context.ledger.open(vec![wanted], &mut hand_over) => may_be_gone(result)?,
        }
        match again {
            Some(open) => opened = open,
            None => return Ok(()),
        }
    }
}

/// What is not ours any more is no error: the membership will say so.
fn may_be_gone(result: Result<(), Unopened>) -> Result<(), GroupError> {
    match result {
        Ok(()) | Err(Unopened::NotOurs) => Ok(()),
        Err(Unopened::Failed(error)) => Err(error),
    }
}

fn wanting(partition: &TopicPartition) -> Wanting {
    Wanting {
        partition: partition.clone(),
        lost: None,
    }
}

impl Context {
    /// A share of the time that there is for a rebalance, `most` at the most.
    fn share(&self, most: Duration) -> Duration {
        most.min(self.config.rebalance_timeout / 8)
    }

    /// The run ends, or another partition failed: all are to finish.
    pub(crate) fn stop_soon(&self) {
        let by = tokio::time::Instant::now() + self.config.stop_within();
        self.end.say(Ending::Stopping { by: by.into_std() });
    }
}

/// The partitions' tasks, and which is whose.
#[derive(Default)]
struct Tasks {
    running: JoinSet<Result<(), GroupError>>,
    partitions: HashMap<Id, TopicPartition>,
}

impl Tasks {
    fn spawn<W: Work>(&mut self, context: &Arc<Context>, work: &Arc<W>, opened: Opened) {
        let partition = opened.slot.partition().clone();
        let task = keep(Arc::clone(context), Arc::clone(work), opened);
        let handle = self.running.spawn(context.client.gated(task));
        self.partitions.insert(handle.id(), partition);
    }

    /// The next task that has ended.
    ///
    /// # Cancel safety
    /// Cancel safe.
    async fn next(&mut self) -> Option<Result<(), GroupError>> {
        match self.running.join_next_with_id().await? {
            Ok((id, result)) => {
                self.partitions.remove(&id);
                Some(result)
            }
            Err(error) => Some(self.crashed(error)),
        }
    }

    /// Waits for all until the deadline, and cuts off who is still at work then.
    async fn drain(mut self, end: &End) -> Result<(), GroupError> {
        let mut outcome = Ok(());
        loop {
            tokio::select! {
                biased;
                next = self.next() => match next {
                    Some(result) => outcome = outcome.and(result),
                    None => return outcome,
                },
                () = end.deadline() => break,
            }
        }
        let mut late: Vec<_> = self.partitions.values().collect();
        late.sort();
        for partition in late {
            tracing::warn!(
                "{partition}: given up without a commit, its work did not finish in time"
            );
        }
        // Waited for, since what is cut off must not be in the last commit; not for long, since a thread that is blocked
        // against all rules never ends.
        let _ = timeout(CUT_OFF_WITHIN, self.running.shutdown()).await;
        outcome
    }

    fn crashed(&mut self, error: JoinError) -> Result<(), GroupError> {
        let partition = self.partitions.remove(&error.id());
        match error.try_into_panic() {
            Ok(panic) => Err(GroupError::HandlerPanicked {
                partition,
                message: said(&*panic),
            }),
            Err(_) => Ok(()),
        }
    }
}

/// What a panic said.
pub(crate) fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "something that is no text".to_owned())
}

/// One assignment of partitions, as a [`Handler`](crate::Handler) sees it: it lasts until the next rebalance.
pub struct Session {
    pub(crate) context: Arc<Context>,
    pub(crate) commits: commits::Orders,
}

impl Session {
    /// The group's id.
    #[must_use]
    pub fn group_id(&self) -> &str {
        &self.context.config.group_id
    }

    /// The version of the group's assignment.
    #[must_use]
    pub fn generation(&self) -> i32 {
        self.context.assignment.generation
    }

    /// The id that the coordinator gave this member.
    #[must_use]
    pub fn member_id(&self) -> &str {
        &self.context.assignment.member_id
    }

    /// The partitions of this session, sorted.
    #[must_use]
    pub fn partitions(&self) -> &[TopicPartition] {
        &self.context.assignment.partitions
    }

    /// Why and until when the session ends; none while it goes on.
    #[must_use]
    pub fn ending(&self) -> Option<Ending> {
        self.context.end.said()
    }

    /// Commits what is marked in all partitions and returns each one's result, sorted by partition. Where nothing is
    /// new, that is the offset committed already.
    ///
    /// # Cancel safety
    /// The commit goes on; its results go nowhere.
    pub async fn commit(&self) -> CommitResults {
        self.commits.commit(None).await
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("assignment", &self.context.assignment)
            .field("ending", &self.ending())
            .finish_non_exhaustive()
    }
}
