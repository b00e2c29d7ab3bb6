//! The table, and the burst that commits results with an offset.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use rusqlite::{Connection, Transaction, TransactionBehavior, params_from_iter};

use super::fault::Place;
use super::worker::Worker;
use super::{SqliteTransaction, Step, rows, schema};
use crate::error::{ResultsError, StoreError};
use crate::model::{Gap, Key, Row};
use crate::store::{Guarantee, StoreInfo};
use crate::table::{OffsetTable, Write, Written};

/// Rows in table `ottla_offsets` of a SQLite database.
#[derive(Clone, Debug)]
pub struct SqliteTable {
    worker: Worker,
    place: Place,
    durable: bool,
}

/// How errors name a database without a file; SQLite says it so, too.
const IN_MEMORY: &str = ":memory:";

impl SqliteTable {
    pub(super) async fn open(file: PathBuf, busy_timeout: Duration) -> Result<Self, StoreError> {
        let place = Place::new(&file, busy_timeout);
        let opened = {
            let place = place.clone();
            tokio::task::spawn_blocking(move || schema::open(&file, &place)).await
        };
        let cannot_open = |source| StoreError::Open {
            store: "sqlite",
            place: place.file.clone(),
            source,
        };
        let connection = opened.map_err(|error| cannot_open(Box::new(error)))??;
        let worker = Worker::start(connection).map_err(|error| cannot_open(Box::new(error)))?;
        Ok(Self {
            worker,
            place,
            durable: true,
        })
    }

    /// Makes an empty database in this process's memory, as [`SqliteStore::in_memory`](super::SqliteStore::in_memory) does.
    ///
    /// # Errors
    /// [`StoreError::Open`].
    pub fn in_memory() -> Result<Self, StoreError> {
        let place = Place::new(Path::new(IN_MEMORY), Duration::ZERO);
        let worker = Worker::inline(schema::open_in_memory(&place)?);
        Ok(Self {
            worker,
            place,
            durable: false,
        })
    }

    /// Runs `work` with the native connection, as [`SqliteStore::call`](super::SqliteStore::call) does.
    ///
    /// # Errors
    /// [`StoreError::Statement`] if it is wrong; [`StoreError::Busy`], [`StoreError::Full`] and their like.
    ///
    /// # Cancel safety
    /// A dropped call ran `work` or did not.
    pub async fn call<R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<R> + Send + 'static,
    ) -> Result<R, StoreError> {
        self.run("running statements", work).await
    }

    /// Writes results and the guarded write, or neither: what
    /// [`TableStore::commit_with`](crate::table::TableStore::commit_with) asks for.
    ///
    /// # Errors
    /// [`ResultsError::Results`]: nothing was written. [`ResultsError::Store`]: nothing was, unless the outcome is unknown.
    ///
    /// # Cancel safety
    /// A dropped call wrote both or neither.
    pub async fn write_results(
        &self,
        results: SqliteTransaction,
        write: Write,
    ) -> Result<Written, ResultsError> {
        let place = self.place.clone();
        self.worker
            .run("committing results", move |connection| {
                burst(connection, results, &write, &place)
            })
            .await?
    }

    async fn run<R: Send + 'static>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<R> + Send + 'static,
    ) -> Result<R, StoreError> {
        let done = self.worker.run(doing, work).await?;
        done.map_err(|error| self.place.error(doing, error))
    }
}

#[async_trait]
impl OffsetTable for SqliteTable {
    fn info(&self) -> StoreInfo {
        let info = StoreInfo::new("sqlite", Guarantee::Atomic).gaps();
        if self.durable { info.durable() } else { info }
    }

    async fn read(&self, keys: &[Key]) -> Result<Vec<Option<Row>>, StoreError> {
        let keys = keys.to_vec();
        self.run("reading", move |connection| {
            // One snapshot for all.
            let transaction = connection.transaction()?;
            keys.iter()
                .map(|key| rows::read(&transaction, key))
                .collect()
        })
        .await
    }

    async fn write_if(&self, writes: &[Write]) -> Result<Vec<Written>, StoreError> {
        let (place, writes) = (self.place.clone(), writes.to_vec());
        self.worker
            .run("writing", move |connection| {
                write_all(connection, &writes, &place)
            })
            .await?
    }

    async fn scan(&self, group: Option<&str>) -> Result<Vec<Row>, StoreError> {
        let group = group.map(str::to_owned);
        self.run("scanning", move |connection| {
            rows::scan(connection, group.as_deref())
        })
        .await
    }

    async fn gaps(&self, group: Option<&str>) -> Result<Vec<Gap>, StoreError> {
        let group = group.map(str::to_owned);
        self.run("scanning", move |connection| {
            rows::gaps(connection, group.as_deref())
        })
        .await
    }
}

/// All writes in one transaction, each with an answer of its own.
fn write_all(
    connection: &mut Connection,
    writes: &[Write],
    place: &Place,
) -> Result<Vec<Written>, StoreError> {
    let failed = |error| place.error("writing", error);
    let transaction = begin(connection).map_err(failed)?;
    let written = writes
        .iter()
        .map(|write| rows::guarded(&transaction, write));
    let written = written
        .collect::<rusqlite::Result<Vec<_>>>()
        .map_err(failed)?;
    commit(transaction, place)?;
    Ok(written)
}

/// Results and the guarded write. Everything that can be is done before the lock is taken, and the guard comes last,
/// so that an owner which freezes here holds the lock for an instant only.
fn burst(
    connection: &mut Connection,
    results: SqliteTransaction,
    write: &Write,
    place: &Place,
) -> Result<Written, ResultsError> {
    prepare(connection, &results).map_err(|error| place.results_error(error))?;
    let transaction =
        begin(connection).map_err(|error| place.error("beginning a commit", error))?;
    for step in results.steps {
        run(step, &transaction, place)?;
    }
    let guarded = rows::guarded(&transaction, write);
    if guarded.map_err(|error| place.error("committing", error))? == Written::Refused {
        // Dropping the transaction rolls it back.
        return Ok(Written::Refused);
    }
    commit(transaction, place)?;
    Ok(Written::Done)
}

fn begin(connection: &mut Connection) -> rusqlite::Result<Transaction<'_>> {
    connection.transaction_with_behavior(TransactionBehavior::Immediate)
}

fn commit(transaction: Transaction<'_>, place: &Place) -> Result<(), StoreError> {
    transaction
        .commit()
        .map_err(|error| place.commit_error("committing", error))
}

fn prepare(connection: &Connection, results: &SqliteTransaction) -> rusqlite::Result<()> {
    rows::prepare(connection)?;
    for step in &results.steps {
        if let Step::Execute(sql, _) = step {
            connection.prepare_cached(sql)?;
        }
    }
    Ok(())
}

fn run(step: Step, transaction: &Transaction<'_>, place: &Place) -> Result<(), ResultsError> {
    let ran = catch_unwind(AssertUnwindSafe(|| match step {
        Step::Execute(sql, params) => {
            let mut statement = transaction.prepare_cached(&sql)?;
            statement.execute(params_from_iter(params)).map(drop)
        }
        Step::Write(write) => write(transaction),
    }));
    match ran {
        Err(_) => Err(ResultsError::Results("the write panicked".into())),
        Ok(Err(error)) => Err(place.results_error(error)),
        Ok(Ok(())) if transaction.is_autocommit() => {
            let why = "the write ended the transaction that it ran in";
            Err(ResultsError::Results(why.into()))
        }
        Ok(Ok(())) => Ok(()),
    }
}
