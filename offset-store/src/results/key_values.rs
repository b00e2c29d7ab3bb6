//! Results for stores of keys and values: writes into named trees, in order.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::error::BoxError;

/// A value computed from what is there when the transaction runs.
pub(crate) type Change = Box<dyn Fn(Option<&[u8]>) -> Option<Vec<u8>> + Send>;

/// One write of one key.
pub(crate) enum Op {
    Insert(Vec<u8>),
    Remove,
    Update(Change),
}

impl Op {
    /// Whether the key's present value matters.
    #[cfg(feature = "sled")]
    pub(crate) fn reads(&self) -> bool {
        matches!(self, Self::Update(_))
    }

    /// The key's value afterwards.
    pub(crate) fn value(&self, stored: Option<&[u8]>) -> Result<Option<Vec<u8>>, BoxError> {
        match self {
            Self::Insert(value) => Ok(Some(value.clone())),
            Self::Remove => Ok(None),
            Self::Update(change) => catch_unwind(AssertUnwindSafe(|| change(stored)))
                .map_err(|_| "the update of a key panicked".into()),
        }
    }
}

/// Writes into any number of named trees, applied in order, in one transaction with the offset.
///
/// Trees are made where they are missing.
#[derive(Default)]
pub struct KeyValueTransaction {
    pub(crate) trees: Vec<String>,
    pub(crate) writes: Vec<(usize, Vec<u8>, Op)>,
}

impl KeyValueTransaction {
    /// Sets a key.
    pub fn insert(&mut self, tree: &str, key: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) {
        self.push(tree, key.into(), Op::Insert(value.into()));
    }

    /// Removes a key, if it is there.
    pub fn remove(&mut self, tree: &str, key: impl Into<Vec<u8>>) {
        self.push(tree, key.into(), Op::Remove);
    }

    /// Sets a key to what `change` makes of its present value; `None` stands for no value, both ways. `change` may be
    /// called several times before its result takes effect once.
    pub fn update(
        &mut self,
        tree: &str,
        key: impl Into<Vec<u8>>,
        change: impl Fn(Option<&[u8]>) -> Option<Vec<u8>> + Send + 'static,
    ) {
        self.push(tree, key.into(), Op::Update(Box::new(change)));
    }

    /// How many writes are collected.
    #[must_use]
    pub fn len(&self) -> usize {
        self.writes.len()
    }

    /// Whether nothing is collected.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }

    /// How much is to be written, as far as that is known before.
    #[cfg(feature = "sled")]
    pub(crate) fn bytes(&self) -> usize {
        let size = |(_, key, op): &(usize, Vec<u8>, Op)| match op {
            Op::Insert(value) => key.len() + value.len(),
            Op::Remove | Op::Update(_) => key.len(),
        };
        self.writes.iter().map(size).sum()
    }

    fn push(&mut self, tree: &str, key: Vec<u8>, op: Op) {
        let at = self.trees.iter().position(|name| name == tree);
        let at = at.unwrap_or_else(|| {
            self.trees.push(tree.to_owned());
            self.trees.len() - 1
        });
        self.writes.push((at, key, op));
    }
}

impl fmt::Debug for KeyValueTransaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyValueTransaction")
            .field("trees", &self.trees)
            .field("writes", &self.writes.len())
            .finish()
    }
}
