//! What the coordinator has to know of topics: a trait for whoever keeps them, and a plain list.

use std::collections::BTreeMap;

use ottla_protocol::types::TopicId;

/// A look at the cluster's topics.
pub trait TopicView {
    /// Changes whenever a topic is made, deleted or grown.
    fn version(&self) -> u64;
    /// All names, in a fixed order.
    fn names(&self) -> Vec<&str>;
    /// A topic's id and its number of partitions.
    fn topic(&self, name: &str) -> Option<(TopicId, i32)>;
    /// The name of the topic with this id.
    fn name_of(&self, id: TopicId) -> Option<&str>;
}

/// Topics as a plain list.
#[derive(Clone, Debug, Default)]
pub struct Topics {
    version: u64,
    by_name: BTreeMap<String, (TopicId, i32)>,
}

impl Topics {
    /// Adds a topic, or changes what is known of it.
    pub fn set(&mut self, name: &str, id: TopicId, partitions: i32) {
        self.version += 1;
        self.by_name.insert(name.to_owned(), (id, partitions));
    }

    /// Forgets a topic.
    pub fn remove(&mut self, name: &str) {
        self.version += 1;
        self.by_name.remove(name);
    }
}

impl TopicView for Topics {
    fn version(&self) -> u64 {
        self.version
    }

    fn names(&self) -> Vec<&str> {
        self.by_name.keys().map(String::as_str).collect()
    }

    fn topic(&self, name: &str) -> Option<(TopicId, i32)> {
        self.by_name.get(name).copied()
    }

    fn name_of(&self, id: TopicId) -> Option<&str> {
        self.by_name
            .iter()
            .find(|(_, topic)| topic.0 == id)
            .map(|(name, _)| name.as_str())
    }
}
