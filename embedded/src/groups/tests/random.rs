//! Members that join, crash, stall, lose answers and commit at random, and what has to hold whatever they do.

use proptest::prelude::*;

use super::*;

/// What one of a few clients does next.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// What its protocol has it do.
    Go(usize),
    /// The same, but the answer is lost.
    Lost(usize),
    /// Heartbeats without giving anything up.
    Stall(usize),
    Leave(usize),
    /// Forgets all that it knows.
    Crash(usize),
    Commit(usize),
    Wait(u64),
    /// A topic grows, up to a limit.
    Grow,
    Move,
    /// Everybody, twice.
    Round,
}

const CLIENTS: usize = 4;

fn step() -> impl Strategy<Value = Step> {
    let client = 0..CLIENTS;
    prop_oneof![
        12 => client.clone().prop_map(Step::Go),
        2 => client.clone().prop_map(Step::Lost),
        2 => client.clone().prop_map(Step::Stall),
        1 => client.clone().prop_map(Step::Leave),
        1 => client.clone().prop_map(Step::Crash),
        3 => client.prop_map(Step::Commit),
        3 => prop_oneof![0u64..3, 3u64..70].prop_map(Step::Wait),
        1 => Just(Step::Grow),
        1 => Just(Step::Move),
        4 => Just(Step::Round),
    ]
}

fn holder(world: &World) -> &ConsumerGroup {
    match &world.groups.groups[GROUP] {
        Kind::Consumer(group) => group,
        Kind::Classic(_) => panic!("a consumer group"),
    }
}

/// A client of the consumer protocol.
#[derive(Clone, Debug, Default)]
struct Modern {
    id: Option<String>,
    epoch: i32,
    held: Target,
}

struct ModernWorld {
    world: World,
    clients: Vec<Modern>,
    lives: usize,
    partitions: i32,
    epoch: i32,
}

