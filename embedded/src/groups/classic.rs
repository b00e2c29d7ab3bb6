//! A classic group: its state, its members, and what is to be known of both. What moves it is in the parts.

#![deny(clippy::disallowed_methods)]

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::payload::ConsumerProtocolSubscription;

use super::answer::JoinedMember;
use crate::time::Now;

mod join;
mod leave;
mod member;
mod rebalance;
mod snapshot;
mod sync;

pub(super) use join::Joiner;
pub(super) use member::ClassicMember;
pub(super) use snapshot::Snapshot;

pub(super) const CONSUMER: &str = "consumer";

/// Where a classic group stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ClassicState {
    Empty,
    PreparingRebalance,
    CompletingRebalance,
    Stable,
}

impl ClassicState {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Empty => "Empty",
            Self::PreparingRebalance => "PreparingRebalance",
            Self::CompletingRebalance => "CompletingRebalance",
            Self::Stable => "Stable",
        }
    }
}

/// When the join phase ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct JoinTimer {
    pub(super) deadline: Duration,
    /// For a new group: how long was waited last, and how much longer may be waited for further members.
    pub(super) initial: Option<(Duration, Duration)>,
}

#[derive(Clone, Debug)]
pub(super) struct ClassicGroup {
    pub(super) state: ClassicState,
    pub(super) previous: ClassicState,
    pub(super) since_ms: i64,
    pub(super) protocol_type: Option<String>,
    pub(super) generation: i32,
    pub(super) protocol: Option<String>,
    pub(super) leader: Option<String>,
    pub(super) members: BTreeMap<String, ClassicMember>,
    /// Static names and whose they are.
    pub(super) statics: BTreeMap<String, String>,
    /// Ids that were handed out with MEMBER_ID_REQUIRED, and until when they may be used (KIP-394).
    pub(super) pending: BTreeMap<String, Duration>,
    /// Who has joined this generation and not synced yet.
    pub(super) unsynced: BTreeSet<String>,
    pub(super) new_member_added: bool,
    pub(super) join_timer: Option<JoinTimer>,
    pub(super) sync_deadline: Option<Duration>,
    /// The topics that the members consume; none if it can't be known.
    pub(super) subscribed: Option<BTreeSet<String>>,
    /// What a coordinator that takes over finds in the log.
    pub(super) persisted: Option<Box<Snapshot>>,
}

