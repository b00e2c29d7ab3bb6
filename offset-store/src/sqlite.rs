//! Offsets and results in one SQLite file, which any number of processes of one machine may share.
//!
//! - Rows are in table `ottla_offsets`, what was skipped by policy in `ottla_gaps` (`sql/sqlite/schema.sql`); all other
//!   tables are the user's: see [`SqliteStore::call`] and [`SqliteTransaction`].
//! - WAL and `synchronous = FULL`: a commit that returned is on the disk.
//! - SQLite has one writer at a time, and one that freezes inside a transaction stops all others. So results are
//!   buffered and prepared first; then `BEGIN IMMEDIATE`, the user's writes, the guarded `UPDATE`, `COMMIT` run in one
//!   burst on the store's own thread.
//! - [`SqliteStore::in_memory`] is the same without a file and without a thread.
//! - Who waits longer than the busy time-out gets [`StoreError::Busy`] and may try again.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use rusqlite::Connection;
use rusqlite::types::Value;

use crate::ambient::Ambient;
use crate::confirm::Seen;
use crate::error::{CommitError, Refused, StoreError};
use crate::fence::{Advance, Claim, Reset, Wanted};
use crate::model::{Gap, Key, Owner, Row};
use crate::results::ResultsStore;
use crate::store::{OffsetStore, StoreInfo};
use crate::table::TableStore;

mod fault;
mod rows;
mod schema;
mod table;
mod worker;

pub use table::SqliteTable;

/// How long a writer waits for another one's burst. Well below any session time-out.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Offsets and results in one SQLite file. Clones share one connection and its thread.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    store: TableStore<SqliteTable>,
}

impl SqliteStore {
    /// Opens a file, or makes it, and its tables. Writers wait for each other for 5 s.
    ///
    /// # Errors
    /// [`StoreError::Open`], [`StoreError::ReadOnly`], [`StoreError::Busy`]; [`StoreError::Schema`] if the table is
    /// there but lacks a column or has it otherwise.
    ///
    /// # Cancel safety
    /// A dropped call may leave an empty file.
    pub async fn open(file: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::open_waiting(file, BUSY_TIMEOUT).await
    }

    /// The same with another busy time-out.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    ///
    /// # Cancel safety
    /// As [`open`](Self::open).
    pub async fn open_waiting(
        file: impl AsRef<Path>,
        busy_timeout: Duration,
    ) -> Result<Self, StoreError> {
        let table = SqliteTable::open(file.as_ref().to_owned(), busy_timeout).await?;
        Ok(Self {
            store: TableStore::new(table),
        })
    }

    /// Makes an empty database in this process's memory. It starts no thread: statements run on the caller's, one at a time, and are done when a call is first polled.
    /// For tests and simulations; it is gone with the last clone.
    ///
    /// # Errors
    /// [`StoreError::Open`].
    pub fn in_memory() -> Result<Self, StoreError> {
        Ok(Self {
            store: TableStore::new(SqliteTable::in_memory()?),
        })
    }

    /// With fences and a time of day from elsewhere than the system, for simulations.
    #[must_use]
    pub fn with_ambient(mut self, ambient: Ambient) -> Self {
        self.store = self.store.with_ambient(ambient);
        self
    }

    /// Runs statements that return nothing, such as the results' own `CREATE TABLE IF NOT EXISTS`.
    ///
    /// # Errors
    /// [`StoreError::Statement`] if they are wrong; [`StoreError::Busy`], [`StoreError::Full`] and their like.
    ///
    /// # Cancel safety
    /// A dropped call ran all, some or none of them.
    pub async fn execute_batch(&self, sql: impl Into<String>) -> Result<(), StoreError> {
        let sql = sql.into();
        self.call(move |connection| connection.execute_batch(&sql))
            .await
    }

    /// Runs `work` with the native connection, on the store's thread if it has one. No commit gets in between, so keep it short.
    ///
    /// # Errors
    /// As [`execute_batch`](Self::execute_batch).
    ///
    /// # Cancel safety
    /// A dropped call ran `work` or did not.
    pub async fn call<R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<R> + Send + 'static,
    ) -> Result<R, StoreError> {
        self.store.table().call(work).await
    }
}

/// Results for a [`SqliteStore`]: statements and closures, run in order, in one transaction with the offset.
#[derive(Default)]
pub struct SqliteTransaction {
    steps: Vec<Step>,
}

/// One piece of the user's results.
enum Step {
    Execute(String, Vec<Value>),
    Write(Closure),
}

type Closure = Box<dyn FnOnce(&rusqlite::Transaction<'_>) -> rusqlite::Result<()> + Send>;

impl SqliteTransaction {
    /// Runs a statement that returns no rows. It is prepared before the transaction begins, and cached.
    pub fn execute(
        &mut self,
        sql: impl Into<String>,
        params: impl IntoIterator<Item = impl Into<Value>>,
    ) {
        let params = params.into_iter().map(Into::into).collect();
        self.steps.push(Step::Execute(sql.into(), params));
    }

    /// Runs a closure inside the transaction. All writers wait for it: work is done before, here it is only written
    /// (with `prepare_cached`). It must not begin or end transactions.
    pub fn write(
        &mut self,
        write: impl FnOnce(&rusqlite::Transaction<'_>) -> rusqlite::Result<()> + Send + 'static,
    ) {
        self.steps.push(Step::Write(Box::new(write)));
    }
}

impl fmt::Debug for SqliteTransaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let steps = self.steps.len();
        f.debug_struct("SqliteTransaction")
            .field("steps", &steps)
            .finish()
    }
}

impl ResultsStore for SqliteStore {
    type Transaction = SqliteTransaction;

    fn begin(&self) -> SqliteTransaction {
        SqliteTransaction::default()
    }

    async fn commit_results(
        &self,
        results: SqliteTransaction,
        advance: Advance,
    ) -> Result<Result<Claim, Refused>, CommitError> {
        let table = self.store.table();
        self.store
            .commit_with(advance, |write| table.write_results(results, write))
            .await
    }
}

crate::store::delegate!(SqliteStore => store);
