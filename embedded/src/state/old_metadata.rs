//! What a broker still tells that has not heard of the latest changes: brokers learn of them one after another.

use std::collections::BTreeMap;

use super::State;
use super::brokers::{Broker, Brokers};
use super::topics::{Partition, Topic, Topics};
use crate::log::PartitionLog;

/// The brokers that lag behind.
#[derive(Debug, Default)]
pub(crate) struct OldMetadatas(BTreeMap<i32, OldMetadata>);

/// The cluster as it was at one moment, without records.
#[derive(Debug, Default)]
pub(crate) struct OldMetadata {
    pub(crate) topics: Topics,
    pub(crate) brokers: Brokers,
    /// How often it was told.
    told: u64,
}

impl OldMetadatas {
    /// What a broker tells instead, for one answer.
    pub(crate) fn take_for(&mut self, node: i32) -> Option<OldMetadata> {
        self.0.remove(&node)
    }

    /// The answer is made.
    pub(crate) fn put_back(&mut self, node: i32, old: Option<OldMetadata>) {
        if let Some(old) = old {
            let told = old.told + 1;
            self.0.insert(node, OldMetadata { told, ..old });
        }
    }
}

impl State {
    /// From now on a broker tells what it knows now, whatever changes.
    pub(crate) fn freeze_metadata(&mut self, node: i32) {
        let mut old = OldMetadata::default();
        for topic in self.topics.all() {
            old.topics.insert(topic.without_records());
        }
        for broker in self.brokers.all() {
            old.brokers.insert(broker.without_configs());
        }
        self.old_metadata.0.insert(node, old);
    }

    /// A broker has caught up; how often it told old metadata.
    pub(crate) fn thaw_metadata(&mut self, node: i32) -> u64 {
        self.old_metadata.0.remove(&node).map_or(0, |old| old.told)
    }
}

impl Topic {
    fn without_records(&self) -> Self {
        let partitions = self.partitions.iter().map(|partition| Partition {
            replicas: partition.replicas.clone(),
            isr: partition.isr.clone(),
            leader: partition.leader,
            log: PartitionLog::new(partition.log.config().clone(), partition.leader_epoch()),
        });
        Self {
            name: self.name.clone(),
            id: self.id,
            configs: self.configs.clone(),
            partitions: partitions.collect(),
        }
    }
}

impl Broker {
    fn without_configs(&self) -> Self {
        Self {
            node: self.node,
            host: self.host.clone(),
            port: self.port,
            rack: self.rack.clone(),
            up: self.up,
            configs: Default::default(),
        }
    }
}
