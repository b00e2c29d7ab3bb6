//! What is left when a claim is gone, and what a row read afterwards says of it.
#![deny(clippy::disallowed_methods)]

use crate::model::{Fence, Key, Row};

/// What is left of a claim that was fenced, or whose commit was not answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    pub(super) key: Key,
    pub(super) owner: String,
    pub(super) held: Fence,
    pub(super) meant: Option<Fence>,
}

impl Lost {
    /// Which row.
    #[must_use]
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// What a row read after the loss says of it.
    #[must_use]
    pub fn fate(&self, row: Option<&Row>) -> Fate {
        match row {
            Some(row) if Some(row.fence) == self.meant => Fate::Done,
            Some(row) if row.fence == self.held => Fate::NotYet,
            Some(row) => match &row.owner {
                Some(owner) if *owner != self.owner && self.is_replaced_in(row) => {
                    Fate::Taken(owner.clone())
                }
                _ => Fate::Gone,
            },
            None => Fate::Gone,
        }
    }

    /// Whether the row's present owner claimed it straight from us.
    fn is_replaced_in(&self, row: &Row) -> bool {
        row.replaced == self.held || Some(row.replaced) == self.meant
    }
}

/// What became of a claim that was lost.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fate {
    /// The row holds the very fence that the lost commit was to write: it happened. Nothing else proves that.
    Done,
    /// The row is as it was before. A commit whose answer was lost may still arrive: only a new claim shuts it out.
    NotYet,
    /// This other owner claimed the row straight from us.
    Taken(String),
    /// Reset, deleted, or written more than once since.
    Gone,
}
