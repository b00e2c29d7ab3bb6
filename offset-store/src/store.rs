//! What a group speaks to: claims, commits and resets over any place where offsets are kept.

use std::fmt;

use async_trait::async_trait;

use crate::confirm::Seen;
use crate::error::{CommitError, Refused, StoreError};
use crate::fence::{Advance, Claim, Reset, Wanted};
use crate::model::{Gap, Key, Owner, Row};

/// Where a group's offsets are kept, and who may write them.
///
/// A claim takes three steps, in this order: [`look`](Self::look), then [`confirm`](crate::confirm()) (a heartbeat sent
/// after that reading), then [`claim`](Self::claim). A claim is used up by a commit, which gives a new one back.
///
/// Every doubt has one way out: a refused or unanswered commit leaves no claim, so drop the work in hand and start
/// from `look`. Never send the same commit again, never guess from offsets, never claim on a timer.
#[async_trait]
pub trait OffsetStore: fmt::Debug + Send + Sync + 'static {
    /// What this store can do.
    fn info(&self) -> StoreInfo;

    /// The rows of `keys`, in their order; `None` where nothing was ever committed. Takes no claim. An owner calls it
    /// every 2 s for all its partitions and compares with [`Claim::stands_in`], so that a reset shows on a quiet
    /// topic too.
    ///
    /// # Errors
    /// Nothing was read.
    ///
    /// # Cancel safety
    /// Cancel safe: it writes nothing.
    async fn fetch(&self, keys: &[Key]) -> Result<Vec<Option<Row>>, StoreError>;

    /// Step 1 of a claim: reads the rows, in the order of `keys`.
    ///
    /// # Errors
    /// Nothing was read.
    ///
    /// # Cancel safety
    /// Cancel safe: it writes nothing.
    async fn look(&self, keys: &[Key]) -> Result<Vec<Seen>, StoreError>;

    /// Step 3 of a claim: writes the owner into each row, if it is still as it was read. Each partition stands for
    /// itself; [`Refused::Overtaken`] means: from `look`, after a jittered pause.
    ///
    /// # Errors
    /// No row was written, unless [`StoreError::outcome_unknown`]: then look again, a claim of one's own may be there.
    ///
    /// # Cancel safety
    /// A dropped call claimed or did not; claim again from `look`.
    async fn claim(
        &self,
        owner: &Owner,
        wanted: Vec<Wanted>,
    ) -> Result<Vec<Result<Claim, Refused>>, StoreError>;

    /// Moves each partition on and gives its claim back, now standing at the new offset. Each partition stands for
    /// itself. What is answered with a claim survives a crash of the store's machine.
    ///
    /// # Errors
    /// [`CommitError::NotWritten`] gives all claims back: nothing happened. [`CommitError::Unknown`] gives none back:
    /// it may have happened, or may yet.
    ///
    /// # Cancel safety
    /// A dropped call committed or did not, and its claims are gone; claim again from `look`.
    async fn commit(
        &self,
        advances: Vec<Advance>,
    ) -> Result<Vec<Result<Claim, Refused>>, CommitError>;

    /// Gives claims back, so that the rows show no owner. A courtesy to people: a later claim fences them anyway.
    /// Claims that were fenced meanwhile are passed over.
    ///
    /// # Errors
    /// Some rows may still show the owner.
    ///
    /// # Cancel safety
    /// A dropped call released some, all or none.
    async fn release(&self, claims: Vec<Claim>) -> Result<(), StoreError>;

    /// Sets offsets and fences whoever owns them; the owner confirms, claims and goes on from there. Tried again a
    /// bounded number of times where an owner commits at the same moment.
    ///
    /// # Errors
    /// [`StoreError::Contended`] where a row changed each time; others may have been reset.
    ///
    /// # Cancel safety
    /// A dropped call reset some, all or none.
    async fn reset(&self, to: Vec<Reset>) -> Result<Vec<Result<(), Refused>>, StoreError>;

    /// All rows, or those of one group, in no particular order. Deleted offsets show as rows without `next_offset`.
    ///
    /// # Errors
    /// Nothing was read.
    ///
    /// # Cancel safety
    /// Cancel safe: it writes nothing.
    async fn list(&self, group: Option<&str>) -> Result<Vec<Row>, StoreError>;

    /// Forgets offsets and fences whoever owns them. The rows stay, without offset and owner: they still know which
    /// topic ids they had. Keys without a row are passed over.
    ///
    /// # Errors
    /// As [`reset`](Self::reset).
    ///
    /// # Cancel safety
    /// A dropped call deleted some, all or none.
    async fn delete(&self, keys: &[Key]) -> Result<(), StoreError>;

    /// What was skipped by policy, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Unsupported`] where the store keeps none.
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

