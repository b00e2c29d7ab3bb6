//! Step 2 of a claim: between reading a row and writing a claim over it, the coordinator is asked once more.
//!
//! The types leave no way around it: [`OffsetStore::look`](crate::OffsetStore::look) makes a [`Seen`], only a
//! question put after that makes a [`Confirmed`] of it, and only a `Confirmed` can be [`Wanted`](crate::Wanted).

use std::future::Future;

use crate::model::{Key, Row};

/// What was read of one row before claiming it. Not `Clone`: one reading serves one claim.
#[derive(Debug)]
pub struct Seen {
    key: Key,
    row: Option<Row>,
}

impl Seen {
    pub(crate) fn new(key: Key, row: Option<Row>) -> Self {
        Self { key, row }
    }

    /// Which row was read.
    #[must_use]
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// What it held; `None` if there is no such row.
    #[must_use]
    pub fn row(&self) -> Option<&Row> {
        self.row.as_ref()
    }

    /// Goes on without asking, for partitions that were assigned by hand: there is no coordinator to ask.
    ///
    /// In return, any other owner's claim over this one is
    /// [`Refused::DualOwner`](crate::Refused::DualOwner) at once.
    #[must_use]
    pub fn assigned_by_hand(self) -> Confirmed {
        Confirmed {
            seen: self,
            witness: Witness::Nobody,
        }
    }
}

/// Who stands for the assignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Witness {
    /// The group's coordinator answered after the row was read.
    Coordinator,
    /// Manual assignment.
    Nobody,
}

/// A row that was read and, after that, confirmed to be ours. Made by [`confirm`] or
/// [`Seen::assigned_by_hand`] alone.
#[derive(Debug)]
pub struct Confirmed {
    seen: Seen,
    witness: Witness,
}

impl Confirmed {
    /// Which row is confirmed.
    #[must_use]
    pub fn key(&self) -> &Key {
        self.seen.key()
    }

    /// What the row held when it was read.
    #[must_use]
    pub fn row(&self) -> Option<&Row> {
        self.seen.row()
    }

    pub(crate) fn into_parts(self) -> (Seen, Witness) {
        (self.seen, self.witness)
    }
}

impl Seen {
    /// The coordinator said yes.
    pub(crate) fn by_coordinator(self) -> Confirmed {
        Confirmed {
            seen: self,
            witness: Witness::Coordinator,
        }
    }

    pub(crate) fn into_parts(self) -> (Key, Option<Row>) {
        (self.key, self.row)
    }
}

/// Asks the coordinator whether the partitions just read are still assigned to this member, and lets them pass if so.
///
/// `ask` is called now, after the reading: it must send a heartbeat of its own (an answer to one that is already
/// on its way proves nothing) and return `Ok` only if that heartbeat came back without error and the assignment is
/// still the very one that brought these partitions. Its error is returned as it is; the readings are then gone.
///
/// # Errors
/// Whatever `ask` returns.
///
/// # Cancel safety
/// Nothing is written: dropping the future drops the readings.
pub async fn confirm<F, A, E>(seen: Vec<Seen>, ask: F) -> Result<Vec<Confirmed>, E>
where
    F: FnOnce() -> A,
    A: Future<Output = Result<(), E>>,
{
    ask().await?;
    Ok(seen.into_iter().map(Seen::by_coordinator).collect())
}
