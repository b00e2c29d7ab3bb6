//! A rule: which requests it is for, how often it fires, and what happens then.

use std::time::Duration;

use ottla_protocol::ApiKey;
use ottla_protocol::error_code::ErrorCode;
use rand::{Rng, RngExt};

use super::{Facts, TopicFacts};

/// Names a rule; never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub u64);

/// A fault to come.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Which requests it is for.
    pub matching: Matching,
    /// How often it fires.
    pub firing: Firing,
    /// What happens then.
    pub action: Action,
}

/// Which requests a rule is for: those of which all is true that is set here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matching {
    /// Requests to this broker.
    pub node: Option<i32>,
    /// Requests on this connection.
    pub connection: Option<u64>,
    /// Requests of this API.
    pub api_key: Option<ApiKey>,
    /// Requests of this version of it.
    pub api_version: Option<i16>,
    /// Requests of clients with this name.
    pub client_id: Option<String>,
    /// Requests about this group, maybe among others.
    pub group: Option<String>,
    /// Requests about this transactional id.
    pub transactional_id: Option<String>,
    /// Requests about this topic, maybe among others.
    pub topic: Option<String>,
    /// Requests about this partition, of that topic if one is set, maybe among others.
    pub partition: Option<i32>,
}

/// How often a rule fires, among the requests that it is for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Firing {
    /// So many are let through first.
    pub skip: u64,
    /// Then it fires so many times; none: without end.
    pub times: Option<u64>,
    /// With this probability, from 0 to 1. Times that chance lets through are neither skipped nor counted.
    pub probability: f64,
}

/// What happens to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It takes no effect, and is answered with an error.
    Error(ErrorCode),
    /// It waits, before anything else.
    Delay(Duration),
    /// Its answer has this as its throttle time, and the connection is muted for so long.
    Throttle(Duration),
    /// It takes no effect and is never answered; the connection stays.
    Drop,
    /// It takes no effect, and the connection is cut.
    Cut,
    /// It takes effect, and the connection is cut: its outcome is unknown to the client.
    ApplyThenCut,
    /// It takes effect and is never answered; the connection stays.
    ApplyThenSilence,
    /// It takes effect, and is answered with an error all the same, for all that it asks for: the client is told less than is true.
    ApplyThenError(ErrorCode),
    /// It is answered, and the broker's side of the connection is closed; what comes in is still read.
    HalfClose,
    /// Only so many bytes of its answer go out, the length in front counted; then the connection is cut.
    Truncate(usize),
    /// One bit of its answer is flipped, behind the length in front.
    Corrupt,
    /// The last partition in its answer is there twice.
    RepeatPartition,
    /// One bit is flipped in a batch of what was fetched, where only the batch's checksum can tell.
    CorruptBatch,
    /// The records of a partition that was fetched end early, most often in the middle of a batch.
    CutRecords,
}

/// What a rule did.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleReport {
    /// The rule's name.
    pub id: RuleId,
    /// The rule.
    pub rule: Rule,
    /// How many requests it was for.
    pub matched: u64,
    /// How often it fired.
    pub hits: u64,
}

impl Rule {
    /// A rule that always fires.
    #[must_use]
    pub fn new(matching: Matching, action: Action) -> Self {
        Self {
            matching,
            firing: Firing::ALWAYS,
            action,
        }
    }

    /// The same, so many times only.
    #[must_use]
    pub fn times(mut self, times: u64) -> Self {
        self.firing.times = Some(times);
        self
    }

    /// The same, after so many were let through.
    #[must_use]
    pub fn after(mut self, skip: u64) -> Self {
        self.firing.skip = skip;
        self
    }

    /// The same, with a probability from 0 to 1.
    #[must_use]
    pub fn with_probability(mut self, probability: f64) -> Self {
        self.firing.probability = probability;
        self
    }
}

impl Firing {
    /// Every time.
    pub const ALWAYS: Self = Self {
        skip: 0,
        times: None,
        probability: 1.0,
    };
}

impl Default for Firing {
    fn default() -> Self {
        Self::ALWAYS
    }
}

