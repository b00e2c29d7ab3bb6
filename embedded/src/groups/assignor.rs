//! The coordinator's own assignors, for groups of the consumer protocol.

#![deny(clippy::disallowed_methods)]

use std::collections::{BTreeMap, BTreeSet};

use ottla_protocol::types::TopicId;

mod range;
#[cfg(test)]
mod tests;
mod uniform;

/// Partitions by topic.
pub type Target = BTreeMap<TopicId, BTreeSet<i32>>;

/// An assignor that runs at the coordinator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Assignor {
    /// As even as can be, and moving as little as can be.
    Uniform,
    /// A contiguous range of each topic; topics of the same size are cut alike.
    Range,
}

impl Assignor {
    /// Kafka's name of it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Uniform => "uniform",
            Self::Range => "range",
        }
    }

    /// The one of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        [Self::Uniform, Self::Range]
            .into_iter()
            .find(|assignor| assignor.name() == name)
    }

    pub(super) fn assign(
        self,
        subscribers: &[Subscriber<'_>],
        counts: &BTreeMap<TopicId, i32>,
    ) -> BTreeMap<String, Target> {
        match self {
            Self::Uniform => uniform::assign(subscribers, counts),
            Self::Range => range::assign(subscribers, counts),
        }
    }
}

/// A member as assignors see it.
#[derive(Clone, Debug)]
pub(super) struct Subscriber<'a> {
    pub(super) member_id: &'a str,
    pub(super) instance_id: Option<&'a str>,
    pub(super) topics: BTreeSet<TopicId>,
    /// What it was to have last.
    pub(super) last: Option<&'a Target>,
}
