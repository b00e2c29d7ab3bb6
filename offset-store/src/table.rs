//! The tier below: a table with one atomic conditional write a row. This is what a user writes for a database of
//! their own; claims, commits and resets are done above it by [`TableStore`], in one place for all tables.

use std::fmt;

use async_trait::async_trait;

use crate::error::StoreError;
use crate::model::{Fence, Gap, Key, Row};
use crate::store::StoreInfo;

mod store;

pub use store::TableStore;
#[cfg(feature = "kafka")]
pub(crate) use store::unanswered;

/// One row a key, and one write that depends on what the row holds.
///
/// An ETag, a revision, a conditional `UPDATE` all serve, as long as comparing and writing are one atomic step.
#[async_trait]
pub trait OffsetTable: fmt::Debug + Send + Sync + 'static {
    /// What this table can do.
    fn info(&self) -> StoreInfo;

    /// The rows of `keys`, in their order; `None` where there is none. Reads what the latest write left, never a
    /// replica that lags behind.
    ///
    /// # Errors
    /// Nothing was read.
    ///
    /// # Cancel safety
    /// Cancel safe: it writes nothing.
    async fn read(&self, keys: &[Key]) -> Result<Vec<Option<Row>>, StoreError>;

    /// Does each write whose row is as expected, and says of each whether it was done. Rows stand for themselves: one
    /// that is refused undoes no other. What is answered as done survives a crash of the store's machine.
    ///
    /// # Errors
    /// None was done, unless the error is [`StoreError::Unknown`]: then any of them may have been, or may yet be.
    ///
    /// # Cancel safety
    /// A dropped call did each row's write or did not; only another `read` tells.
    async fn write_if(&self, writes: &[Write]) -> Result<Vec<Written>, StoreError>;

    /// All rows, or those of one group, in no particular order.
    ///
    /// # Errors
    /// Nothing was read.
    ///
    /// # Cancel safety
    /// Cancel safe: it writes nothing.
    async fn scan(&self, group: Option<&str>) -> Result<Vec<Row>, StoreError>;

    /// What was skipped by policy, oldest first. Needed only where [`StoreInfo::gaps`] is set; a table without it is
    /// never handed a [`Write::gap`].
    ///
    /// # Errors
    /// [`StoreError::Unsupported`] unless the table keeps gaps.
    ///
    /// # Cancel safety
    /// Cancel safe: it writes nothing.
    async fn gaps(&self, group: Option<&str>) -> Result<Vec<Gap>, StoreError> {
        let _ = group;
        Err(StoreError::Unsupported {
            store: self.info().name,
            what: "gap rows",
        })
    }
}

/// One conditional write of one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// Which row.
    pub key: Key,
    /// What it must hold, or nothing is written.
    pub expect: Expect,
    /// What it holds afterwards; `None` removes it.
    pub row: Option<Row>,
    /// What the same write skips, to be noted in the same transaction.
    pub gap: Option<Gap>,
}

/// The guard of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// There is no such row.
    Absent,
    /// The row is there and its [`Row::fence`] is this one.
    Fence(Fence),
}

/// Whether a write was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// The row was as expected and is written.
    Done,
    /// The row was not as expected; it is untouched.
    Refused,
}

#[cfg(test)]
mod tests;
