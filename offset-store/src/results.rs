//! Results and offsets in one transaction: what makes each record's effect happen exactly once.

use std::future::Future;

use crate::error::{CommitError, Refused};
use crate::fence::{Advance, Claim};
use crate::store::OffsetStore;

#[cfg(any(feature = "memory", feature = "sled"))]
mod key_values;

#[cfg(any(feature = "memory", feature = "sled"))]
pub use key_values::KeyValueTransaction;
#[cfg(feature = "sled")]
pub(crate) use key_values::Op;

/// A store that commits results and offsets together: both or neither.
///
/// A transaction is a **buffer** of the user's writes, not a live handle. Nothing is locked while work is being done;
/// the writes run in one burst at [`commit_results`](Self::commit_results), the guarded write of the offset last, so
/// that an owner which freezes holds a lock for an instant only. The writes may run more than once before they take
/// effect once (sled runs them again after a conflict).
///
/// Exactly once means that each record's effect is in the results once, whatever crashes. It does not mean that the
/// code that made the results runs once: what is refused or unanswered is done again from the claimed offset.
pub trait ResultsStore: OffsetStore {
    /// The user's writes, collected.
    type Transaction: Send + 'static;

    /// Starts collecting. Takes nothing from the store; dropping the transaction drops the writes.
    fn begin(&self) -> Self::Transaction;

    /// Writes the results and moves the partition on, or does neither.
    ///
    /// # Errors
    /// [`CommitError::NotWritten`] and [`CommitError::Results`] give the claim back: nothing happened.
    /// [`CommitError::Unknown`] does not: claim again and go on from where the row stands. [`Refused`] inside `Ok`:
    /// everything was rolled back.
    ///
    /// # Cancel safety
    /// A dropped call wrote both or neither, and the claim is gone; claim again from
    /// [`look`](OffsetStore::look).
    fn commit_results(
        &self,
        results: Self::Transaction,
        advance: Advance,
    ) -> impl Future<Output = Result<Result<Claim, Refused>, CommitError>> + Send;
}
