//! Offsets and results in a sled 0.34 folder.
//!
//! - Rows are in tree `offsets`, what was skipped by policy in tree `offset_gaps`; the encoding is described in
//!   `sled/codec.rs`. All other trees are the user's: see [`SledStore::db`] and [`KeyValueTransaction`].
//! - A folder belongs to one process at a time: a second gets [`StoreError::InUse`]. Within a process, clone the store.
//! - sled may run a transaction's closure twice and makes it durable only at the next flush. So results are buffered,
//!   applied together with the fence check in one closure, and on the disk before the commit returns.

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use sled::Db;

use crate::confirm::Seen;
use crate::error::{CommitError, Refused, StoreError};
use crate::fence::{Advance, Claim, Reset, Wanted};
use crate::model::{Gap, Key, Owner, Row};
use crate::results::{KeyValueTransaction, ResultsStore};
use crate::store::{OffsetStore, StoreInfo};
use crate::table::TableStore;

mod codec;
mod disk;
mod table;

use self::disk::Disk;
pub use table::SledTable;

/// Results for a [`SledStore`]: writes into any number of trees.
pub type SledTransaction = KeyValueTransaction;

/// Offsets and results in one sled folder. Clones share it.
#[derive(Clone, Debug)]
pub struct SledStore {
    store: TableStore<SledTable>,
}

impl SledStore {
    /// Opens a folder, or makes it.
    ///
    /// # Errors
    /// [`StoreError::InUse`] while another process, or another handle of this one, has it; [`StoreError::Open`].
    ///
    /// # Cancel safety
    /// A dropped call may leave an empty folder.
    pub async fn open(dir: impl AsRef<Path>) -> Result<Self, StoreError> {
        let dir = dir.as_ref().to_owned();
        let folder = dir.clone();
        let db = table::blocking("opening", move || open_db(&folder)).await??;
        Self::from_db(db, dir).await
    }

    /// Keeps offsets in a database that is open already. `dir` is its folder.
    ///
    /// # Errors
    /// [`StoreError::Open`] if `dir` is not a sled folder or its trees can't be opened.
    ///
    /// # Cancel safety
    /// Nothing is lost.
    pub async fn from_db(db: Db, dir: impl AsRef<Path>) -> Result<Self, StoreError> {
        let dir = dir.as_ref().to_owned();
        let table = table::blocking("opening", move || open_table(db, &dir)).await??;
        Ok(Self {
            store: TableStore::new(table),
        })
    }

    /// The database, for the user's own trees. Its calls block: keep them off the runtime's threads.
    #[must_use]
    pub fn db(&self) -> &Db {
        self.store.table().db()
    }
}

fn open_db(dir: &Path) -> Result<Db, StoreError> {
    sled::open(dir).map_err(|error| {
        // sled tells a held lock by its words alone (config.rs, `try_lock`).
        if matches!(&error, sled::Error::Io(io) if io.to_string().contains("could not acquire lock")) {
            return StoreError::InUse {
                store: "sled",
                place: dir.display().to_string(),
            };
        }
        cannot_open(dir, error)
    })
}

fn open_table(db: Db, dir: &Path) -> Result<SledTable, StoreError> {
    let disk = Disk::open(dir).map_err(|error| cannot_open(dir, error))?;
    SledTable::open(db, disk).map_err(|error| cannot_open(dir, error))
}

fn cannot_open(dir: &Path, error: impl std::error::Error + Send + Sync + 'static) -> StoreError {
    StoreError::Open {
        store: "sled",
        place: PathBuf::from(dir).display().to_string(),
        source: Box::new(error),
    }
}

impl ResultsStore for SledStore {
    type Transaction = SledTransaction;

    fn begin(&self) -> SledTransaction {
        SledTransaction::default()
    }

    async fn commit_results(
        &self,
        results: SledTransaction,
        advance: Advance,
    ) -> Result<Result<Claim, Refused>, CommitError> {
        let table = self.store.table();
        self.store
            .commit_with(advance, |write| table.write_results(results, write))
            .await
    }
}

crate::store::delegate!(SledStore => store);