/// What a store can do. Groups choose their behaviour by it, and the conformance suite its properties.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoreInfo {
    /// The store's name, as in its URL: `memory`, `sled`, `sqlite`, `kafka`.
    pub name: &'static str,
    /// How far its word goes.
    pub guarantee: Guarantee,
    /// Whether members on other machines see the same rows. A store on one machine's disk can't follow a partition.
    pub shared: bool,
    /// Whether a commit survives a crash of the machine.
    pub durable: bool,
    /// Whether it keeps gap rows.
    pub gaps: bool,
}

impl StoreInfo {
    /// A store that is neither shared nor durable and keeps no gaps, until told otherwise.
    #[must_use]
    pub const fn new(name: &'static str, guarantee: Guarantee) -> Self {
        Self {
            name,
            guarantee,
            shared: false,
            durable: false,
            gaps: false,
        }
    }

    /// Members on other machines see the same rows.
    #[must_use]
    pub const fn shared(mut self) -> Self {
        self.shared = true;
        self
    }

    /// Commits survive a crash of the machine.
    #[must_use]
    pub const fn durable(mut self) -> Self {
        self.durable = true;
        self
    }

    /// Gap rows are kept.
    #[must_use]
    pub const fn gaps(mut self) -> Self {
        self.gaps = true;
        self
    }
}

/// What can be promised about results and offsets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Guarantee {
    /// Results and offset in one transaction: each record's effect exactly once.
    Atomic,
    /// Offsets are guarded, results are elsewhere: at least once, and never backwards.
    Fenced,
    /// The last writer wins. Refused unless the user says so.
    Plain,
}

/// Implements [`OffsetStore`] by a field that does.
#[cfg(any(feature = "memory", feature = "sled", feature = "sqlite"))]
macro_rules! delegate {
    ($store:ty => $field:ident) => {
        #[async_trait]
        #[deny(clippy::missing_trait_methods)]
        impl OffsetStore for $store {
            fn info(&self) -> StoreInfo {
                self.$field.info()
            }

            async fn fetch(&self, keys: &[Key]) -> Result<Vec<Option<Row>>, StoreError> {
                self.$field.fetch(keys).await
            }

            async fn look(&self, keys: &[Key]) -> Result<Vec<Seen>, StoreError> {
                self.$field.look(keys).await
            }

            async fn claim(
                &self,
                owner: &Owner,
                wanted: Vec<Wanted>,
            ) -> Result<Vec<Result<Claim, Refused>>, StoreError> {
                self.$field.claim(owner, wanted).await
            }

            async fn commit(
                &self,
                advances: Vec<Advance>,
            ) -> Result<Vec<Result<Claim, Refused>>, CommitError> {
                self.$field.commit(advances).await
            }

            async fn release(&self, claims: Vec<Claim>) -> Result<(), StoreError> {
                self.$field.release(claims).await
            }

            async fn reset(&self, to: Vec<Reset>) -> Result<Vec<Result<(), Refused>>, StoreError> {
                self.$field.reset(to).await
            }

            async fn list(&self, group: Option<&str>) -> Result<Vec<Row>, StoreError> {
                self.$field.list(group).await
            }

            async fn delete(&self, keys: &[Key]) -> Result<(), StoreError> {
                self.$field.delete(keys).await
            }

            async fn gaps(&self, group: Option<&str>) -> Result<Vec<Gap>, StoreError> {
                self.$field.gaps(group).await
            }
        }
    };
}
#[cfg(any(feature = "memory", feature = "sled", feature = "sqlite"))]
pub(crate) use delegate;
