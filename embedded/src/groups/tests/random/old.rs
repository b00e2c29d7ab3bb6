//! Clients of the classic protocol.

use ottla_protocol::payload::{self, ConsumerProtocolAssignment};

use super::modern::holder;
use super::*;

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

pub(super) struct ClassicWorld {
    pub(super) world: World,
    clients: Vec<Classic>,
    /// The newest generation that anybody was given partitions in.
    pub(super) newest: i32,
    /// When each ticket was parked.
    pub(super) parked: BTreeMap<Ticket, Duration>,
}

/// No join waits longer than the first rebalance of a new member takes at most.
const PATIENCE: Duration = Duration::from_secs(5 * 60);

impl ClassicWorld {
    pub(super) fn new() -> Self {
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
                    // It may have been read late.
                    if holder(&self.world).is_none() {
                        self.newest = self.newest.max(generation);
                    }
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
                let assignments = assignments(&outcome.members);
                let given: Vec<(&str, &[u8])> = assignments
                    .iter()
                    .map(|(member, bytes)| (*member, bytes.as_slice()))
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

    fn generation(&self) -> Option<i32> {
        match self.world.groups.groups.get(GROUP)? {
            Kind::Classic(group) => Some(group.generation),
            Kind::Consumer(_) => None,
        }
    }

    pub(super) fn step(&mut self, step: Step) {
        let before = self.generation();
        self.take(step);
        match (before, self.generation()) {
            (Some(before), Some(after)) if !matches!(step, Step::Move | Step::Wait(_)) => {
                assert!(after >= before, "{before} became {after}");
            }
            // Forgotten while it was empty: it begins anew.
            (_, None) => self.newest = 0,
            _ => {}
        }
        self.check();
    }

    fn take(&mut self, step: Step) {
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
    }

    fn check(&mut self) {
        let (now, world) = (self.world.at, &self.world);
        self.parked.retain(|&ticket, _| world.is_parked(ticket));
        for (ticket, since) in &self.parked {
            assert!(
                now - *since <= PATIENCE,
                "{ticket:?} is parked since {since:?}"
            );
        }
    }

    pub(super) fn settle(&mut self) {
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

/// What a leader gives to whom: each partition to one.
fn assignments(members: &[JoinedMember]) -> Vec<(&str, Vec<u8>)> {
    let count = i32::try_from(members.len()).unwrap();
    let ids = members.iter().map(|member| member.member_id.as_str());
    ids.zip(0..)
        .map(|(member_id, at)| {
            let assignment = ConsumerProtocolAssignment {
                assigned_partitions: vec![payload::TopicPartitions {
                    topic: "orders",
                    partitions: (0..4).filter(|partition| partition % count == at).collect(),
                }],
                user_data: None,
            };
            (member_id, assignment.encode(3).unwrap())
        })
        .collect()
}
