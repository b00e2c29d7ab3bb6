//! The brokers of the cluster: where each listens, and which of them are up.

use std::collections::{BTreeMap, BTreeSet};

use crate::configs::Values;

/// One broker.
#[derive(Debug)]
pub(crate) struct Broker {
    pub(crate) node: i32,
    /// The name under which clients reach it.
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) rack: Option<String>,
    pub(crate) up: bool,
    /// What was set at run time.
    pub(crate) configs: Values,
}

/// All brokers, by number.
#[derive(Debug, Default)]
pub(crate) struct Brokers {
    all: BTreeMap<i32, Broker>,
}

impl Brokers {
    pub(crate) fn insert(&mut self, broker: Broker) {
        self.all.insert(broker.node, broker);
    }

    pub(crate) fn get(&self, node: i32) -> Option<&Broker> {
        self.all.get(&node)
    }

    pub(crate) fn get_mut(&mut self, node: i32) -> Option<&mut Broker> {
        self.all.get_mut(&node)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Broker> {
        self.all.values()
    }

    /// Those that are up, by number.
    pub(crate) fn up(&self) -> impl Iterator<Item = &Broker> {
        self.all.values().filter(|broker| broker.up)
    }

    pub(crate) fn is_up(&self, node: i32) -> bool {
        self.get(node).is_some_and(|broker| broker.up)
    }

    /// The brokers that hints at leaders name, each once, by number (KIP-951).
    pub(crate) fn named_by(
        &self,
        leaders: impl Iterator<Item = (i32, i32)>,
    ) -> impl Iterator<Item = &Broker> {
        let nodes: BTreeSet<i32> = leaders.map(|(node, _)| node).collect();
        nodes.into_iter().filter_map(|node| self.get(node))
    }

    /// The broker that metadata names as the controller: any will do, with KRaft.
    pub(crate) fn controller(&self) -> i32 {
        self.up().next().map_or(-1, |broker| broker.node)
    }
}
