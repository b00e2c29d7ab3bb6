//! Making topics and partitions: what is allowed, and which broker gets what.

use std::collections::BTreeSet;
use std::sync::Arc;

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::types::TopicId;
use rand::RngExt;

use super::State;
use super::topics::{Partition, Topic, TopicRef};
use crate::configs::{self, Operation, Values};
use crate::error::Refusal;
use crate::log::{LogConfig, PartitionLog};
use crate::topic_name;

/// A topic that somebody wants.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted<'a> {
    pub(crate) name: &'a str,
    /// -1: the default.
    pub(crate) partitions: i32,
    /// -1: the default.
    pub(crate) replication_factor: i16,
    /// Partition and its brokers; empty: the cluster chooses.
    pub(crate) assignments: Vec<(i32, Vec<i32>)>,
    pub(crate) configs: Vec<(&'a str, Option<&'a str>)>,
}

/// A topic that may be made, not made yet.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) replicas: Vec<Vec<i32>>,
    pub(crate) configs: Values,
}

impl State {
    /// Makes a topic, or only looks whether it could (`validate_only`).
    pub(crate) fn create_topic(
        &mut self,
        wanted: &Wanted<'_>,
        validate_only: bool,
    ) -> Result<(TopicId, Plan), Refusal> {
        // Kafka makes its own topics as it needs them; here coordinators have no logs, and may not show any.
        if topic_name::is_internal(wanted.name) {
            return Err(exists(wanted.name));
        }
        self.make_topic(wanted, validate_only)
    }

    /// The same, whoever the topic belongs to.
    pub(crate) fn make_topic(
        &mut self,
        wanted: &Wanted<'_>,
        validate_only: bool,
    ) -> Result<(TopicId, Plan), Refusal> {
        let plan = self.plan(wanted)?;
        if validate_only {
            return Ok((self.draw_id(), plan));
        }
        let id = self.draw_id();
        let config = self.settings.log_config(&plan.configs);
        let replicas = plan.replicas.iter();
        let partitions = replicas.map(|nodes| self.new_partition(nodes, config.clone()));
        let topic = Topic {
            name: Arc::from(wanted.name),
            id,
            partitions: partitions.collect(),
            configs: plan.configs.clone(),
        };
        self.topics.insert(topic);
        self.metadata_changed = true;
        Ok((id, plan))
    }

    fn plan(&self, wanted: &Wanted<'_>) -> Result<Plan, Refusal> {
        self.check_name(wanted.name)?;
        let replicas = match wanted.assignments.is_empty() {
            true => self.place(wanted)?,
            false => self.assigned(wanted)?,
        };
        let mut values = Values::new();
        for (name, value) in &wanted.configs {
            configs::change(
                configs::topic::TABLE,
                &mut values,
                name,
                Operation::Set,
                *value,
            )
            .map_err(|fault| Refusal::new(ErrorCode::INVALID_CONFIG, fault))?;
        }
        if let Some(fault) = configs::topic::conflict(&values) {
            return Err(Refusal::new(ErrorCode::INVALID_CONFIG, fault));
        }
        Ok(Plan {
            replicas,
            configs: values,
        })
    }

    fn check_name(&self, name: &str) -> Result<(), Refusal> {
        let invalid = |why| Err(Refusal::new(ErrorCode::INVALID_TOPIC_EXCEPTION, why));
        if let Some(fault) = topic_name::fault(name) {
            return invalid(fault);
        }
        if self.topics.named(name).is_some() {
            return Err(exists(name));
        }
        let same = self
            .topics
            .all()
            .find(|topic| topic_name::collide(&topic.name, name));
        match same {
            Some(other) => invalid(format!(
                "Topic '{name}' collides with existing topic: {}",
                other.name
            )),
            None => Ok(()),
        }
    }

