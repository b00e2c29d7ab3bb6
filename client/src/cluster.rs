//! ◇ The cluster as metadata tells it: brokers, topics, who leads what.
//!
//! A value: each answer makes a new one out of the one before. What an answer is older about is not taken: brokers learn of new leaders one after another, and
//! one that lags behind must not send the client back to the leader before (KIP-320).
#![deny(clippy::disallowed_methods)]

// The shell around the value: it waits, and asks.
#[allow(clippy::disallowed_methods)]
pub(crate) mod refresh;

use std::collections::BTreeMap;
use std::sync::Arc;

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::metadata::{
    MetadataResponse, MetadataResponsePartition, MetadataResponseTopic,
};
use ottla_protocol::types::{TopicId, TopicPartition};

use crate::error::{ClientError, Peer};

/// What is known of the cluster: all brokers, and those topics that somebody asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cluster {
    /// The cluster's id.
    pub cluster_id: Option<Arc<str>>,
    /// The broker that the cluster names as its controller.
    pub controller: Option<i32>,
    brokers: BTreeMap<i32, Broker>,
    topics: BTreeMap<Arc<str>, Result<Arc<Topic>, ErrorCode>>,
}

/// A broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broker {
    /// Its id.
    pub id: i32,
    /// Its host name, as it advertises it.
    pub host: Arc<str>,
    /// Its port.
    pub port: u16,
    /// Its rack, if it has one.
    pub rack: Option<Arc<str>>,
}

/// A topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    /// Its name.
    pub name: Arc<str>,
    /// Its id; all zero with brokers that have none.
    pub id: TopicId,
    /// Whether it is one of Kafka's own, such as `__consumer_offsets`.
    pub is_internal: bool,
    /// Its partitions, in the order of their numbers, from 0 without gaps.
    pub partitions: Vec<Partition>,
}

/// A partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partition {
    /// Its number, from 0.
    pub partition: i32,
    /// The broker that leads it; `None`: nobody at present.
    pub leader: Option<i32>,
    /// The version of its leadership; `None` with brokers that don't tell.
    pub leader_epoch: Option<i32>,
    /// The brokers that keep a copy, the preferred leader first.
    pub replicas: Vec<i32>,
    /// Those of them that are in sync.
    pub isr: Vec<i32>,
}

/// Who leads a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leader {
    /// The broker.
    pub broker: i32,
    /// The version of the leadership; `None` with brokers that don't tell.
    pub epoch: Option<i32>,
    /// The topic's id; all zero with brokers that have none.
    pub topic_id: TopicId,
}

impl Cluster {
    /// The brokers alive, by id.
    pub fn brokers(&self) -> impl Iterator<Item = &Broker> {
        self.brokers.values()
    }

    /// One broker.
    #[must_use]
    pub fn broker(&self, id: i32) -> Option<&Broker> {
        self.brokers.get(&id)
    }

    /// The topics known, by name.
    pub fn topics(&self) -> impl Iterator<Item = &Arc<Topic>> {
        self.topics.values().flatten()
    }

    /// One topic, if it is known.
    #[must_use]
    pub fn topic(&self, name: &str) -> Option<&Arc<Topic>> {
        self.topics.get(name)?.as_ref().ok()
    }

    /// One topic by its id, if it is known.
    #[must_use]
    pub fn topic_by_id(&self, id: TopicId) -> Option<&Arc<Topic>> {
        self.topics().find(|topic| topic.id == id)
    }

    /// Why there is nothing to say about a topic that was asked for.
    #[must_use]
    pub fn topic_error(&self, name: &str) -> Option<ErrorCode> {
        self.topics.get(name)?.as_ref().err().copied()
    }

    /// Whether a connection to it is one to a broker of this cluster.
    pub(crate) fn has(&self, peer: &Peer) -> bool {
        let broker = peer.broker.and_then(|id| self.broker(id));
        broker.is_some_and(|broker| broker.peer() == *peer)
    }

    /// What is known after this answer, which may be about some topics only.
    pub(crate) fn after(&self, answer: &MetadataResponse<'_>) -> Self {
        let cluster_id = answer.cluster_id.map(Arc::from);
        // Leader epochs of another cluster say nothing about this one.
        let same = self.cluster_id.is_none() || self.cluster_id == cluster_id;
        let mut topics = if same {
            self.topics.clone()
        } else {
            BTreeMap::new()
        };
        for topic in &answer.topics {
            let Some(name) = topic.name else { continue };
            let known = topics.get(name).and_then(|known| known.as_ref().ok());
            let news = read_topic(name, topic, known.map(Arc::as_ref));
            topics.insert(name.into(), news.map(Arc::new));
        }
        let brokers = answer.brokers.iter().filter_map(|broker| {
            Broker::new(broker.node_id, broker.host, broker.port, broker.rack)
        });
        let mut brokers: BTreeMap<_, _> = brokers.map(|broker| (broker.id, broker)).collect();
        if brokers.is_empty() {
            // A broker that has just started knows nobody yet, not even itself.
            brokers.clone_from(&self.brokers);
        }
        Self {
            cluster_id,
            controller: (answer.controller_id >= 0).then_some(answer.controller_id),
            brokers,
            topics,
        }
    }

