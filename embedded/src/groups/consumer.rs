//! A group of the consumer protocol (KIP-848): the coordinator assigns, and each member moves there step by step.
//!
//! Three numbers lead each other: the group's epoch rises when members, subscriptions or topics change; a target
//! assignment is made for it; members reach that target one by one, as fast as the others let go.

#![deny(clippy::disallowed_methods)]

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::types::TopicId;

use super::assignor::{Assignor, Subscriber, Target};
use super::context::Turn;
use super::settings::GroupSettings;
use super::topics::TopicView;
use crate::pattern;

mod describe;
mod heartbeat;
mod leave;
mod member;
pub(super) mod mixed;
mod reconcile;
mod validate;

pub(super) use heartbeat::Beat;
pub use heartbeat::HeartbeatOutcome;
pub(super) use member::{ClassicSide, ConsumerMember, MemberState, Owned, without_epochs};

/// Why a request is refused, with the broker's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) error: ErrorCode,
    pub(super) message: String,
}

pub(super) fn refuse<T>(error: ErrorCode, message: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal {
        error,
        message: message.into(),
    })
}

#[derive(Clone, Debug, Default)]
pub(super) struct ConsumerGroup {
    pub(super) epoch: i32,
    pub(super) members: BTreeMap<String, ConsumerMember>,
    pub(super) statics: BTreeMap<String, String>,
    pub(super) target_epoch: i32,
    pub(super) targets: BTreeMap<String, Target>,
    /// Of the topics subscribed to; 0: none. Not the hash that Kafka computes, but used as it is.
    pub(super) metadata_hash: i64,
    /// The version of the topics that was looked at last.
    pub(super) seen_version: Option<u64>,
    pub(super) assigned_at: Option<Duration>,
    /// The topics that each regular expression stands for.
    pub(super) regexes: BTreeMap<String, BTreeSet<String>>,
}

impl ConsumerGroup {
    pub(super) fn state_name(&self) -> &'static str {
        if self.members.is_empty() {
            "Empty"
        } else if self.epoch > self.target_epoch {
            "Assigning"
        } else if self
            .members
            .values()
            .all(|member| member.is_reconciled_to(self.target_epoch))
        {
            "Stable"
        } else {
            "Reconciling"
        }
    }

    pub(super) fn is_subscribed_to(&self, topic: &str) -> bool {
        self.members
            .values()
            .any(|member| self.wants(member, topic))
    }

    fn wants(&self, member: &ConsumerMember, topic: &str) -> bool {
        let matches = member
            .regex
            .as_ref()
            .and_then(|regex| self.regexes.get(regex));
        member.topics.contains(topic) || matches.is_some_and(|topics| topics.contains(topic))
    }

    pub(super) fn next_deadline(&self) -> Option<Duration> {
        self.members
            .values()
            .filter_map(ConsumerMember::next_deadline)
            .min()
    }

    /// The assignor that most members ask for, else the broker's first.
    pub(super) fn assignor(&self, settings: &GroupSettings) -> Assignor {
        let mut votes: BTreeMap<Assignor, usize> = BTreeMap::new();
        for assignor in self.members.values().filter_map(|member| member.assignor) {
            *votes.entry(assignor).or_default() += 1;
        }
        let most = votes.values().copied().max();
        let voted = votes.into_iter().find(|&(_, count)| Some(count) == most);
        voted
            .map(|(assignor, _)| assignor)
            .or_else(|| settings.consumer_assignors.first().copied())
            .unwrap_or(Assignor::Uniform)
    }

    /// Looks at the topics, raises the epoch if anything has changed, and makes the target that is due.
    fn keep_up(&mut self, turn: &Turn<'_>, topics: &dyn TopicView, changed: bool) {
        if changed || self.seen_version != Some(topics.version()) {
            let known = self.metadata_hash;
            self.look_at(topics);
            if changed || known != self.metadata_hash {
                self.epoch = self.epoch.saturating_add(1);
            }
        }
        let rested = self.assigned_at.is_none_or(|at| {
            turn.now.at >= at.saturating_add(turn.settings.consumer_assignment_interval)
        });
        if self.epoch > self.target_epoch && rested {
            self.assign(turn, topics);
        }
    }

    /// Resolves regular expressions and remembers what the topics looked like.
    fn look_at(&mut self, topics: &dyn TopicView) {
        let wanted: BTreeSet<String> = self
            .members
            .values()
            .filter_map(|member| member.regex.clone())
            .collect();
        self.regexes = wanted
            .into_iter()
            .map(|pattern| {
                let names = matching(&pattern, topics);
                (pattern, names)
            })
            .collect();
        let mut names: BTreeSet<&str> = self
            .regexes
            .values()
            .flatten()
            .map(String::as_str)
            .collect();
        names.extend(
            self.members
                .values()
                .flat_map(|member| &member.topics)
                .map(String::as_str),
        );
        self.metadata_hash = hash(&names, topics);
        self.seen_version = Some(topics.version());
    }

    fn assign(&mut self, turn: &Turn<'_>, topics: &dyn TopicView) {
        let mut counts: BTreeMap<TopicId, i32> = BTreeMap::new();
        let mut subscribers = Vec::with_capacity(self.members.len());
        for (id, member) in &self.members {
            let names = member
                .regex
                .as_ref()
                .and_then(|regex| self.regexes.get(regex));
            let wanted = member.topics.iter().chain(names.into_iter().flatten());
            let known: BTreeMap<TopicId, i32> =
                wanted.filter_map(|name| topics.topic(name)).collect();
            subscribers.push(Subscriber {
                member_id: id,
                instance_id: member.instance_id.as_deref(),
                topics: known.keys().copied().collect(),
                last: self.targets.get(id),
            });
            counts.extend(known);
        }
        self.targets = self.assignor(turn.settings).assign(&subscribers, &counts);
        self.target_epoch = self.epoch;
        self.assigned_at = Some(turn.now.at);
    }

    /// Whether anybody may still be working on the partition.
    fn is_held(&self, topic: TopicId, partition: i32) -> bool {
        self.members
            .values()
            .any(|member| member.holds(topic, partition))
    }
}

fn matching(pattern: &str, topics: &dyn TopicView) -> BTreeSet<String> {
    let Ok(regex) = pattern::whole(pattern) else {
        return BTreeSet::new();
    };
    let names = topics.names().into_iter();
    names
        .filter(|name| regex.is_match(name))
        .map(str::to_owned)
        .collect()
}

/// FNV-1a over names, ids and counts of the topics that exist.
fn hash(names: &BTreeSet<&str>, topics: &dyn TopicView) -> i64 {
    let mut hash: u64 = 0;
    let mut take = |bytes: &[u8]| {
        if hash == 0 {
            hash = 0xcbf2_9ce4_8422_2325;
        }
        for &byte in bytes {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    };
    for name in names {
        if let Some((id, partitions)) = topics.topic(name) {
            take(name.as_bytes());
            take(&id.0);
            take(&partitions.to_be_bytes());
        }
    }
    hash.cast_signed()
}