impl Matching {
    /// All requests of an API.
    #[must_use]
    pub fn api(api_key: ApiKey) -> Self {
        Self {
            api_key: Some(api_key),
            ..Self::default()
        }
    }

    /// Of those, the ones to a broker.
    #[must_use]
    pub fn on_node(mut self, node: i32) -> Self {
        self.node = Some(node);
        self
    }

    /// Of those, the ones on a connection.
    #[must_use]
    pub fn on_connection(mut self, connection: u64) -> Self {
        self.connection = Some(connection);
        self
    }

    /// Of those, the ones of clients with a name.
    #[must_use]
    pub fn of_client(mut self, client_id: impl Into<String>) -> Self {
        self.client_id = Some(client_id.into());
        self
    }

    /// Of those, the ones about a group.
    #[must_use]
    pub fn about_group(mut self, group: impl Into<String>) -> Self {
        self.group = Some(group.into());
        self
    }

    /// Of those, the ones about a transactional id.
    #[must_use]
    pub fn about_transactional_id(mut self, transactional_id: impl Into<String>) -> Self {
        self.transactional_id = Some(transactional_id.into());
        self
    }

    /// Of those, the ones about a topic.
    #[must_use]
    pub fn about_topic(mut self, topic: impl Into<String>) -> Self {
        self.topic = Some(topic.into());
        self
    }

    /// Of those, the ones about a partition of a topic.
    #[must_use]
    pub fn about_partition(self, topic: impl Into<String>, partition: i32) -> Self {
        Self {
            partition: Some(partition),
            ..self.about_topic(topic)
        }
    }

    /// Whether a request is one of those.
    #[must_use]
    pub fn covers(&self, facts: &Facts<'_>) -> bool {
        let group = self.group.as_deref();
        is(self.node, facts.node)
            && is(self.connection, facts.connection)
            && is(self.api_key, facts.api_key)
            && is(self.api_version, facts.api_version)
            && names(self.client_id.as_deref(), facts.client_id)
            && names(self.transactional_id.as_deref(), facts.transactional_id)
            && group.is_none_or(|group| facts.groups.contains(&group))
            && self.covers_topics(facts.topics)
    }

    fn covers_topics(&self, topics: &[TopicFacts<'_>]) -> bool {
        if self.topic.is_none() && self.partition.is_none() {
            return true;
        }
        let topic = self.topic.as_deref();
        let mut named = topics.iter().filter(|it| is(topic, it.name));
        let partition = self.partition;
        named.any(|it| partition.is_none_or(|partition| it.partitions.contains(&partition)))
    }
}

fn is<T: PartialEq>(wanted: Option<T>, fact: T) -> bool {
    wanted.is_none_or(|wanted| wanted == fact)
}

fn names(wanted: Option<&str>, fact: Option<&str>) -> bool {
    wanted.is_none_or(|wanted| fact == Some(wanted))
}

/// A rule in force.
#[derive(Clone, Debug)]
pub(super) struct ActiveRule {
    pub(super) id: RuleId,
    pub(super) rule: Rule,
    matched: u64,
    skipped: u64,
    hits: u64,
}

impl ActiveRule {
    pub(super) fn new(id: RuleId, rule: Rule) -> Self {
        Self {
            id,
            rule,
            matched: 0,
            skipped: 0,
            hits: 0,
        }
    }

    /// A request that the rule is for: whether it fires.
    pub(super) fn fires(&mut self, rng: &mut impl Rng) -> bool {
        self.matched += 1;
        let firing = self.rule.firing;
        let is_over = firing.times.is_some_and(|times| self.hits >= times);
        if is_over || !by_chance(firing.probability, rng) {
            return false;
        }
        if self.skipped < firing.skip {
            self.skipped += 1;
            return false;
        }
        self.hits += 1;
        true
    }

    pub(super) fn report(&self) -> RuleReport {
        RuleReport {
            id: self.id,
            rule: self.rule.clone(),
            matched: self.matched,
            hits: self.hits,
        }
    }
}

/// What is certain is no matter of chance: a rule without a probability leaves the seed's other draws as they are.
fn by_chance(probability: f64, rng: &mut impl Rng) -> bool {
    probability >= 1.0 || (probability > 0.0 && rng.random_bool(probability))
}