    /// What is known once a broker has said who leads now (KIP-951); `None` if that is no news.
    pub(crate) fn after_hint(&self, at: &TopicPartition, leader: i32, epoch: i32) -> Option<Self> {
        let topic = self.topic(&at.topic)?;
        let number = usize::try_from(at.partition).ok()?;
        let known = topic.partitions.get(number)?;
        if known.leader_epoch.is_some_and(|known| known >= epoch)
            || !self.brokers.contains_key(&leader)
        {
            return None;
        }
        let mut topic = Topic::clone(topic);
        let partition = topic.partitions.get_mut(number)?;
        partition.leader = Some(leader);
        partition.leader_epoch = Some(epoch);
        let mut next = self.clone();
        next.topics
            .insert(Arc::clone(&at.topic), Ok(Arc::new(topic)));
        Some(next)
    }

    /// With a broker that another answer named, such as a coordinator just started; `None` if it is known.
    pub(crate) fn with(&self, broker: Broker) -> Option<Self> {
        if self
            .broker(broker.id)
            .is_some_and(|known| known.peer() == broker.peer())
        {
            return None;
        }
        let mut next = self.clone();
        next.brokers.insert(broker.id, broker);
        Some(next)
    }

    /// Without topics that nobody asks for any more.
    pub(crate) fn without(&self, idle: &[Arc<str>]) -> Self {
        let mut next = self.clone();
        next.topics.retain(|name, _| !idle.contains(name));
        next
    }
}

impl Broker {
    /// `None`: not an address.
    pub(crate) fn new(id: i32, host: &str, port: i32, rack: Option<&str>) -> Option<Self> {
        let port = u16::try_from(port).ok().filter(|port| *port > 0)?;
        Some(Self {
            id,
            host: host.into(),
            port,
            rack: rack.map(Arc::from),
        })
    }

    /// How errors name it.
    #[must_use]
    pub fn peer(&self) -> Peer {
        Peer {
            broker: Some(self.id),
            host: Arc::clone(&self.host),
            port: self.port,
        }
    }
}

impl Topic {
    /// Who leads a partition.
    ///
    /// # Errors
    ///
    /// [`ClientError::UnknownPartition`]; [`ClientError::NoLeader`], which passes.
    pub fn leader(&self, partition: i32) -> Result<Leader, ClientError> {
        let at = usize::try_from(partition)
            .ok()
            .and_then(|at| self.partitions.get(at));
        let name = || TopicPartition::new(Arc::clone(&self.name), partition);
        let Some(known) = at else {
            return Err(ClientError::UnknownPartition {
                partition: name(),
                count: self.partition_count(),
            });
        };
        let broker = known
            .leader
            .ok_or_else(|| ClientError::NoLeader { partition: name() })?;
        Ok(Leader {
            broker,
            epoch: known.leader_epoch,
            topic_id: self.id,
        })
    }

    /// How many partitions it has.
    #[must_use]
    pub fn partition_count(&self) -> i32 {
        i32::try_from(self.partitions.len()).unwrap_or(i32::MAX)
    }
}

fn read_topic(
    name: &str,
    news: &MetadataResponseTopic<'_>,
    known: Option<&Topic>,
) -> Result<Topic, ErrorCode> {
    let code = ErrorCode::from(news.error_code);
    if !code.is_ok() {
        return Err(code);
    }
    // A topic made anew under the same name starts its epochs anew.
    let known = known.filter(|known| known.id == news.topic_id);
    let mut partitions: Vec<Partition> = news
        .partitions
        .iter()
        .map(|p| read_partition(p, known))
        .collect();
    partitions.sort_by_key(|partition| partition.partition);
    partitions.dedup_by_key(|partition| partition.partition);
    let whole = partitions
        .iter()
        .zip(0..)
        .all(|(partition, number)| partition.partition == number);
    if !whole {
        return Err(ErrorCode::LEADER_NOT_AVAILABLE);
    }
    Ok(Topic {
        name: name.into(),
        id: news.topic_id,
        is_internal: news.is_internal,
        partitions,
    })
}

fn read_partition(news: &MetadataResponsePartition, known: Option<&Topic>) -> Partition {
    let known = known.and_then(|topic| {
        topic
            .partitions
            .get(usize::try_from(news.partition_index).ok()?)
    });
    let leader_epoch = (news.leader_epoch >= 0).then_some(news.leader_epoch);
    match known {
        Some(known) if leader_epoch.is_some() && known.leader_epoch > leader_epoch => known.clone(),
        _ => Partition {
            partition: news.partition_index,
            leader: (news.leader_id >= 0).then_some(news.leader_id),
            leader_epoch,
            replicas: news.replica_nodes.to_vec(),
            isr: news.isr_nodes.to_vec(),
        },
    }
}

#[cfg(test)]
mod tests;
