//! `roundrobin`: all partitions of all topics dealt out in turn.

#![deny(clippy::disallowed_methods)]

use std::sync::Arc;

use ottla_protocol::types::TopicPartition;

use super::{Assignments, Assignor, PartitionCounts, Subscriber, in_order, wanted_topics};

/// Kafka's `roundrobin`: members' shares differ by one at most where all subscribe to the same topics.
#[derive(Clone, Copy, Debug, Default)]
pub struct RoundRobinAssignor;

impl Assignor for RoundRobinAssignor {
    fn name(&self) -> &'static str {
        "roundrobin"
    }

    fn assign(&self, members: &[Subscriber], counts: &PartitionCounts) -> Assignments {
        let ordered = in_order(members);
        let mut turn = ordered.iter().cycle().peekable();
        let mut assignments = Assignments::new();
        for (topic, count) in wanted_topics(members, counts) {
            for partition in 0..count {
                // Somebody wants the topic, so this ends; who does not loses the turn, as in Java.
                while turn.next_if(|m| !m.topics.contains(&topic)).is_some() {}
                let Some(member) = turn.next() else {
                    return assignments;
                };
                assignments
                    .entry(Arc::clone(&member.member_id))
                    .or_default()
                    .push(TopicPartition::new(Arc::clone(&topic), partition));
            }
        }
        assignments
    }
}
