//! What can go wrong, by what the caller does next.
//!
//! | | same call may succeed | it may have happened |
//! | --- | --- | --- |
//! | `Unavailable`, `Busy`, `Full`, `Contended`, `GroupHasMembers` | yes | no |
//! | `Unknown` | no: claim again, read where it stands | yes |
//! | all others | no | no |
//!
//! A [`Refused`] is no failure but an answer: the store is well and says no.

use std::sync::Arc;
use std::time::Duration;

use ottla_protocol::types::TopicId;
use thiserror::Error;

use crate::fence::{Claim, Lost};
use crate::model::Key;

/// Any error of a driver or of a user's own code.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A store could not do what it was asked.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The store can't be reached, or failed in a way that may pass.
    #[error("{store}: {doing} failed")]
    Unavailable {
        /// The store's name.
        store: &'static str,
        /// What was being done.
        doing: &'static str,
        /// The driver's word.
        source: BoxError,
    },
    /// Others held the store for longer than this one waits.
    #[error("{store}: {doing}: still locked by another writer after {waited:?}")]
    Busy {
        /// The store's name.
        store: &'static str,
        /// What was being done.
        doing: &'static str,
        /// How long it waited.
        waited: Duration,
    },
    /// No room left. People make room, so the same call may succeed later.
    #[error("{store}: {doing}: no space left at {place}")]
    Full {
        /// The store's name.
        store: &'static str,
        /// What was being done.
        doing: &'static str,
        /// The file or folder.
        place: String,
    },
    /// The store can be read but not written.
    #[error("{store}: {place} can't be written")]
    ReadOnly {
        /// The store's name.
        store: &'static str,
        /// The file or folder.
        place: String,
        /// The driver's word.
        source: BoxError,
    },
    /// The store belongs to one process at a time, and another one has it.
    #[error("{store}: {place} is in use by another process")]
    InUse {
        /// The store's name.
        store: &'static str,
        /// The folder.
        place: String,
    },
    /// The store can't be opened there.
    #[error("{store}: {place} can't be opened")]
    Open {
        /// The store's name.
        store: &'static str,
        /// The file or folder.
        place: String,
        /// The driver's word.
        source: BoxError,
    },
    /// A table is there, but is not the one that this store keeps.
    #[error("{store}: table {table}, column {column}: {why}")]
    Schema {
        /// The store's name.
        store: &'static str,
        /// The table.
        table: &'static str,
        /// The column that is missing or different.
        column: String,
        /// What is wrong with it.
        why: String,
    },
    /// A statement that the user's code runs in the store is wrong.
    #[error("{store}: {doing} failed")]
    Statement {
        /// The store's name.
        store: &'static str,
        /// What was being done.
        doing: &'static str,
        /// The driver's word.
        source: BoxError,
    },
    /// What is stored can't be read back.
    #[error("{store}: {what} is damaged: {why}")]
    Corrupt {
        /// The store's name.
        store: &'static str,
        /// Which row or file.
        what: String,
        /// What is wrong with it.
        why: String,
    },
    /// Whether the write was done, or will yet be, is not known: read before acting.
    #[error("{store}: {doing}: the outcome is unknown")]
    Unknown {
        /// The store's name.
        store: &'static str,
        /// What was being done.
        doing: &'static str,
        /// Why the answer was lost.
        source: BoxError,
    },
    /// A row changed under each of several tries to reset or delete it.
    #[error("{store}: {key} changed {attempts} times while it was being reset")]
    Contended {
        /// The store's name.
        store: &'static str,
        /// Which row.
        key: Box<Key>,
        /// How often it was tried.
        attempts: u32,
    },
    /// The store's worker is gone: open the store anew.
    #[error("{store}: closed")]
    Closed {
        /// The store's name.
        store: &'static str,
    },
    /// The store is well and will not do it: no permission, a version that it lacks.
    #[error("{store}: {doing} was refused")]
    Denied {
        /// The store's name.
        store: &'static str,
        /// What was being done.
        doing: &'static str,
        /// The store's word.
        source: BoxError,
    },
    /// Offsets that belong to a living group can't be written from outside it.
    #[error("{store}: group {group:?} has members, its offsets can be changed when they are gone")]
    GroupHasMembers {
        /// The store's name.
        store: &'static str,
        /// The group.
        group: Arc<str>,
    },
    /// The store fences by membership, and this owner is no member of a group.
    #[error(
        "{store}: {owner:?} claims without being a member of the group, so nothing would fence it"
    )]
    NoMember {
        /// The store's name.
        store: &'static str,
        /// The owner's name.
        owner: String,
    },
    /// The row is of another cluster than the one that keeps the offsets.
    #[error("{store}: {key} is of cluster {:?}, not of {cluster:?}", key.cluster_id)]
    OtherCluster {
        /// The store's name.
        store: &'static str,
        /// Which row.
        key: Box<Key>,
        /// The store's cluster.
        cluster: Arc<str>,
    },
    /// This store can't do that at all.
    #[error("{store}: keeps no {what}")]
    Unsupported {
        /// The store's name.
        store: &'static str,
        /// What it lacks.
        what: &'static str,
    },
}

impl StoreError {
    /// Whether the same call may succeed later.
    #[must_use]
    pub fn is_retriable(&self) -> bool {
        matches!(
            self,
            Self::Unavailable { .. }
                | Self::Busy { .. }
                | Self::Full { .. }
                | Self::Contended { .. }
                | Self::GroupHasMembers { .. }
        )
    }

