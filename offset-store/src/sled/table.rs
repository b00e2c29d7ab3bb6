//! The table: guarded writes in sled transactions, on blocking threads.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sled::transaction::{
    ConflictableTransactionError, TransactionError, Transactional, TransactionalTree, abort,
};
use sled::{Db, Tree};

use super::codec;
use super::disk::Disk;
use crate::error::{BoxError, ResultsError, StoreError};
use crate::model::{Gap, Key, Row};
use crate::results::{KeyValueTransaction, Op};
use crate::store::{Guarantee, StoreInfo};
use crate::table::{Expect, OffsetTable, Write, Written};

const OFFSETS: &str = "offsets";
const GAPS: &str = "offset_gaps";

/// Rows in tree `offsets` of a sled database.
#[derive(Clone, Debug)]
pub struct SledTable {
    db: Db,
    offsets: Tree,
    gaps: Tree,
    disk: Arc<Disk>,
}

/// Why a transaction's closure gave up; sled then drops what it had written.
enum Stop {
    Refused,
    Corrupt(StoreError),
    Results(BoxError),
}

impl SledTable {
    pub(super) fn open(db: Db, disk: Disk) -> sled::Result<Self> {
        Ok(Self {
            offsets: db.open_tree(OFFSETS)?,
            gaps: db.open_tree(GAPS)?,
            db,
            disk: Arc::new(disk),
        })
    }

    pub(super) fn db(&self) -> &Db {
        &self.db
    }

    /// Results and the guarded write, in one transaction over all trees that they touch.
    pub(super) async fn write_results(
        &self,
        results: KeyValueTransaction,
        write: Write,
    ) -> Result<Written, ResultsError> {
        let table = self.clone();
        call("committing results", move || {
            table.write_results_now(&results, &write)
        })
        .await?
    }

    fn write_results_now(
        &self,
        results: &KeyValueTransaction,
        write: &Write,
    ) -> Result<Written, ResultsError> {
        self.check_room("committing results", results.bytes())?;
        let mut trees = vec![self.offsets.clone(), self.gaps.clone()];
        for name in &results.trees {
            if name == OFFSETS || name == GAPS {
                let why = format!("tree {name} belongs to the offset store");
                return Err(ResultsError::Results(why.into()));
            }
            trees.push(
                self.db
                    .open_tree(name)
                    .map_err(|error| failed("opening a tree", error))?,
            );
        }
        let done = trees[..].transaction(|trees| {
            let [offsets, gaps, users @ ..] = trees.as_slice() else {
                return abort(Stop::Refused);
            };
            if guarded(offsets, gaps, write)? == Written::Refused {
                return abort(Stop::Refused);
            }
            for (tree, key, op) in &results.writes {
                apply(&users[*tree], key, op)?;
            }
            offsets.flush();
            Ok(())
        });
        match done {
            Ok(()) => self
                .sync()
                .map(|()| Written::Done)
                .map_err(ResultsError::Store),
            Err(TransactionError::Abort(Stop::Refused)) => Ok(Written::Refused),
            Err(TransactionError::Abort(Stop::Corrupt(error))) => Err(error.into()),
            Err(TransactionError::Abort(Stop::Results(error))) => Err(ResultsError::Results(error)),
            Err(TransactionError::Storage(error)) => Err(unknown(error).into()),
        }
    }

    /// All writes in one transaction, each with an answer of its own.
    fn write_if_now(&self, writes: &[Write]) -> Result<Vec<Written>, StoreError> {
        self.check_room("writing", 0)?;
        let trees = [&self.offsets, &self.gaps];
        let written = trees[..].transaction(|trees| {
            let [offsets, gaps] = trees.as_slice() else {
                return abort(Stop::Refused);
            };
            let written = writes.iter().map(|write| guarded(offsets, gaps, write));
            let written = written.collect::<Result<Vec<_>, _>>()?;
            offsets.flush();
            Ok(written)
        });
        match written {
            Ok(written) => self.sync().map(|()| written),
            Err(TransactionError::Abort(Stop::Corrupt(error))) => Err(error),
            Err(TransactionError::Abort(_)) => Ok(vec![Written::Refused; writes.len()]),
            Err(TransactionError::Storage(error)) => Err(unknown(error)),
        }
    }

    fn read_now(&self, keys: &[Key]) -> Result<Vec<Option<Row>>, StoreError> {
        let read_one = |key: &Key| match self.offsets.get(codec::encode_key(key)) {
            Ok(None) => Ok(None),
            Ok(Some(bytes)) => codec::decode_row(key.clone(), &bytes).map(Some),
            Err(error) => Err(failed("reading", error)),
        };
        keys.iter().map(read_one).collect()
    }

    fn scan_now(&self, group: Option<&str>) -> Result<Vec<Row>, StoreError> {
        let mut rows = Vec::new();
        for entry in &self.offsets {
            let (key, row) = entry.map_err(|error| failed("scanning", error))?;
            let key = codec::decode_key(&key)?;
            if group.is_none_or(|group| *key.group_id == *group) {
                rows.push(codec::decode_row(key, &row)?);
            }
        }
        Ok(rows)
    }

