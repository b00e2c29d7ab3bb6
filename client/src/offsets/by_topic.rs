//! Requests speak of topics and then of partitions; we of partitions. And of topics by id, where a version wants it.

use std::collections::{BTreeMap, HashMap};

use ottla_protocol::types::{TopicId, TopicPartition};

use crate::cluster::Cluster;

/// Things by topic, each with the partition that it is about.
pub(super) fn by_topic<'a, T>(
    things: impl IntoIterator<Item = (&'a TopicPartition, T)>,
) -> BTreeMap<&'a str, Vec<(i32, T)>> {
    let mut topics: BTreeMap<&'a str, Vec<(i32, T)>> = BTreeMap::new();
    for (partition, thing) in things {
        let topic = topics.entry(&partition.topic).or_default();
        topic.push((partition.partition, thing));
    }
    topics
}

/// The ids of the topics of one request, to write it and to read its answer.
#[derive(Debug, Default)]
pub(super) struct TopicIds<'a> {
    ids: HashMap<&'a str, TopicId>,
    names: HashMap<TopicId, &'a str>,
    complete: bool,
}

impl<'a> TopicIds<'a> {
    pub(super) fn of(cluster: &Cluster, topics: impl IntoIterator<Item = &'a str>) -> Self {
        let mut all = Self {
            complete: true,
            ..Self::default()
        };
        for topic in topics {
            let id = cluster
                .topic(topic)
                .map(|topic| topic.id)
                .filter(|id| !id.is_unknown());
            match id {
                Some(id) => {
                    all.ids.insert(topic, id);
                    all.names.insert(id, topic);
                }
                None => all.complete = false,
            }
        }
        all
    }

    /// Whether all ids are known. Else the request has to keep to the versions that go by name: a broker refuses
    /// topics without an id (T12).
    pub(super) fn are_complete(&self) -> bool {
        self.complete
    }

    pub(super) fn id(&self, topic: &str) -> TopicId {
        self.ids.get(topic).copied().unwrap_or_default()
    }

    /// The name of a topic in an answer, which has either the name or the id.
    pub(super) fn name<'n>(&self, name: &'n str, id: TopicId) -> &'n str
    where
        'a: 'n,
    {
        if name.is_empty() {
            self.names.get(&id).copied().unwrap_or_default()
        } else {
            name
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_come_together_under_their_topic() {
        let partitions = [("b", 0), ("a", 1), ("b", 2)].map(|(t, p)| TopicPartition::new(t, p));
        let grouped = by_topic(partitions.iter().zip(0..));
        let grouped: Vec<_> = grouped.into_iter().collect();
        assert_eq!(grouped, [("a", vec![(1, 1)]), ("b", vec![(0, 0), (2, 2)])]);
    }
}
