//! The group coordinator: classic groups, groups of the consumer protocol (KIP-848), and committed offsets.
//!
//! ```text
//!   handlers ──▶ join_group · sync_group · heartbeat · leave_group · consumer_group_heartbeat
//!                offset_commit · txn_offset_commit · offset_fetch · offset_delete · complete_transaction
//!                list_groups · describe_groups · consumer_group_describe · delete_groups
//!   clock    ──▶ tick                     handlers ◀── take_answers      clock ◀── next_deadline
//! ```
//!
//! One machine for a whole cluster. Which broker coordinates which group, and who may do what, is its caller's business;
//! [`Groups::coordinator_moved`] tells what a move takes away. JoinGroup and SyncGroup are parked under a [`Ticket`] and
//! answered by [`Groups::take_answers`], often in the same call. A client that goes away stays a member until its
//! session ends; the caller drops the answer to its ticket. Other calls answer at once, with messages that borrow from
//! the request or from the machine.

#![deny(clippy::disallowed_methods)]

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::ticket::Ticket;

mod admin;
mod answer;
mod assignor;
mod classic;
mod consumer;
mod context;
mod durable;
mod membership;
mod migration;
mod offsets;
mod settings;
#[cfg(test)]
mod tests;
mod topics;

pub use answer::{Answer, JoinOutcome, JoinedMember, SyncOutcome};
pub use assignor::{Assignor, Target};
pub use consumer::HeartbeatOutcome;
pub use context::{Caller, Context};
pub use durable::LogRecord;
pub use offsets::{CommitWatcher, Committed, WrittenOffset};
pub use settings::{GroupSettings, MigrationPolicy};
pub use topics::{TopicView, Topics};

use classic::ClassicGroup;
use consumer::ConsumerGroup;
use context::Turn;
use offsets::Offsets;

/// All groups of a cluster.
#[derive(Debug)]
pub struct Groups {
    settings: GroupSettings,
    /// Of groups that have settings of their own.
    own_settings: BTreeMap<String, GroupSettings>,
    groups: BTreeMap<String, Kind>,
    offsets: Offsets,
    answers: Vec<(Ticket, Answer)>,
    /// Groups that are not as they were last written.
    changed: BTreeSet<String>,
    next_check: Duration,
}

/// A group of either protocol.
#[derive(Clone, Debug)]
enum Kind {
    Classic(ClassicGroup),
    Consumer(ConsumerGroup),
}

impl Groups {
    /// No groups.
    #[must_use]
    pub fn new(settings: GroupSettings) -> Self {
        Self {
            next_check: settings.offsets_retention_check,
            settings,
            own_settings: BTreeMap::new(),
            groups: BTreeMap::new(),
            offsets: Offsets::default(),
            answers: Vec::new(),
            changed: BTreeSet::new(),
        }
    }

    /// What it is set up with.
    #[must_use]
    pub fn settings(&self) -> &GroupSettings {
        &self.settings
    }

    /// To change settings while it runs; what waits already waits as before.
    pub fn settings_mut(&mut self) -> &mut GroupSettings {
        &mut self.settings
    }

    /// A group's settings: its own or everybody's.
    #[must_use]
    pub fn settings_of(&self, group_id: &str) -> &GroupSettings {
        self.own_settings.get(group_id).unwrap_or(&self.settings)
    }

    /// Gives a group settings of its own, such as `consumer.session.timeout.ms` of the config resource GROUP, or takes
    /// them away again. They need no group to be there.
    pub fn set_settings_of(&mut self, group_id: &str, settings: Option<GroupSettings>) {
        match settings {
            Some(settings) => self.own_settings.insert(group_id.to_owned(), settings),
            None => self.own_settings.remove(group_id),
        };
    }

    /// Whether there is such a group.
    #[must_use]
    pub fn contains(&self, group_id: &str) -> bool {
        self.groups.contains_key(group_id)
    }

    /// A group's committed offset, for tests and observers.
    #[must_use]
    pub fn committed(&self, group_id: &str, topic: &str, partition: i32) -> Option<&Committed> {
        self.offsets.get(group_id, topic, partition)
    }

