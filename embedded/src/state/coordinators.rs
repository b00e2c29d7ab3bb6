//! Which broker coordinates a group or a transactional id: the leader of the partition of Kafka's own topics that it belongs to.
//! What the topics would hold is in the machines; they are shown empty, or not at all.

use std::collections::BTreeMap;

use ottla_protocol::error_code::ErrorCode;

use super::State;
use super::brokers::Brokers;
use super::creation::Wanted;
use crate::groups::Context;
use crate::internal_partition;
use crate::settings::Settings;
use crate::time::Now;

/// What is coordinated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Coordinated {
    Group,
    Transaction,
}

impl Coordinated {
    /// The topic that Kafka keeps it in.
    fn topic(self) -> &'static str {
        match self {
            Self::Group => "__consumer_offsets",
            Self::Transaction => "__transaction_state",
        }
    }
}

/// More partitions than this of one of Kafka's own topics are a mistake: each has a coordinator.
const MOST_PARTITIONS: i64 = 10_000;

/// Who leads the partitions of Kafka's own topics.
#[derive(Debug)]
pub(crate) struct Coordinators {
    /// How many partitions `__consumer_offsets` has.
    of_groups: i32,
    /// How many `__transaction_state` has.
    of_transactions: i32,
    /// Where a partition was moved to by hand.
    moved: BTreeMap<(Coordinated, i32), i32>,
    /// How often it changed hands.
    epochs: BTreeMap<(Coordinated, i32), i32>,
}

impl Coordinators {
    pub(crate) fn new(settings: &Settings) -> Self {
        let of_groups = settings.number("offsets.topic.num.partitions");
        let transactions = settings.transactions();
        Self {
            of_groups: of_groups.clamp(1, MOST_PARTITIONS) as i32,
            of_transactions: transactions.transaction_state_log_num_partitions,
            moved: BTreeMap::new(),
            epochs: BTreeMap::new(),
        }
    }

    /// How many partitions the topic has or would have.
    pub(crate) fn partitions(&self, kind: Coordinated) -> i32 {
        match kind {
            Coordinated::Group => self.of_groups,
            Coordinated::Transaction => self.of_transactions,
        }
    }

    /// The partition that Kafka would keep `key` in.
    pub(crate) fn partition_of(&self, kind: Coordinated, key: &str) -> i32 {
        internal_partition::of(key, self.partitions(kind))
    }

    /// The broker that leads a partition; -1 while none is up.
    pub(crate) fn leader(&self, kind: Coordinated, partition: i32, brokers: &Brokers) -> i32 {
        let moved = self.moved.get(&(kind, partition)).copied();
        if let Some(node) = moved.filter(|node| brokers.is_up(*node)) {
            return node;
        }
        let all: Vec<i32> = brokers.all().map(|broker| broker.node).collect();
        // The brokers stand in for each other in turn, as replicas do.
        let turns = all
            .iter()
            .cycle()
            .skip(partition as usize % all.len().max(1));
        let up = turns.take(all.len()).find(|node| brokers.is_up(**node));
        up.copied().unwrap_or(-1)
    }

    /// The broker that coordinates `key`; -1 while none is up.
    pub(crate) fn of(&self, kind: Coordinated, key: &str, brokers: &Brokers) -> i32 {
        self.leader(kind, self.partition_of(kind, key), brokers)
    }

    /// As if a partition had changed hands so often.
    pub(super) fn begin_at(&mut self, kind: Coordinated, partition: i32, epoch: i32) {
        self.epochs.insert((kind, partition), epoch);
    }

    fn all(&self, brokers: &Brokers) -> Vec<((Coordinated, i32), i32)> {
        let both = [Coordinated::Group, Coordinated::Transaction];
        let each = both
            .into_iter()
            .flat_map(|kind| (0..self.partitions(kind)).map(move |partition| (kind, partition)));
        each.map(|(kind, partition)| ((kind, partition), self.leader(kind, partition, brokers)))
            .collect()
    }
}

impl State {
    /// Whether `node` is the one to ask about `key`.
    pub(crate) fn check_coordinator(
        &self,
        node: i32,
        kind: Coordinated,
        key: &str,
    ) -> Result<(), ErrorCode> {
        self.check_refused()?;
        match self.coordinators.of(kind, key, &self.brokers) == node {
            true => Ok(()),
            false => Err(ErrorCode::NOT_COORDINATOR),
        }
    }