    fn place(&self, wanted: &Wanted<'_>) -> Result<Vec<Vec<i32>>, Refusal> {
        let count = match wanted.partitions {
            -1 => self.broker_number("num.partitions"),
            count if count > 0 => count.into(),
            _ => {
                let why = "Number of partitions was set to an invalid non-positive value.";
                return Err(Refusal::new(ErrorCode::INVALID_PARTITIONS, why));
            }
        };
        check_count(count)?;
        let factor = match wanted.replication_factor {
            -1 => self.default_replication_factor(),
            factor if factor > 0 => factor as usize,
            _ => {
                let why =
                    "Replication factor must be larger than 0, or -1 to use the default value.";
                return Err(Refusal::new(ErrorCode::INVALID_REPLICATION_FACTOR, why));
            }
        };
        let first = self.topics.all().count();
        (0..count as usize)
            .map(|partition| self.deal(first + partition, factor))
            .collect()
    }

    /// The brokers of one partition, from the one whose turn it is. Those that are down have no turn, and come last.
    fn deal(&self, turn: usize, factor: usize) -> Result<Vec<i32>, Refusal> {
        let refuse = |why: String| {
            let why = format!("Unable to replicate the partition {factor} time(s): {why}");
            Err(Refusal::new(ErrorCode::INVALID_REPLICATION_FACTOR, why))
        };
        let (up, down): (Vec<i32>, Vec<i32>) = self
            .brokers
            .all()
            .map(|broker| broker.node)
            .partition(|node| self.brokers.is_up(*node));
        let registered = up.len() + down.len();
        if up.is_empty() {
            return refuse("All brokers are currently fenced.".to_owned());
        }
        if factor > registered {
            return refuse(format!(
                "The target replication factor of {factor} cannot be reached because only {registered} broker(s) are registered."
            ));
        }
        let turns = up.iter().cycle().skip(turn % up.len()).take(up.len());
        Ok(turns.chain(&down).take(factor).copied().collect())
    }

    fn assigned(&self, wanted: &Wanted<'_>) -> Result<Vec<Vec<i32>>, Refusal> {
        if wanted.partitions != -1 || wanted.replication_factor != -1 {
            let why =
                "Both assignments and a number of partitions or a replication factor are given.";
            return Err(Refusal::new(ErrorCode::INVALID_REQUEST, why));
        }
        check_count(i64::try_from(wanted.assignments.len()).unwrap_or(i64::MAX))?;
        let mut assignments = wanted.assignments.clone();
        assignments.sort();
        let consecutive = (0..)
            .zip(&assignments)
            .all(|(at, (number, _))| at == *number);
        if !consecutive {
            return Err(bad_assignment(
                "partitions should be a consecutive 0-based integer sequence",
            ));
        }
        let replicas: Vec<Vec<i32>> = assignments.into_iter().map(|(_, nodes)| nodes).collect();
        self.check_replicas(&replicas, None)?;
        Ok(replicas)
    }

    /// Whether these may be the replicas of partitions of one topic, `factor` each.
    pub(super) fn check_replicas(
        &self,
        replicas: &[Vec<i32>],
        factor: Option<usize>,
    ) -> Result<(), Refusal> {
        let factor = factor.or_else(|| replicas.first().map(Vec::len));
        for nodes in replicas {
            let different: BTreeSet<_> = nodes.iter().collect();
            if nodes.is_empty() || different.len() != nodes.len() {
                return Err(bad_assignment("it has no brokers, or one twice"));
            }
            if Some(nodes.len()) != factor {
                return Err(bad_assignment(
                    "all partitions must have as many replicas as the first",
                ));
            }
            if let Some(node) = nodes.iter().find(|node| self.brokers.get(**node).is_none()) {
                return Err(bad_assignment(&format!(
                    "it names broker {node}, but no such broker is registered"
                )));
            }
        }
        Ok(())
    }

