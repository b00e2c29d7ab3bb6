//! `range`: topic by topic, each subscriber a run of neighbouring partitions.

#![deny(clippy::disallowed_methods)]

use std::sync::Arc;

use ottla_protocol::types::TopicPartition;

use super::{Assignments, Assignor, PartitionCounts, Subscriber, in_order, wanted_topics};

/// Kafka's `range`: partitions of the same number in several topics go to the same member, which keeps joins
/// local; the first members get one more where it does not come out even, in each topic anew.
#[derive(Clone, Copy, Debug, Default)]
pub struct RangeAssignor;

impl Assignor for RangeAssignor {
    fn name(&self) -> &'static str {
        "range"
    }

    fn assign(&self, members: &[Subscriber], counts: &PartitionCounts) -> Assignments {
        let ordered = in_order(members);
        let mut assignments = Assignments::new();
        for (topic, count) in wanted_topics(members, counts) {
            let subscribers: Vec<&&Subscriber> = ordered
                .iter()
                .filter(|m| m.topics.contains(&topic))
                .collect();
            let mut next = 0;
            for (subscriber, share) in subscribers.iter().zip(shares(count, subscribers.len())) {
                let run = (next..next + share).map(|p| TopicPartition::new(Arc::clone(&topic), p));
                assignments
                    .entry(Arc::clone(&subscriber.member_id))
                    .or_default()
                    .extend(run);
                next += share;
            }
        }
        assignments
    }
}

/// `count` in `parts` shares that differ by one at most, the larger first.
fn shares(count: i32, parts: usize) -> impl Iterator<Item = i32> {
    let parts = i32::try_from(parts).unwrap_or(i32::MAX).max(1);
    let (each, extra) = (count / parts, count % parts);
    (0..parts).map(move |part| each + i32::from(part < extra))
}
