//! What is to be mirrored: one value a partition, the newest.

#![deny(clippy::disallowed_methods)]

use std::collections::BTreeMap;

use ottla_offset_store::Committed;
use ottla_protocol::types::{TopicId, TopicPartition};

#[derive(Debug, Default)]
pub(super) struct Newest(BTreeMap<TopicPartition, Entry>);

#[derive(Debug)]
struct Entry {
    topic: TopicId,
    at: Committed,
    waiting: bool,
}

impl Newest {
    /// A claim begins: this value counts, also if it is lower than the last.
    pub(super) fn claimed(&mut self, partition: &TopicPartition, topic: TopicId, at: &Committed) {
        let entry = Entry {
            topic,
            at: at.clone(),
            waiting: true,
        };
        self.0.insert(partition.clone(), entry);
    }

    /// Within a claim only forward.
    pub(super) fn committed(&mut self, partition: &TopicPartition, at: &Committed) {
        match self.0.get(partition) {
            Some(entry) if entry.at.next > at.next || entry.at == *at => {}
            entry => {
                let topic = entry.map(|entry| entry.topic);
                self.claimed(partition, topic.unwrap_or_default(), at);
            }
        }
    }

    pub(super) fn waiting(&self) -> Vec<(TopicPartition, TopicId, Committed)> {
        let waiting = self.0.iter().filter(|(_, entry)| entry.waiting);
        waiting
            .map(|(partition, entry)| (partition.clone(), entry.topic, entry.at.clone()))
            .collect()
    }

    /// This value has arrived. A newer one still waits.
    pub(super) fn done(&mut self, partition: &TopicPartition, at: &Committed) {
        if let Some(entry) = self.0.get_mut(partition)
            && entry.at == *at
        {
            entry.waiting = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(newest: &Newest) -> Vec<i64> {
        newest
            .waiting()
            .into_iter()
            .map(|(_, _, at)| at.next)
            .collect()
    }

    #[test]
    fn only_the_newest_waits_and_only_forward() {
        let partition = TopicPartition::new("t", 0);
        let mut newest = Newest::default();
        newest.claimed(&partition, TopicId::UNKNOWN, &Committed::at(5));
        newest.committed(&partition, &Committed::at(9));
        newest.committed(&partition, &Committed::at(7));
        assert_eq!(waiting(&newest), [9]);
    }

    #[test]
    fn a_claim_may_go_back() {
        let partition = TopicPartition::new("t", 0);
        let mut newest = Newest::default();
        newest.claimed(&partition, TopicId::UNKNOWN, &Committed::at(9));
        newest.done(&partition, &Committed::at(9));
        newest.claimed(&partition, TopicId::UNKNOWN, &Committed::at(2));
        assert_eq!(waiting(&newest), [2]);
    }

    #[test]
    fn what_came_while_one_was_under_way_still_waits() {
        let partition = TopicPartition::new("t", 0);
        let mut newest = Newest::default();
        newest.claimed(&partition, TopicId::UNKNOWN, &Committed::at(1));
        let sent = newest.waiting();
        newest.committed(&partition, &Committed::at(2));
        newest.done(&partition, &sent[0].2);
        assert_eq!(waiting(&newest), [2]);
    }
}