    /// A group whose last member of the consumer protocol has gone is a classic one again, if the policy has it so.
    fn maybe_downgrade(&mut self, cx: &Context<'_>, id: &str) {
        let (Some(kind), mut turn) = self.turn(cx, id) else {
            return;
        };
        if let Kind::Consumer(group) = kind
            && let Some(classic) = migration::downgrade(&mut turn, cx.topics, group)
        {
            *kind = Kind::Classic(classic);
        }
    }

    /// Answers that have become due since the last call, in the order in which they did.
    pub fn take_answers(&mut self) -> Vec<(Ticket, Answer)> {
        std::mem::take(&mut self.answers)
    }

    /// When [`Groups::tick`] has something to do.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Duration> {
        let check = (!self.groups.is_empty()).then_some(self.next_check);
        self.groups
            .values()
            .filter_map(Kind::next_deadline)
            .chain(check)
            .min()
    }

    /// Does what is due: sessions and rebalances that end, offsets that expire.
    pub fn tick(&mut self, cx: &Context<'_>) {
        let is_due = |group: &Kind| group.next_deadline().is_some_and(|at| at <= cx.now.at);
        let due: Vec<String> = self
            .groups
            .iter()
            .filter(|(_, group)| is_due(group))
            .map(|(id, _)| id.clone())
            .collect();
        for id in due {
            self.touch(&id);
            match self.turn(cx, &id) {
                (Some(Kind::Classic(group)), mut turn) => group.tick(&mut turn),
                (Some(Kind::Consumer(group)), turn) => {
                    group.tick(&turn, cx.topics);
                    self.maybe_downgrade(cx, &id);
                }
                (None, _) => {}
            }
        }
        if self.next_check <= cx.now.at {
            self.next_check = cx
                .now
                .at
                .saturating_add(self.settings.offsets_retention_check);
            self.expire(cx.now);
        }
    }

    /// The group has another coordinator, which knows what the log says: parked requests are answered with
    /// NOT_COORDINATOR, ids that were handed out and not used are forgotten, a classic group that was in the middle of a
    /// rebalance is in the generation before it, and all sessions begin anew.
    pub fn coordinator_moved(&mut self, cx: &Context<'_>, group_id: &str) {
        match self.turn(cx, group_id) {
            (Some(Kind::Classic(group)), mut turn) => group.moved(&mut turn),
            (Some(Kind::Consumer(group)), turn) => group.moved(&turn),
            (None, _) => {}
        }
    }

    /// Forgets what was committed for a topic that is deleted.
    pub fn topic_deleted(&mut self, topic: &str) {
        self.offsets.remove_topic(topic);
        self.changed.extend(self.groups.keys().cloned());
    }

    /// The groups that have changed since the last call, for whoever writes them down; those that are gone, too.
    pub fn take_changed(&mut self) -> BTreeSet<String> {
        std::mem::take(&mut self.changed)
    }

    /// Forgets which groups have changed: nobody writes them down.
    pub fn forget_changes(&mut self) {
        self.changed.clear();
    }

    /// Takes all groups for changed.
    pub fn change_all(&mut self) {
        self.changed.extend(self.groups.keys().cloned());
    }

    /// Takes a group for changed.
    pub(crate) fn touch(&mut self, group_id: &str) {
        if !self.changed.contains(group_id) {
            self.changed.insert(group_id.to_owned());
        }
    }

    fn turn<'a>(
        &'a mut self,
        cx: &Context<'_>,
        group_id: &str,
    ) -> (Option<&'a mut Kind>, Turn<'a>) {
        let turn = Turn {
            now: cx.now,
            settings: self.own_settings.get(group_id).unwrap_or(&self.settings),
            answers: &mut self.answers,
        };
        (self.groups.get_mut(group_id), turn)
    }
}

impl Kind {
    fn next_deadline(&self) -> Option<Duration> {
        match self {
            Self::Classic(group) => group.next_deadline(),
            Self::Consumer(group) => group.next_deadline(),
        }
    }
}