    fn gaps_now(&self, group: Option<&str>) -> Result<Vec<Gap>, StoreError> {
        let mut gaps = Vec::new();
        for entry in &self.gaps {
            let (key, gap) = entry.map_err(|error| failed("scanning", error))?;
            let gap = codec::decode_gap(&key, &gap)?;
            if group.is_none_or(|group| *gap.key.group_id == *group) {
                gaps.push(gap);
            }
        }
        gaps.sort_by_key(|gap| gap.at);
        Ok(gaps)
    }

    fn check_room(&self, doing: &'static str, bytes: usize) -> Result<(), StoreError> {
        match self.disk.has_room_for(bytes) {
            Ok(true) => Ok(()),
            Ok(false) => Err(StoreError::Full {
                store: "sled",
                doing,
                place: self.disk.place(),
            }),
            Err(error) => Err(failed(doing, sled::Error::Io(error))),
        }
    }

    /// Whether the commit survives a power loss if this fails is not known.
    fn sync(&self) -> Result<(), StoreError> {
        let synced = self.disk.sync();
        synced.map_err(|error| unknown(sled::Error::Io(error)))
    }
}

type Step<T> = Result<T, ConflictableTransactionError<Stop>>;

/// The guarded write of one row and its gap.
fn guarded(offsets: &TransactionalTree, gaps: &TransactionalTree, write: &Write) -> Step<Written> {
    let key = codec::encode_key(&write.key);
    let stored = match offsets.get(&key)? {
        None => None,
        Some(bytes) => match codec::decode_fence(&write.key, &bytes) {
            Ok(fence) => Some(fence),
            Err(corrupt) => return abort(Stop::Corrupt(corrupt)),
        },
    };
    let as_expected = match write.expect {
        Expect::Absent => stored.is_none(),
        Expect::Fence(fence) => stored == Some(fence),
    };
    if !as_expected {
        return Ok(Written::Refused);
    }
    match &write.row {
        Some(row) => offsets.insert(key, codec::encode_row(row))?,
        None => offsets.remove(key)?,
    };
    if let Some(gap) = &write.gap {
        let (key, value) = codec::encode_gap(gap);
        gaps.insert(key, value)?;
    }
    Ok(Written::Done)
}

/// One of the user's writes.
fn apply(tree: &TransactionalTree, key: &[u8], op: &Op) -> Step<()> {
    let stored = if op.reads() { tree.get(key)? } else { None };
    let value = match op.value(stored.as_deref()) {
        Ok(value) => value,
        Err(error) => return abort(Stop::Results(error)),
    };
    match value {
        Some(value) => tree.insert(key, value)?,
        None => tree.remove(key)?,
    };
    Ok(())
}

#[async_trait]
impl OffsetTable for SledTable {
    fn info(&self) -> StoreInfo {
        StoreInfo::new("sled", Guarantee::Atomic).durable().gaps()
    }

    async fn read(&self, keys: &[Key]) -> Result<Vec<Option<Row>>, StoreError> {
        let (table, keys) = (self.clone(), keys.to_vec());
        call("reading", move || table.read_now(&keys)).await?
    }

    async fn write_if(&self, writes: &[Write]) -> Result<Vec<Written>, StoreError> {
        let (table, writes) = (self.clone(), writes.to_vec());
        call("writing", move || table.write_if_now(&writes)).await?
    }

    async fn scan(&self, group: Option<&str>) -> Result<Vec<Row>, StoreError> {
        let (table, group) = (self.clone(), group.map(str::to_owned));
        call("scanning", move || table.scan_now(group.as_deref())).await?
    }

    async fn gaps(&self, group: Option<&str>) -> Result<Vec<Gap>, StoreError> {
        let (table, group) = (self.clone(), group.map(str::to_owned));
        call("scanning", move || table.gaps_now(group.as_deref())).await?
    }
}

/// A call of sled that takes longer than this hangs: it waits in spin loops and under locks, with no time-out of its own.
const HANGS_AFTER: Duration = Duration::from_secs(30);

/// One call of the table. What becomes of one that hangs is not known.
async fn call<R: Send + 'static>(
    doing: &'static str,
    work: impl FnOnce() -> R + Send + 'static,
) -> Result<R, StoreError> {
    let done = tokio::time::timeout(HANGS_AFTER, blocking(doing, work)).await;
    done.unwrap_or_else(|late| {
        Err(StoreError::Unknown {
            store: "sled",
            doing,
            source: Box::new(late),
        })
    })
}

/// Runs sled's blocking calls on a thread where blocking is allowed.
pub(super) async fn blocking<R: Send + 'static>(
    doing: &'static str,
    work: impl FnOnce() -> R + Send + 'static,
) -> Result<R, StoreError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| StoreError::Unknown {
            store: "sled",
            doing,
            source: Box::new(error),
        })
}

fn failed(doing: &'static str, error: sled::Error) -> StoreError {
    StoreError::Unavailable {
        store: "sled",
        doing,
        source: Box::new(error),
    }
}

/// A transaction's storage error can come from the flush, after the commit: whether it holds is not known.
fn unknown(error: sled::Error) -> StoreError {
    StoreError::Unknown {
        store: "sled",
        doing: "committing",
        source: Box::new(error),
    }
}
