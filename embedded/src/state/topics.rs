//! Topics and their partitions: who keeps them, who leads them, and their logs.

use std::collections::BTreeMap;
use std::sync::Arc;

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::types::TopicId;

use super::brokers::Brokers;
use crate::configs::Values;
use crate::groups::TopicView;
use crate::log::PartitionLog;

/// One topic.
#[derive(Debug)]
pub(crate) struct Topic {
    pub(crate) name: Arc<str>,
    pub(crate) id: TopicId,
    /// What was set for this topic.
    pub(crate) configs: Values,
    pub(crate) partitions: Vec<Partition>,
}

/// One partition. All replicas share one log: a follower is never behind.
#[derive(Debug)]
pub(crate) struct Partition {
    /// The preferred leader first.
    pub(crate) replicas: Vec<i32>,
    pub(crate) isr: Vec<i32>,
    pub(crate) leader: Option<i32>,
    pub(crate) log: PartitionLog,
}

/// A topic as requests name it: by name, or by id in newer versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TopicRef<'a> {
    Name(&'a str),
    Id(TopicId),
}

impl TopicRef<'_> {
    /// What a request gets that names a topic which is not there.
    pub(crate) fn unknown(self) -> ErrorCode {
        match self {
            Self::Name(_) => ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
            Self::Id(_) => ErrorCode::UNKNOWN_TOPIC_ID,
        }
    }
}

/// All topics.
#[derive(Debug, Default)]
pub(crate) struct Topics {
    by_name: BTreeMap<Arc<str>, Topic>,
    names: BTreeMap<TopicId, Arc<str>>,
    /// Grows with each topic made, deleted or enlarged.
    version: u64,
}

impl Topics {
    pub(crate) fn insert(&mut self, topic: Topic) {
        self.version += 1;
        self.names.insert(topic.id, topic.name.clone());
        self.by_name.insert(topic.name.clone(), topic);
    }

    pub(crate) fn remove(&mut self, name: &str) -> Option<Topic> {
        self.version += 1;
        let topic = self.by_name.remove(name)?;
        self.names.remove(&topic.id);
        Some(topic)
    }

    pub(crate) fn enlarge(&mut self, name: &str, more: Vec<Partition>) {
        self.version += 1;
        if let Some(topic) = self.by_name.get_mut(name) {
            topic.partitions.extend(more);
        }
    }

    pub(crate) fn get(&self, topic: TopicRef<'_>) -> Option<&Topic> {
        let name = match topic {
            TopicRef::Name(name) => name,
            TopicRef::Id(id) => self.names.get(&id)?,
        };
        self.by_name.get(name)
    }

    pub(crate) fn get_mut(&mut self, topic: TopicRef<'_>) -> Option<&mut Topic> {
        let name = match topic {
            TopicRef::Name(name) => name,
            TopicRef::Id(id) => self.names.get(&id)?,
        };
        self.by_name.get_mut(name)
    }

    pub(crate) fn named(&self, name: &str) -> Option<&Topic> {
        self.by_name.get(name)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Topic> {
        self.by_name.values()
    }

    pub(crate) fn all_mut(&mut self) -> impl Iterator<Item = &mut Topic> {
        self.by_name.values_mut()
    }

    /// A partition, wherever it is led.
    pub(crate) fn partition(
        &self,
        topic: TopicRef<'_>,
        partition: i32,
    ) -> Result<&Partition, ErrorCode> {
        let found = self.get(topic).ok_or(topic.unknown())?;
        let at = usize::try_from(partition).ok();
        at.and_then(|at| found.partitions.get(at))
            .ok_or(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION)
    }

    /// As [`partition`](Self::partition), to change it.
    pub(crate) fn partition_mut(
        &mut self,
        topic: TopicRef<'_>,
        partition: i32,
    ) -> Result<&mut Partition, ErrorCode> {
        let found = self.get_mut(topic).ok_or(topic.unknown())?;
        let at = usize::try_from(partition).ok();
        at.and_then(|at| found.partitions.get_mut(at))
            .ok_or(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION)
    }

    /// A partition that `node` leads, if `epoch` is the leader's (-1: not compared).
    pub(crate) fn led_by(
        &mut self,
        node: i32,
        topic: TopicRef<'_>,
        partition: i32,
        epoch: i32,
    ) -> Result<&mut Partition, ErrorCode> {
        let partition = self.partition_mut(topic, partition)?;
        // A broker that has no replica knows no epoch either.
        if !partition.replicas.contains(&node) {
            return Err(ErrorCode::NOT_LEADER_OR_FOLLOWER);
        }
        // Only -1 is none: Kafka takes all others at their word.
        let stated = (epoch != -1).then_some(epoch);
        partition.log.check_leader_epoch(stated)?;
        match partition.leader {
            Some(leader) if leader == node => Ok(partition),
            _ => Err(ErrorCode::NOT_LEADER_OR_FOLLOWER),
        }
    }

    /// The leader and its epoch, as hints tell it (KIP-951).
    pub(crate) fn leader_of(&self, topic: TopicRef<'_>, partition: i32) -> Option<(i32, i32)> {
        let partition = self.partition(topic, partition).ok()?;
        Some((partition.leader?, partition.leader_epoch()))
    }
}

/// An epoch of the wire: below zero is none.
pub(crate) fn known(epoch: i32) -> Option<i32> {
    (epoch >= 0).then_some(epoch)
}

impl Partition {
    pub(crate) fn leader_epoch(&self) -> i32 {
        self.log.leader_epoch()
    }

    /// Replicas on brokers that are down.
    pub(crate) fn offline(&self, brokers: &Brokers) -> impl Iterator<Item = i32> {
        let replicas = self.replicas.iter().copied();
        replicas.filter(|node| !brokers.is_up(*node))
    }

    /// Begins a new leadership.
    pub(crate) fn lead(&mut self, leader: Option<i32>) {
        self.leader = leader;
        self.log.lead(self.log.leader_epoch() + 1);
    }
}

/// What the group coordinator sees of topics.
impl TopicView for Topics {
    fn version(&self) -> u64 {
        self.version
    }

    fn names(&self) -> Vec<&str> {
        self.by_name.keys().map(|name| &**name).collect()
    }

    fn topic(&self, name: &str) -> Option<(TopicId, i32)> {
        let topic = self.named(name)?;
        Some((topic.id, topic.partitions.len() as i32))
    }

    fn name_of(&self, id: TopicId) -> Option<&str> {
        self.names.get(&id).map(|name| &**name)
    }
}
