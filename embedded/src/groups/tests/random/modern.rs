//! Clients of the consumer protocol.

use super::*;

pub(super) fn holder(world: &World) -> Option<&ConsumerGroup> {
    match world.groups.groups.get(GROUP)? {
        Kind::Consumer(group) => Some(group),
        Kind::Classic(_) => None,
    }
}

/// A client of the consumer protocol.
#[derive(Clone, Debug, Default)]
struct Modern {
    id: Option<String>,
    epoch: i32,
    held: Target,
}

pub(super) struct ModernWorld {
    pub(super) world: World,
    clients: Vec<Modern>,
    lives: usize,
    pub(super) partitions: i32,
    epoch: i32,
}

impl ModernWorld {
    pub(super) fn new() -> Self {
        Self {
            world: World::new(),
            clients: vec![Modern::default(); CLIENTS],
            lives: 0,
            partitions: 4,
            epoch: 0,
        }
    }

    fn beat(&mut self, at: usize, answered: bool, gives_up: bool) {
        let client = self.clients[at].clone();
        let outcome = match &client.id {
            None => {
                self.lives += 1;
                let id = format!("m{}", self.lives);
                self.clients[at].id = Some(id.clone());
                self.world.enter(&id)
            }
            Some(id) if client.epoch == 0 => self.world.enter(id),
            Some(id) => self.world.holding(id, client.epoch, &client.held),
        };
        if !answered {
            return;
        }
        let client = &mut self.clients[at];
        if !outcome.error.is_ok() {
            // Fenced or forgotten: it drops all and joins again under its id.
            client.epoch = 0;
            client.held.clear();
            return;
        }
        client.epoch = outcome.member_epoch;
        if let Some(assignment) = outcome.assignment.filter(|_| gives_up) {
            client.held = assignment;
        }
    }

    fn commit(&mut self, at: usize) {
        let Modern {
            id: Some(member_id),
            epoch,
            held,
        } = self.clients[at].clone()
        else {
            return;
        };
        for partition in held.get(&id(1)).into_iter().flatten().copied() {
            let taken = self.world.commit(&member_id, epoch, partition, 1).is_ok();
            let owner = holder_of(&self.world, partition);
            assert!(
                !taken || owner.as_ref() == Some(&member_id),
                "{member_id} wrote {partition} of {owner:?}"
            );
        }
    }

    pub(super) fn step(&mut self, step: Step) {
        match step {
            Step::Go(at) => self.beat(at, true, true),
            Step::Lost(at) => self.beat(at, false, true),
            Step::Stall(at) => self.beat(at, true, false),
            Step::Leave(at) => {
                if let Some(id) = self.clients[at].id.take() {
                    self.world.beat(&id, -1, &BeatOf::default());
                    self.clients[at] = Modern::default();
                }
            }
            Step::Crash(at) => self.clients[at] = Modern::default(),
            Step::Commit(at) => self.commit(at),
            Step::Wait(seconds) => self.world.wait(Duration::from_secs(seconds)),
            Step::Grow if self.partitions < 9 => {
                self.partitions += 1;
                self.world.topics.set("orders", id(1), self.partitions);
            }
            Step::Grow => {}
            Step::Move => self
                .world
                .call(|groups, cx| groups.coordinator_moved(cx, GROUP)),
            Step::Round => (0..2 * CLIENTS).for_each(|at| self.beat(at % CLIENTS, true, true)),
        }
        self.check();
    }

    pub(super) fn check(&mut self) {
        let Some(group) = holder(&self.world) else {
            self.epoch = 0;
            return;
        };
        assert!(group.epoch >= self.epoch && group.target_epoch <= group.epoch);
        self.epoch = group.epoch;
        for partition in 0..self.partitions {
            let holders = group
                .members
                .values()
                .filter(|member| member.given_at(id(1), partition).is_some());
            assert!(holders.count() <= 1, "{partition} is with two");
        }
        assert!(
            group
                .members
                .values()
                .all(|member| member.epoch <= group.epoch)
        );
    }

    /// All who are there go on without trouble: they end with everything, once.
    pub(super) fn settle(&mut self) {
        self.world.wait(Duration::from_secs(120));
        for _ in 0..12 {
            for at in 0..CLIENTS {
                self.step(Step::Go(at));
            }
        }
        assert_eq!(self.world.state(), "Stable");
        let mut all: Vec<i32> = self
            .clients
            .iter()
            .flat_map(|client| client.held[&id(1)].clone())
            .collect();
        all.sort_unstable();
        assert_eq!(all, (0..self.partitions).collect::<Vec<_>>());
    }
}

fn holder_of(world: &World, partition: i32) -> Option<String> {
    let members = holder(world)?.members.iter();
    let mut holders = members.filter(|(_, member)| member.given_at(id(1), partition).is_some());
    holders.next().map(|(id, _)| id.clone())
}
