//! What becomes of a member's assignment, for those who watch it from outside of its handlers.

use std::fmt;
use std::sync::Arc;

use ottla_protocol::types::TopicPartition;

/// Something happened to the assignment of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change<'a> {
    /// The member has these partitions, and no others.
    Assigned {
        /// The version of the group's assignment.
        generation: i32,
        /// The partitions, sorted.
        partitions: &'a [TopicPartition],
    },
    /// All of them are to be given up, in order.
    Revoked,
    /// They are others' already.
    Lost,
}

/// Who is told.
#[derive(Clone, Default)]
pub(crate) struct Watcher(Option<Arc<Tell>>);

type Tell = dyn Fn(&Change<'_>) + Send + Sync;

impl Watcher {
    pub(crate) fn new(tell: impl Fn(&Change<'_>) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(tell)))
    }

    pub(crate) fn tell(&self, change: &Change<'_>) {
        if let Some(tell) = &self.0 {
            tell(change);
        }
    }
}

impl fmt::Debug for Watcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Watcher({})", self.0.is_some())
    }
}
