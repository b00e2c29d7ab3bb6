//! The thread that owns the connection. SQLite blocks, on other writers for seconds: a thread of its own keeps that
//! away from the runtime, and the queue before it is bounded.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use crate::error::StoreError;

/// How many calls may wait for the thread before callers wait for a place. One commit is in flight a claim, so this
/// fills up only with that many partitions.
const QUEUE: usize = 64;

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// A handle on the thread, which ends with the last of them.
#[derive(Clone, Debug)]
pub(super) struct Worker {
    jobs: mpsc::Sender<Job>,
}

impl Worker {
    /// Starts the thread.
    pub(super) fn start(connection: Connection) -> std::io::Result<Self> {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let thread = thread::Builder::new().name("ottla-sqlite".to_owned());
        thread.spawn(move || run(connection, queue))?;
        Ok(Self { jobs })
    }

    /// Runs `job` on the thread and waits for its answer. A job that is queued runs even if nobody waits any more.
    pub(super) async fn run<R: Send + 'static>(
        &self,
        doing: &'static str,
        job: impl FnOnce(&mut Connection) -> R + Send + 'static,
    ) -> Result<R, StoreError> {
        let (answer, answered) = oneshot::channel();
        let job = Box::new(move |connection: &mut Connection| {
            // Nobody to tell: the caller was dropped.
            let _ = answer.send(job(connection));
        });
        let sent = self.jobs.send(job).await;
        sent.map_err(|_| StoreError::Closed { store: "sqlite" })?;
        answered.await.map_err(|lost| StoreError::Unknown {
            store: "sqlite",
            doing,
            source: Box::new(lost),
        })
    }
}

fn run(mut connection: Connection, mut queue: mpsc::Receiver<Job>) {
    while let Some(job) = queue.blocking_recv() {
        let ran = catch_unwind(AssertUnwindSafe(|| job(&mut connection)));
        if ran.is_err() {
            tracing::error!("a call on the SQLite thread panicked");
        }
        if !connection.is_autocommit() {
            // A panic, or a user's own statement, left a transaction open: it would hold up every other writer.
            if let Err(error) = connection.execute_batch("ROLLBACK") {
                tracing::error!(%error, "can't roll back what a call left open");
            }
        }
    }
}