impl ClassicGroup {
    pub(super) fn new(now: Now) -> Self {
        Self {
            state: ClassicState::Empty,
            previous: ClassicState::Empty,
            since_ms: now.wall_ms,
            protocol_type: None,
            generation: 0,
            protocol: None,
            leader: None,
            members: BTreeMap::new(),
            statics: BTreeMap::new(),
            pending: BTreeMap::new(),
            unsynced: BTreeSet::new(),
            new_member_added: false,
            join_timer: None,
            sync_deadline: None,
            subscribed: None,
            persisted: None,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.state == ClassicState::Empty
    }

    pub(super) fn is_consumer(&self) -> bool {
        self.protocol_type.as_deref() == Some(CONSUMER)
    }

    pub(super) fn is_leader(&self, member_id: &str) -> bool {
        self.leader.as_deref() == Some(member_id)
    }

    /// A consumer group whose subscriptions can't be read is taken to be subscribed to everything.
    pub(super) fn is_subscribed_to(&self, topic: &str) -> bool {
        self.subscribed
            .as_ref()
            .map_or_else(|| self.is_consumer(), |topics| topics.contains(topic))
    }

    /// Whether a request under this identity may speak for the member.
    pub(super) fn check_member(
        &self,
        member_id: &str,
        instance_id: Option<&str>,
    ) -> Result<(), ErrorCode> {
        if let Some(instance_id) = instance_id {
            let owner = self
                .statics
                .get(instance_id)
                .ok_or(ErrorCode::UNKNOWN_MEMBER_ID)?;
            if owner != member_id {
                return Err(ErrorCode::FENCED_INSTANCE_ID);
            }
        }
        if self.members.contains_key(member_id) {
            Ok(())
        } else {
            Err(ErrorCode::UNKNOWN_MEMBER_ID)
        }
    }

    pub(super) fn next_deadline(&self) -> Option<Duration> {
        self.members
            .values()
            .filter_map(|member| member.deadline)
            .chain(self.pending.values().copied())
            .chain(self.join_timer.map(|timer| timer.deadline))
            .chain(self.sync_deadline)
            .min()
    }

    fn transition(&mut self, now: Now, state: ClassicState) {
        self.previous = self.state;
        self.state = state;
        self.since_ms = now.wall_ms;
    }

    /// The longest that any member asked for.
    fn rebalance_timeout(&self) -> Duration {
        self.members
            .values()
            .map(|member| member.rebalance_timeout)
            .max()
            .unwrap_or_default()
    }

    fn all_joined(&self) -> bool {
        self.pending.is_empty() && self.members.values().all(ClassicMember::is_joining)
    }

    /// Whether the member shares an assignor with all the others, or opens an empty group.
    fn supports(&self, protocol_type: &str, protocols: &[(String, Vec<u8>)]) -> bool {
        if self.is_empty() {
            return !protocol_type.is_empty() && !protocols.is_empty();
        }
        self.protocol_type.as_deref() == Some(protocol_type)
            && protocols.iter().any(|(name, _)| self.all_know(name))
    }

    fn all_know(&self, protocol: &str) -> bool {
        self.members
            .values()
            .all(|member| member.metadata(protocol).is_some())
    }

    /// Each member votes for the first of its assignors that all know; among equals the first voted for wins.
    fn elect_protocol(&self) -> Option<String> {
        let mut votes: Vec<(&str, usize)> = Vec::new();
        for member in self.members.values() {
            let Some(vote) = member
                .protocols
                .iter()
                .map(|(name, _)| name.as_str())
                .find(|name| self.all_know(name))
            else {
                continue;
            };
            match votes.iter_mut().find(|(name, _)| *name == vote) {
                Some((_, count)) => *count += 1,
                None => votes.push((vote, 1)),
            }
        }
        let most = votes.iter().map(|&(_, count)| count).max()?;
        votes
            .iter()
            .find(|&&(_, count)| count == most)
            .map(|&(name, _)| name.to_owned())
    }

    fn members_for_leader(&self) -> Vec<JoinedMember> {
        let protocol = self.protocol.as_deref().unwrap_or_default();
        self.members
            .iter()
            .map(|(id, member)| JoinedMember {
                member_id: id.clone(),
                instance_id: member.instance_id.clone(),
                metadata: member.metadata(protocol).unwrap_or_default().to_vec(),
            })
            .collect()
    }

    fn read_subscriptions(&self) -> Option<BTreeSet<String>> {
        if self.members.is_empty() {
            return Some(BTreeSet::new());
        }
        if !self.is_consumer() {
            return None;
        }
        let protocol = self.protocol.as_deref()?;
        let mut topics = BTreeSet::new();
        for member in self.members.values() {
            let subscription =
                ConsumerProtocolSubscription::decode(member.metadata(protocol)?).ok()?;
            topics.extend(subscription.topics.iter().map(|&topic| topic.to_owned()));
        }
        Some(topics)
    }

    /// Takes a member or a pending id out; another leads if it was the leader.
    fn remove(&mut self, member_id: &str) -> Option<ClassicMember> {
        let gone = self.members.remove(member_id);
        self.pending.remove(member_id);
        self.unsynced.remove(member_id);
        if let Some(instance_id) = gone
            .as_ref()
            .and_then(|member| member.instance_id.as_deref())
            && self
                .statics
                .get(instance_id)
                .is_some_and(|owner| owner == member_id)
        {
            self.statics.remove(instance_id);
        }
        if self.is_leader(member_id) {
            self.leader = self.members.keys().next().cloned();
        }
        gone
    }
}
