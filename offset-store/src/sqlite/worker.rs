//! Who runs the statements. SQLite blocks, on other writers for seconds: a thread of its own keeps that away from the runtime, and the queue before it is
//! bounded. A database in memory has no other writers and waits for nothing: its statements run where they are asked for.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use crate::error::StoreError;

/// How many calls may wait for the thread before callers wait for a place. One commit is in flight a claim, so this
/// fills up only with that many partitions.
const QUEUE: usize = 64;

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// A handle on the connection, which closes with the last of them.
#[derive(Clone)]
pub(super) enum Worker {
    /// On a thread of its own, which ends with the last handle.
    Thread(mpsc::Sender<Job>),
    /// On the caller's, before the call first waits.
    Inline(Arc<Mutex<Connection>>),
}

impl Worker {
    /// Starts a thread for the connection.
    pub(super) fn start(connection: Connection) -> std::io::Result<Self> {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let thread = thread::Builder::new().name("ottla-sqlite".to_owned());
        thread.spawn(move || serve(connection, queue))?;
        Ok(Self::Thread(jobs))
    }

    /// Leaves the work to the callers, one at a time.
    pub(super) fn inline(connection: Connection) -> Self {
        Self::Inline(Arc::new(Mutex::new(connection)))
    }

    /// Runs `job` and waits for its answer. A job that is queued runs even if nobody waits any more.
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
        match self {
            Self::Thread(jobs) => {
                let sent = jobs.send(job).await;
                sent.map_err(|_| StoreError::Closed { store: "sqlite" })?;
            }
            Self::Inline(connection) => {
                let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
                work(&mut connection, job);
            }
        }
        answered.await.map_err(|lost| StoreError::Unknown {
            store: "sqlite",
            doing,
            source: Box::new(lost),
        })
    }
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Thread(_) => "Thread",
            Self::Inline(_) => "Inline",
        })
    }
}

fn serve(mut connection: Connection, mut queue: mpsc::Receiver<Job>) {
    while let Some(job) = queue.blocking_recv() {
        work(&mut connection, job);
    }
}

fn work(connection: &mut Connection, job: Job) {
    let ran = catch_unwind(AssertUnwindSafe(|| job(connection)));
    if ran.is_err() {
        tracing::error!("a call on the SQLite connection panicked");
    }
    if !connection.is_autocommit() {
        // A panic, or a user's own statement, left a transaction open: it would hold up every other writer.
        if let Err(error) = connection.execute_batch("ROLLBACK") {
            tracing::error!(%error, "can't roll back what a call left open");
        }
    }
}