    /// Whether what was asked for may have happened, or may yet.
    #[must_use]
    pub fn outcome_unknown(&self) -> bool {
        matches!(self, Self::Unknown { .. })
    }
}

/// A commit that was not answered with claims.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CommitError {
    /// Nothing was written. The claims stand where they stood.
    #[error("commit of {} failed", partitions(claims.iter().map(Claim::key)))]
    NotWritten {
        /// What the store said.
        source: StoreError,
        /// The claims of all advances, in their order.
        claims: Vec<Claim>,
    },
    /// The user's own write into the results transaction failed; everything was rolled back.
    #[error("results of {} could not be written", claim.key())]
    Results {
        /// What the user's write said.
        source: BoxError,
        /// The claim, standing where it stood.
        claim: Box<Claim>,
    },
    /// Whether it was written is not known. The claims are gone: drop the work in hand, claim again from
    /// [`look`](crate::OffsetStore::look), handing each [`Lost`] to [`Wanted::after`](crate::Wanted::after).
    #[error("outcome of the commit of {} is unknown", partitions(lost.iter().map(Lost::key)))]
    Unknown {
        /// Why the answer was lost.
        source: StoreError,
        /// What is left of each claim, in the order of the advances.
        lost: Vec<Lost>,
    },
}

impl CommitError {
    /// Whether the same work, done again under the claims given back, may succeed.
    #[must_use]
    pub fn is_retriable(&self) -> bool {
        matches!(self, Self::NotWritten { source, .. } if source.is_retriable())
    }

    /// Whether the commit may have happened, or may yet.
    #[must_use]
    pub fn outcome_unknown(&self) -> bool {
        matches!(self, Self::Unknown { .. })
    }
}

fn now_owned(by: Option<&str>) -> String {
    by.map_or_else(
        || "now without owner".to_owned(),
        |by| format!("now owned by {by:?}"),
    )
}

/// The first partition by name, the rest by number.
fn partitions<'a>(mut keys: impl Iterator<Item = &'a Key>) -> String {
    let Some(first) = keys.next() else {
        return "no partition".to_owned();
    };
    match keys.count() {
        0 => first.to_string(),
        more => format!("{first} and {more} more"),
    }
}

/// Why the writes of a results transaction were not done.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ResultsError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The user's own write failed; everything was rolled back.
    #[error("the results could not be written")]
    Results(#[source] BoxError),
}

/// The store is well and says no. An outcome, not a failure.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Refused {
    /// Somebody wrote the row after our last write. Drop the work in hand; confirm; claim again, handing the
    /// [`Lost`] to [`Wanted::after`](crate::Wanted::after) if the partition was held without a break.
    #[error("{}: fenced, {}", lost.key(), now_owned(by.as_deref()))]
    Fenced {
        /// What is left of the claim.
        lost: Box<Lost>,
        /// Who owns the row now, if anybody does and the row could be read.
        by: Option<String>,
    },
    /// The row changed between the reading and the claim. From [`look`](crate::OffsetStore::look), after a jittered
    /// pause.
    #[error("{key}: the row changed before it could be claimed")]
    Overtaken {
        /// Which row.
        key: Key,
    },
    /// Two owners hold one partition by right: one group id on two clusters of unknown id, manual assignment beside
    /// a group, a broken assignor. They would fence each other for ever, so this is fatal.
    #[error("{key}: claimed by both {ours:?} and {theirs:?}")]
    DualOwner {
        /// Which row.
        key: Key,
        /// Our owner's name.
        ours: String,
        /// Theirs.
        theirs: String,
    },
    /// The topic is not the one that the row speaks of, and no [`Wanted::restart`](crate::Wanted::restart) was given.
    #[error("{key}: the topic was made anew: its id is {now}, the row's {row}")]
    TopicRecreated {
        /// Which row.
        key: Key,
        /// The row's topic id.
        row: TopicId,
        /// The id that the cluster tells now.
        now: TopicId,
    },
    /// The topic's id is one that the row has left behind. No policy goes back.
    #[error("{key}: {now} is the id of an earlier topic of this name")]
    FormerTopic {
        /// Which row.
        key: Key,
        /// The id that was asked for.
        now: TopicId,
    },
    /// The store takes no such offset from anybody: too much metadata, a topic that is gone, no permission. The claim
    /// is gone with it.
    #[error("{key}: not stored: {why}")]
    Rejected {
        /// Which row.
        key: Key,
        /// The store's word.
        why: String,
    },
    /// Not an offset but a marker such as "latest": start policies are resolved before anything is stored.
    #[error("{key}: {next} is no offset")]
    NotAnOffset {
        /// Which row.
        key: Key,
        /// The value.
        next: i64,
    },
}

impl Refused {
    /// Which row.
    #[must_use]
    pub fn key(&self) -> &Key {
        match self {
            Self::Fenced { lost, .. } => lost.key(),
            Self::Overtaken { key }
            | Self::DualOwner { key, .. }
            | Self::TopicRecreated { key, .. }
            | Self::FormerTopic { key, .. }
            | Self::Rejected { key, .. }
            | Self::NotAnOffset { key, .. } => key,
        }
    }

    /// Whether claiming again, from the reading on, may succeed.
    #[must_use]
    pub fn is_retriable(&self) -> bool {
        matches!(self, Self::Fenced { .. } | Self::Overtaken { .. })
    }

    /// Whether the row was written by somebody else: ask the coordinator, claim again.
    #[must_use]
    pub fn is_fenced(&self) -> bool {
        self.is_retriable()
    }
}