    /// Makes the topic that Kafka would keep it in, where such topics are to show: led by who coordinates at that time.
    pub(crate) fn show_internal_topic(&mut self, kind: Coordinated) {
        let name = kind.topic();
        if !self.settings.internal_topics || self.topics.named(name).is_some() {
            return;
        }
        let nodes: Vec<i32> = self.brokers.all().map(|broker| broker.node).collect();
        let factor = self.default_replication_factor();
        let turn = |partition: i32| {
            let from = partition as usize % nodes.len().max(1);
            let turns = nodes.iter().cycle().skip(from);
            (partition, turns.take(factor).copied().collect())
        };
        let wanted = Wanted {
            name,
            partitions: -1,
            replication_factor: -1,
            assignments: (0..self.coordinators.partitions(kind)).map(turn).collect(),
            configs: vec![("cleanup.policy", Some("compact"))],
        };
        // More replicas than brokers: then it is not shown.
        let _ = self.make_topic(&wanted, false);
    }

    /// Takes those groups out that `node` is not to be asked about, each with its error.
    pub(crate) fn take_refused_groups<'a>(
        &self,
        node: i32,
        groups: &mut Vec<&'a str>,
    ) -> Vec<(&'a str, i16)> {
        let mut refused = Vec::new();
        groups.retain(|group| {
            let checked = self.check_coordinator(node, Coordinated::Group, group);
            refused.extend(checked.err().map(|error| (*group, error.code())));
            checked.is_ok()
        });
        refused
    }

    /// Moves the partition that `key` belongs to, with all that it coordinates.
    pub(crate) fn move_coordinator(&mut self, now: Now, kind: Coordinated, key: &str, node: i32) {
        self.reelect(now, |state| {
            let coordinators = &mut state.coordinators;
            let place = (kind, coordinators.partition_of(kind, key));
            coordinators.moved.insert(place, node);
        });
    }

    /// Does what may change who coordinates what, and tells the machines.
    pub(crate) fn reelect(&mut self, now: Now, change: impl FnOnce(&mut Self)) {
        let before = self.coordinators.all(&self.brokers);
        change(self);
        let after = self.coordinators.all(&self.brokers);
        let changed = before.into_iter().zip(after);
        for ((place, old), (_, new)) in changed {
            if old != new {
                self.elected(now, place, new);
            }
        }
    }

    fn elected(&mut self, now: Now, place: (Coordinated, i32), node: i32) {
        let epoch = self.coordinators.epochs.entry(place).or_default();
        *epoch += 1;
        match place {
            (Coordinated::Transaction, partition) => {
                self.transactions.elect(partition, node, *epoch);
            }
            (Coordinated::Group, partition) => self.groups_moved(now, partition),
        }
    }

    /// A member's session ends, by a fault.
    pub(crate) fn expire_member(&mut self, now: Now, group: &str, member_id: &str) {
        let cx = Context {
            now,
            topics: &self.topics,
            rng: &mut self.random,
        };
        self.groups.expire_session(&cx, group, member_id);
    }

    fn groups_moved(&mut self, now: Now, partition: i32) {
        let of = |id: &str| self.coordinators.partition_of(Coordinated::Group, id);
        let moved = self.groups.ids().filter(|id| of(id) == partition);
        let moved: Vec<String> = moved.map(str::to_owned).collect();
        let cx = Context {
            now,
            topics: &self.topics,
            rng: &mut self.random,
        };
        for group in moved {
            self.groups.coordinator_moved(&cx, &group);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_topic_of_groups_has_as_many_partitions_as_it_is_set_to() {
        let name = "offsets.topic.num.partitions".to_owned();
        let mut state = State::new(Settings {
            internal_topics: true,
            configs: [(name, "7".to_owned())].into(),
            ..Settings::default()
        });
        state.add_broker(1, "localhost".to_owned(), 9092, None);
        state.show_internal_topic(Coordinated::Group);
        let shown = state.topics.named("__consumer_offsets").unwrap();
        assert_eq!(shown.partitions.len(), 7);
        let kind = Coordinated::Group;
        let partition = state.coordinators.partition_of(kind, "billing");
        assert_eq!(partition, 109_829_509 % 7);
    }

    #[test]
    fn the_topic_of_groups_shows_where_it_is_wanted_and_is_led_by_their_coordinators() {
        for internal_topics in [false, true] {
            let mut state = State::new(Settings {
                internal_topics,
                ..Settings::default()
            });
            for node in 1..=3 {
                state.add_broker(node, "localhost".to_owned(), 9091 + node as u16, None);
            }
            state.show_internal_topic(Coordinated::Group);
            state.show_internal_topic(Coordinated::Group);
            let shown = state.topics.named("__consumer_offsets");
            assert_eq!(shown.is_some(), internal_topics);
            let partitions = shown.map(|topic| &topic.partitions[..]).unwrap_or_default();
            for (number, partition) in (0..).zip(partitions) {
                let coordinator =
                    state
                        .coordinators
                        .leader(Coordinated::Group, number, &state.brokers);
                assert_eq!(partition.leader, Some(coordinator));
            }
        }
    }
}
