//! Who gets which partition: computed by the group's leader, the same everywhere.
//!
//! The results are exactly those of Java's assignors of the same name, so that members in Java and in Rust may
//! share a group: whoever leads, nothing moves.

#![deny(clippy::disallowed_methods)]

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use ottla_protocol::types::TopicPartition;

mod range;
mod round_robin;
#[cfg(test)]
mod tests;

pub use range::RangeAssignor;
pub use round_robin::RoundRobinAssignor;

/// Spreads a group's partitions over its members.
///
/// # Contract
/// The result depends on the arguments alone; every partition of a topic that somebody subscribes to goes to
/// exactly one subscriber.
pub trait Assignor: fmt::Debug + Send + Sync + 'static {
    /// The name by which members agree on it, such as `range`. Kafka's own names mean Kafka's own results.
    fn name(&self) -> &'static str;

    /// Each member's partitions, by member id; members without any may be left out.
    fn assign(&self, members: &[Subscriber], counts: &PartitionCounts) -> Assignments;
}

/// How many partitions each topic has. A topic that is not there does not exist.
pub type PartitionCounts = BTreeMap<Arc<str>, i32>;

/// Partitions by member id.
pub type Assignments = BTreeMap<Arc<str>, Vec<TopicPartition>>;

/// A member as an assignor sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscriber {
    /// The id that the coordinator gave it.
    pub member_id: Arc<str>,
    /// Its `group.instance.id`, if it is a static member.
    pub instance_id: Option<Arc<str>>,
    /// The topics it wants.
    pub topics: BTreeSet<Arc<str>>,
}

impl Subscriber {
    /// Java's order of members: static ones first, by instance id; then by member id.
    fn order(&self, other: &Self) -> Ordering {
        match (&self.instance_id, &other.instance_id) {
            (Some(mine), Some(theirs)) => as_java_sorts(mine, theirs),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => as_java_sorts(&self.member_id, &other.member_id),
        }
    }
}

/// Members in Java's order.
fn in_order(members: &[Subscriber]) -> Vec<&Subscriber> {
    let mut sorted: Vec<&Subscriber> = members.iter().collect();
    sorted.sort_by(|a, b| a.order(b));
    sorted
}

/// The topics somebody wants and that exist, sorted, with their counts.
fn wanted_topics(members: &[Subscriber], counts: &PartitionCounts) -> Vec<(Arc<str>, i32)> {
    let wanted: BTreeSet<&Arc<str>> = members.iter().flat_map(|m| &m.topics).collect();
    let mut topics: Vec<(Arc<str>, i32)> = wanted
        .into_iter()
        .filter_map(|topic| Some((Arc::clone(topic), *counts.get(topic)?)))
        .collect();
    topics.sort_by(|a, b| as_java_sorts(&a.0, &b.0));
    topics
}

/// Java compares strings by UTF-16 units, which differs from Rust's order beyond the basic plane.
fn as_java_sorts(a: &str, b: &str) -> Ordering {
    a.encode_utf16().cmp(b.encode_utf16())
}