impl ModernWorld {
    fn new() -> Self {
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

    fn step(&mut self, step: Step) {
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

    fn check(&mut self) {
        if !self.world.groups.contains(GROUP) {
            self.epoch = 0;
            return;
        }
        let group = holder(&self.world);
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
    fn settle(&mut self) {
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
    let members = holder(world).members.iter();
    let mut holders = members.filter(|(_, member)| member.given_at(id(1), partition).is_some());
    holders.next().map(|(id, _)| id.clone())
}

/// Where a client of the classic protocol stands.
#[derive(Clone, Debug, Default)]
enum Phase {
    #[default]
    Out,
    Joining(Ticket),
    Syncing(Ticket),
    In,
}

#[derive(Clone, Debug, Default)]
struct Classic {
    id: String,
    generation: i32,
    phase: Phase,
}

struct ClassicWorld {
    world: World,
    clients: Vec<Classic>,
    /// The newest generation that anybody was given partitions in.
    newest: i32,
    /// When each ticket was parked.
    parked: BTreeMap<Ticket, Duration>,
}

/// No join waits longer than the first rebalance of a new member takes at most.
const PATIENCE: Duration = Duration::from_secs(5 * 60);

impl ClassicWorld {
    fn new() -> Self {
        Self {
            world: World::new(),
            clients: vec![Classic::default(); CLIENTS],
            newest: 0,
            parked: BTreeMap::new(),
        }
    }

    fn go(&mut self, at: usize) {
        let Classic {
            id,
            generation,
            phase,
        } = self.clients[at].clone();
        self.clients[at].phase = match phase {
            Phase::Out => {
                let wants = subscription(&["orders"]);
                let ticket = self.world.join(&Join {
                    member_id: &id,
                    protocols: &[("range", &wants)],
                    ..Join::default()
                });
                self.parked.insert(ticket, self.world.at);
                Phase::Joining(ticket)
            }
            Phase::Joining(ticket) => match self.world.answers.get(&ticket).cloned() {
                Some(Answer::Join(outcome)) => self.after_join(at, &outcome),
                _ => Phase::Joining(ticket),
            },
            Phase::Syncing(ticket) => match self.world.answers.get(&ticket).cloned() {
                Some(Answer::Sync(outcome)) if outcome.error.is_ok() => {
                    assert!(
                        generation >= self.newest,
                        "an old generation got partitions"
                    );
                    self.newest = generation;
                    Phase::In
                }
                Some(Answer::Sync(outcome)) => self.after_error(at, outcome.error),
                _ => Phase::Syncing(ticket),
            },
            Phase::In => match self.world.heartbeat(&id, generation) {
                ErrorCode::NONE => Phase::In,
                error => self.after_error(at, error),
            },
        };
    }

    fn after_join(&mut self, at: usize, outcome: &JoinOutcome) -> Phase {
        match outcome.error {
            ErrorCode::NONE => {
                self.clients[at].id.clone_from(&outcome.member_id);
                self.clients[at].generation = outcome.generation;
                let members: Vec<&str> = outcome
                    .members
                    .iter()
                    .map(|member| member.member_id.as_str())
                    .collect();
                let given: Vec<(&str, &[u8])> = members
                    .iter()
                    .map(|&member| (member, member.as_bytes()))
                    .collect();
                let ticket = self
                    .world
                    .sync(&outcome.member_id, outcome.generation, &given);
                self.parked.insert(ticket, self.world.at);
                Phase::Syncing(ticket)
            }
            ErrorCode::MEMBER_ID_REQUIRED => {
                self.clients[at].id.clone_from(&outcome.member_id);
                Phase::Out
            }
            error => self.after_error(at, error),
        }
    }

    fn after_error(&mut self, at: usize, error: ErrorCode) -> Phase {
        if error == ErrorCode::UNKNOWN_MEMBER_ID {
            self.clients[at].id.clear();
        }
        Phase::Out
    }

    fn commit(&mut self, at: usize) {
        let Classic { id, generation, .. } = self.clients[at].clone();
        if generation > 0 {
            let taken = self.world.commit(&id, generation, 0, 1).is_ok();
            assert!(
                !taken || generation >= self.newest,
                "{id} wrote in generation {generation}"
            );
        }
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Go(at) => self.go(at),
            // A client whose connection breaks forgets its request, not its id.
            Step::Lost(at) | Step::Stall(at) => self.clients[at].phase = Phase::Out,
            Step::Leave(at) => {
                let id = std::mem::take(&mut self.clients[at].id);
                self.world.leave(&[(&id, None)]);
                self.clients[at] = Classic::default();
            }
            Step::Crash(at) => self.clients[at] = Classic::default(),
            Step::Commit(at) => self.commit(at),
            Step::Wait(seconds) => self.world.wait(Duration::from_secs(seconds)),
            Step::Grow => {}
            Step::Round => {
                for at in 0..2 * CLIENTS {
                    self.go(at % CLIENTS);
                    self.world.wait(Duration::ZERO);
                }
            }
            Step::Move => {
                // A generation that nobody was given partitions in may be forgotten by this, but no other.
                self.world
                    .call(|groups, cx| groups.coordinator_moved(cx, GROUP));
            }
        }
        let (now, world) = (self.world.at, &self.world);
        self.parked.retain(|&ticket, _| world.is_parked(ticket));
        for (ticket, since) in &self.parked {
            assert!(
                now - *since <= PATIENCE,
                "{ticket:?} is parked since {since:?}"
            );
        }
    }

    fn settle(&mut self) {
        for _ in 0..60 {
            for at in 0..CLIENTS {
                self.step(Step::Go(at));
            }
            self.step(Step::Wait(2));
        }
        assert_eq!(self.world.state(), "Stable");
        assert!(
            self.clients
                .iter()
                .all(|client| matches!(client.phase, Phase::In)),
            "{:?}",
            self.clients
        );
        let generation = self.clients[0].generation;
        assert!(
            self.clients
                .iter()
                .all(|client| client.generation == generation)
        );
        self.world.wait(Duration::from_secs(600));
        self.parked
            .retain(|&ticket, _| self.world.is_parked(ticket));
        assert!(self.parked.is_empty(), "{:?}", self.parked);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// No partition with two members, epochs only rise, nobody writes what it does not hold; and in the end all is held.
    #[test]
    fn consumer_members_never_share_a_partition(steps in prop::collection::vec(step(), 0..80)) {
        let mut world = ModernWorld::new();
        for step in steps {
            world.step(step);
        }
        world.settle();
    }

    /// Generations only rise, every parked request is answered in time, nobody writes in an old generation; and in the
    /// end all are in one.
    #[test]
    fn classic_members_always_come_to_one_generation(steps in prop::collection::vec(step(), 0..80)) {
        let mut world = ClassicWorld::new();
        for step in steps {
            world.step(step);
        }
        world.settle();
    }

    /// The same run twice says the same twice.
    #[test]
    fn a_run_repeats(steps in prop::collection::vec(step(), 0..40)) {
        let run = || {
            let (mut classic, mut modern) = (ClassicWorld::new(), ModernWorld::new());
            for &step in &steps {
                classic.step(step);
                modern.step(step);
            }
            format!("{:?} {:?} {:?}", classic.world.groups, classic.world.answers, modern.world.groups)
        };
        prop_assert_eq!(run(), run());
    }
}
