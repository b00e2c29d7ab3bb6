//! Uniform: everybody keeps what it had; what nobody has goes to who has least; then partitions move one by one from
//! who has most to who has least, until none can move without making things worse. Members with the same
//! subscription end within one partition of each other, and no more partitions move than that takes.

use std::collections::BTreeMap;

use ottla_protocol::types::TopicId;

use super::{Subscriber, Target};

pub(super) fn assign(
    subscribers: &[Subscriber<'_>],
    counts: &BTreeMap<TopicId, i32>,
) -> BTreeMap<String, Target> {
    let mut board = Board::new(subscribers, counts);
    board.hand_out();
    board.balance();
    board.targets()
}

type Partition = (TopicId, i32);

struct Board<'a> {
    subscribers: &'a [Subscriber<'a>],
    counts: &'a BTreeMap<TopicId, i32>,
    owners: BTreeMap<Partition, usize>,
    loads: Vec<usize>,
}

impl<'a> Board<'a> {
    fn new(subscribers: &'a [Subscriber<'a>], counts: &'a BTreeMap<TopicId, i32>) -> Self {
        let mut board = Self {
            subscribers,
            counts,
            owners: BTreeMap::new(),
            loads: vec![0; subscribers.len()],
        };
        for (at, member) in subscribers.iter().enumerate() {
            for (&topic, partitions) in member.last.into_iter().flatten() {
                for &partition in partitions {
                    if board.may_keep(member, topic, partition) {
                        board.give((topic, partition), at);
                    }
                }
            }
        }
        board
    }

    fn may_keep(&self, member: &Subscriber<'_>, topic: TopicId, partition: i32) -> bool {
        member.topics.contains(&topic)
            && self
                .counts
                .get(&topic)
                .is_some_and(|&count| partition < count)
            && !self.owners.contains_key(&(topic, partition))
    }

    fn give(&mut self, partition: Partition, to: usize) {
        if let Some(from) = self.owners.insert(partition, to) {
            self.loads[from] -= 1;
        }
        self.loads[to] += 1;
    }

    /// Topics that few want go first: who has a choice can make up for it later.
    fn hand_out(&mut self) {
        let mut topics: Vec<(usize, TopicId, i32)> = self
            .counts
            .iter()
            .map(|(&topic, &count)| (self.wanting(topic).count(), topic, count))
            .collect();
        topics.sort_unstable();
        for (_, topic, count) in topics {
            for partition in 0..count {
                if !self.owners.contains_key(&(topic, partition))
                    && let Some(to) = self.least(topic)
                {
                    self.give((topic, partition), to);
                }
            }
        }
    }

    fn wanting(&self, topic: TopicId) -> impl Iterator<Item = usize> {
        self.subscribers
            .iter()
            .enumerate()
            .filter(move |(_, member)| member.topics.contains(&topic))
            .map(|(at, _)| at)
    }

    fn least(&self, topic: TopicId) -> Option<usize> {
        self.wanting(topic).min_by_key(|&at| self.loads[at])
    }

    /// Each move brings two loads that differ by more than one closer together, so there is an end.
    fn balance(&mut self) {
        while let Some((partition, to)) = self.best_move() {
            self.give(partition, to);
        }
    }

    fn best_move(&self) -> Option<(Partition, usize)> {
        let mut from: Vec<usize> = (0..self.loads.len()).collect();
        from.sort_by_key(|&at| std::cmp::Reverse(self.loads[at]));
        from.into_iter().find_map(|at| self.move_from(at))
    }

    fn move_from(&self, from: usize) -> Option<(Partition, usize)> {
        let topics = self.subscribers[from].topics.iter();
        let to = topics
            .filter_map(|&topic| {
                let partition = self.last_of(from, topic)?;
                let to = self.least(topic)?;
                Some((self.loads[to], partition, to))
            })
            .min()?;
        (self.loads[from] > to.0 + 1).then_some((to.1, to.2))
    }

    fn last_of(&self, member: usize, topic: TopicId) -> Option<Partition> {
        self.owners
            .range((topic, 0)..=(topic, i32::MAX))
            .rfind(|&(_, &owner)| owner == member)
            .map(|(&partition, _)| partition)
    }

    fn targets(&self) -> BTreeMap<String, Target> {
        let mut targets: Vec<Target> = vec![Target::new(); self.subscribers.len()];
        for (&(topic, partition), &owner) in &self.owners {
            targets[owner].entry(topic).or_default().insert(partition);
        }
        let ids = self
            .subscribers
            .iter()
            .map(|member| member.member_id.to_owned());
        ids.zip(targets).collect()
    }
}
