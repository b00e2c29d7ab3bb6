//! The leader's part: it assigns for all, and has the group rebalance when a topic gets more partitions.

#![deny(clippy::disallowed_methods)]

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use crate::assignor::PartitionCounts;
use crate::membership::{Action, MembershipError, SharedError, State};

use super::Classic;

impl Classic {
    /// Asks for the partition counts when it is time.
    pub(super) fn look(&mut self, now: Instant) {
        if self.looking.is_some() || self.look_at.is_none_or(|at| at > now) {
            return;
        }
        self.look_at = None;
        let topics = self.group_topics();
        self.looking = Some(topics.clone());
        self.actions.push_back(Action::Describe { topics });
    }

    pub(super) fn looked(&mut self, now: Instant, counts: Result<PartitionCounts, SharedError>) {
        let asked = self.looking.take();
        let counts = counts.ok().filter(|_| asked == Some(self.group_topics()));
        match (self.state, counts) {
            (State::Assigning, Some(counts)) => self.assign(counts),
            // The other members wait, the coordinator for as long as the rebalance time-out.
            (State::Assigning, None) => self.look_at = Some(now + self.backoff.next()),
            (State::Stable, Some(counts)) => self.compare(now, counts),
            (State::Stable, None) => self.look_at = Some(now + self.config.metadata_max_age),
            _ => {}
        }
    }

    fn assign(&mut self, counts: PartitionCounts) {
        let Some(joined) = &self.joined else { return };
        let mut assignors = self.config.assignors.iter();
        let Some(assignor) = assignors.find(|a| *a.name() == *joined.assignor) else {
            return self.fail(MembershipError::InconsistentProtocol {
                assignors: self.config.assignors.iter().map(|a| a.name()).collect(),
            });
        };
        self.plan = assignor.assign(&joined.members, &counts);
        self.counts = Some(counts);
        self.enter(State::Syncing);
    }

    fn compare(&mut self, now: Instant, counts: PartitionCounts) {
        let changed = self.counts.as_ref().is_some_and(|known| *known != counts);
        if changed {
            return self.revoke(self.config.revoke_within, "the topics' partitions changed");
        }
        self.counts = Some(counts);
        self.look_at = Some(now + self.config.metadata_max_age);
    }

    /// All topics that some member wants.
    fn group_topics(&self) -> Vec<Arc<str>> {
        let members = self.joined.iter().flat_map(|joined| &joined.members);
        let wanted: BTreeSet<&Arc<str>> = members.flat_map(|member| &member.topics).collect();
        wanted.into_iter().cloned().collect()
    }
}