    /// Raises a topic's number of partitions to `count`.
    pub(crate) fn add_partitions(
        &mut self,
        name: &str,
        count: i32,
        assignments: Option<Vec<Vec<i32>>>,
        validate_only: bool,
    ) -> Result<(), Refusal> {
        let topic = self.topics.named(name).ok_or_else(Refusal::unknown_topic)?;
        let config = self.settings.log_config(&topic.configs);
        let has = topic.partitions.len();
        // Goes on around from where partition 0 began.
        let first = topic
            .partitions
            .first()
            .and_then(|one| one.replicas.first());
        let first = first.map_or(0, |node| usize::try_from(node - 1).unwrap_or(0));
        let factor = topic.partitions.first().map_or(1, |one| one.replicas.len());
        let more = match usize::try_from(count) {
            Ok(count) if count > has && count as i64 <= MOST_PARTITIONS => count - has,
            Ok(count) if count == has => {
                let why = format!("Topic already has {has} partition(s).");
                return Err(Refusal::new(ErrorCode::INVALID_PARTITIONS, why));
            }
            _ => {
                let why = format!(
                    "The topic {name} currently has {has} partition(s); {count} would not be an increase."
                );
                return Err(Refusal::new(ErrorCode::INVALID_PARTITIONS, why));
            }
        };
        let replicas = match assignments {
            Some(given) if given.len() == more => {
                self.check_replicas(&given, Some(factor))?;
                given
            }
            Some(given) => {
                return Err(bad_assignment(&format!(
                    "{more} partition(s) are added, and {} assignment(s) given",
                    given.len()
                )));
            }
            None => (has..has + more)
                .map(|partition| self.deal(first + partition, factor))
                .collect::<Result<_, _>>()?,
        };
        if validate_only {
            return Ok(());
        }
        let made: Vec<Partition> = replicas
            .iter()
            .map(|nodes| self.new_partition(nodes, config.clone()))
            .collect();
        self.topics.enlarge(name, made);
        self.metadata_changed = true;
        Ok(())
    }

    fn new_partition(&self, replicas: &[i32], config: LogConfig) -> Partition {
        let isr: Vec<i32> = replicas
            .iter()
            .copied()
            .filter(|node| self.brokers.is_up(*node))
            .collect();
        Partition {
            leader: isr.first().copied(),
            isr: if isr.is_empty() {
                replicas.to_vec()
            } else {
                isr
            },
            replicas: replicas.to_vec(),
            log: PartitionLog::new(config, 0),
        }
    }

    /// Deletes a topic with its logs and what groups committed for it; says whether it was there.
    pub(crate) fn delete_topic(&mut self, name: &str) -> bool {
        self.metadata_changed = true;
        self.groups.topic_deleted(name);
        self.topics.remove(name).is_some()
    }

    /// An id that nobody has: version 4 of RFC 4122, as Kafka draws them.
    pub(crate) fn draw_id(&mut self) -> TopicId {
        loop {
            let id = self.draw_any_id();
            if self.topics.get(TopicRef::Id(id)).is_none() {
                return id;
            }
        }
    }

    fn draw_any_id(&mut self) -> TopicId {
        let mut bytes: [u8; 16] = self.random.random();
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        ottla_protocol::types::Uuid(bytes)
    }

    /// What a topic gets that says nothing of replicas: three, or as many as there are brokers.
    pub(crate) fn default_replication_factor(&self) -> usize {
        match self.settings.set("default.replication.factor") {
            Some(set) => set.parse().unwrap_or(1),
            None => self.brokers.all().count().min(3),
        }
    }
}

/// More partitions than this in one topic are a mistake, and would take the memory of the process.
const MOST_PARTITIONS: i64 = 10_000;

fn check_count(count: i64) -> Result<(), Refusal> {
    if count <= MOST_PARTITIONS {
        return Ok(());
    }
    let why = format!("Number of partitions is larger than {MOST_PARTITIONS}.");
    Err(Refusal::new(ErrorCode::INVALID_PARTITIONS, why))
}

fn bad_assignment(why: &str) -> Refusal {
    Refusal::new(
        ErrorCode::INVALID_REPLICA_ASSIGNMENT,
        format!("The manual partition assignment is not allowed: {why}."),
    )
}
fn exists(name: &str) -> Refusal {
    let why = format!("Topic '{name}' already exists.");
    Refusal::new(ErrorCode::TOPIC_ALREADY_EXISTS, why)
}
