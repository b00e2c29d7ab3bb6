//! What of the cluster outlives the process, as plain values: the shell writes them down and brings them back (`store`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;
use ottla_protocol::types::TopicId;
use serde::{Deserialize, Serialize};

use super::coordinators::Coordinated;
use super::topics::{Partition, Topic};
use super::{State, state_random};
use crate::configs::Values;
use crate::groups::{Context, Groups, LogRecord};
use crate::log::PartitionLog;
use crate::time::Now;

/// All but logs, groups and transactions.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Metadata {
    pub(crate) cluster_id: String,
    pub(crate) next_producer_id_block: i64,
    pub(crate) topics: Vec<TopicMetadata>,
    pub(crate) group_configs: BTreeMap<String, Values>,
    /// How often the cluster was started before.
    #[serde(default)]
    pub(crate) starts: u64,
    /// What was set for all brokers at run time.
    #[serde(default)]
    pub(crate) all_brokers: Values,
    /// What was set for one.
    #[serde(default)]
    pub(crate) brokers: BTreeMap<i32, Values>,
}

/// One topic.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct TopicMetadata {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) configs: Values,
    /// The replicas of each partition.
    pub(crate) replicas: Vec<Vec<i32>>,
}

/// What has changed since the last time.
#[derive(Debug, Default)]
pub(crate) struct Unsaved {
    pub(crate) partitions: BTreeSet<(TopicId, i32)>,
    /// Metadata changed, and maybe any partition.
    pub(crate) metadata: bool,
}

/// A record of a group's or a transaction's file.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) producer_id: Option<i64>,
    pub(crate) key: Vec<u8>,
    pub(crate) value: Vec<u8>,
}

impl From<Record> for LogRecord {
    fn from(record: Record) -> Self {
        Self {
            producer_id: record.producer_id,
            key: record.key,
            value: record.value,
        }
    }
}

impl State {
    pub(crate) fn metadata(&self) -> Metadata {
        let topics = self.topics.all().map(|topic| TopicMetadata {
            name: topic.name.to_string(),
            id: topic.id.to_string(),
            configs: topic.configs.clone(),
            replicas: topic
                .partitions
                .iter()
                .map(|one| one.replicas.clone())
                .collect(),
        });
        let brokers = self.brokers.all();
        let brokers = brokers.map(|broker| (broker.node, broker.configs.clone()));
        Metadata {
            cluster_id: self.cluster_id.clone(),
            next_producer_id_block: self.transactions.next_producer_id_block(),
            topics: topics.collect(),
            group_configs: self.group_configs.clone(),
            starts: self.starts,
            all_brokers: self.settings.dynamic.clone(),
            brokers: brokers.collect(),
        }
    }

    /// Brings back what was written down; `log` gives a partition's state and batches. What can't be read is left out, in words.
    pub(crate) fn restore(
        &mut self,
        metadata: Metadata,
        mut log: impl FnMut(TopicId, i32) -> (Vec<u8>, Bytes),
    ) -> Vec<String> {
        let mut lost = Vec::new();
        self.cluster_id = metadata.cluster_id;
        self.starts = metadata.starts.saturating_add(1);
        self.random = state_random(self.settings.seed, self.starts);
        self.group_configs = metadata.group_configs;
        self.settings.dynamic = metadata.all_brokers;
        for (node, configs) in metadata.brokers {
            if let Some(broker) = self.brokers.get_mut(node) {
                broker.configs = configs;
            }
        }
        self.transactions
            .restore_producer_id_block(metadata.next_producer_id_block);
        for topic in metadata.topics {
            let Ok(id) = topic.id.parse() else {
                lost.push(format!("topic {}: its id", topic.name));
                continue;
            };
            let config = self.settings.log_config(&topic.configs);
            let mut partitions = Vec::new();
            for (number, replicas) in (0..).zip(&topic.replicas) {
                let (state, batches) = log(id, number);
                let restored = PartitionLog::decode(&state, &batches, config.clone());
                let log = restored.unwrap_or_else(|damaged| {
                    lost.push(format!("{}-{number}: {damaged}", topic.name));
                    PartitionLog::new(config.clone(), 0)
                });
                partitions.push(self.reopened(replicas, log));
            }
            self.topics.insert(Topic {
                name: Arc::from(topic.name),
                id,
                configs: topic.configs,
                partitions,
            });
        }
        lost
    }

    /// A partition under a new leadership. Of brokers that are no more, the first one that is keeps it.
    fn reopened(&self, replicas: &[i32], log: PartitionLog) -> Partition {
        let there = |node: &i32| self.brokers.get(*node).is_some();
        let mut replicas: Vec<i32> = replicas.iter().copied().filter(there).collect();
        if replicas.is_empty() {
            replicas.push(self.brokers.controller());
        }
        let mut partition = Partition {
            isr: replicas.clone(),
            leader: None,
            replicas,
            log,
        };
        partition.lead(partition.replicas.first().copied());
        partition
    }

    /// Brings back groups, each with its own records; one that can't be read is left out, in words.
    pub(crate) fn restore_groups(&mut self, files: Vec<Vec<Record>>, now: Now) -> Vec<String> {
        let mut lost = Vec::new();
        let mut records = Vec::new();
        for file in files {
            let file: Vec<LogRecord> = file.into_iter().map(LogRecord::from).collect();
            match file.iter().try_for_each(LogRecord::check) {
                Ok(()) => records.extend(file),
                Err(error) => lost.push(format!("a group: {error}")),
            }
        }
        let cx = Context {
            now,
            topics: &self.topics,
            rng: &mut self.random,
        };
        match Groups::decode(self.settings.groups(), &cx, &records) {
            Ok(groups) => {
                self.groups = groups;
                self.configure_groups();
            }
            Err(error) => lost.push(format!("groups: {error}")),
        }
        lost
    }

    pub(crate) fn restore_transactions(&mut self, records: Vec<Record>) -> Vec<String> {
        let mut lost = Vec::new();
        for record in records {
            let restored = self.transactions.restore(&record.key, Some(&record.value));
            lost.extend(restored.err().map(|error| format!("transactions: {error}")));
        }
        // A marker under an epoch below one that a log knows would be refused, and its transaction hang for ever.
        let epoch = self.newest_coordinator_epoch().saturating_add(1);
        for partition in 0..self.coordinators.partitions(Coordinated::Transaction) {
            let kind = Coordinated::Transaction;
            let node = self.coordinators.leader(kind, partition, &self.brokers);
            self.coordinators.begin_at(kind, partition, epoch);
            self.transactions.elect(partition, node, epoch);
        }
        lost
    }

    fn newest_coordinator_epoch(&self) -> i32 {
        let partitions = self.topics.all().flat_map(|topic| &topic.partitions);
        let producers = partitions.flat_map(|partition| partition.log.active_producers());
        let epochs = producers.map(|producer| producer.coordinator_epoch);
        epochs.max().unwrap_or(0).max(0)
    }
}
