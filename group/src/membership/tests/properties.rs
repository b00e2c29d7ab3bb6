//! Any events in any order: what the machine promises holds all the same.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

#[derive(Clone, Debug)]
enum Event {
    Answer,
    Fail(ErrorCode),
    MemberId,
    Unreachable,
    Hopeless,
    Counts(i32),
    NoCounts,
    Released,
    Wait,
    Freeze(u64),
    Confirm,
    Leave,
}

fn event() -> impl Strategy<Value = Event> {
    let code = prop::sample::select(vec![
        ErrorCode::COORDINATOR_LOAD_IN_PROGRESS,
        ErrorCode::COORDINATOR_NOT_AVAILABLE,
        ErrorCode::NOT_COORDINATOR,
        ErrorCode::UNKNOWN_MEMBER_ID,
        ErrorCode::ILLEGAL_GENERATION,
        ErrorCode::REBALANCE_IN_PROGRESS,
        ErrorCode::REBALANCE_IN_PROGRESS,
    ]);
    prop_oneof![
        12 => Just(Event::Answer),
        4 => code.prop_map(Event::Fail),
        2 => Just(Event::MemberId),
        2 => Just(Event::Unreachable),
        6 => (1..4_i32).prop_map(Event::Counts),
        1 => Just(Event::NoCounts),
        4 => Just(Event::Released),
        6 => Just(Event::Wait),
        1 => (1..60_u64).prop_map(Event::Freeze),
        3 => Just(Event::Confirm),
    ]
}

fn events() -> impl Strategy<Value = (Vec<Event>, Vec<Event>)> {
    let last = prop_oneof![
        Just(vec![Event::Leave]),
        Just(vec![Event::Fail(ErrorCode::FENCED_INSTANCE_ID)]),
        Just(vec![Event::Hopeless]),
        Just(Vec::new()),
    ];
    (
        prop::collection::vec(event(), 0..120),
        (last, prop::collection::vec(event(), 0..30))
            .prop_map(|(last, more)| last.into_iter().chain(more).collect()),
    )
}

/// A shell and a coordinator that check what the machine promises.
struct World {
    member: Member,
    generation: i32,
    /// What the shell holds, and whether it was told to let go.
    held: Option<&'static str>,
    /// The request under way.
    open: Option<(RequestId, Request)>,
    describing: bool,
    heartbeats: u64,
    /// Heartbeats sent when each question was put.
    questions: BTreeMap<Ticket, u64>,
    ended: bool,
}

impl World {
    fn new() -> Self {
        let mut member = Member::with(config());
        member.machine.join(member.now);
        Self {
            member,
            generation: 0,
            held: None,
            open: None,
            describing: false,
            heartbeats: 0,
            questions: BTreeMap::new(),
            ended: false,
        }
    }

    fn happen(&mut self, event: &Event) {
        let now = self.member.now;
        match event {
            Event::Answer => self.answer(),
            Event::Fail(code) => self.respond(Err(RequestError::Refused(*code))),
            Event::MemberId => {
                if let Some((_, Request::Join { .. })) = self.open {
                    self.respond(Err(RequestError::MemberIdRequired("new".into())));
                }
            }
            Event::Unreachable => self.respond(Err(failed(true))),
            Event::Hopeless => self.respond(Err(failed(false))),
            Event::Counts(n) => {
                if std::mem::take(&mut self.describing) {
                    let counts = [(Arc::from("t"), *n)].into();
                    self.member.machine.handle_partition_counts(now, Ok(counts));
                }
            }
            Event::NoCounts => {
                if std::mem::take(&mut self.describing) {
                    let error: SharedError = Arc::new(std::fmt::Error);
                    self.member.machine.handle_partition_counts(now, Err(error));
                }
            }
            Event::Released => {
                if matches!(self.held, Some("revoked" | "lost")) {
                    self.held = None;
                    self.member.machine.handle_released(now);
                }
            }
            Event::Wait => {
                if let Some(at) = self.member.machine.poll_timeout() {
                    self.member.now = now.max(at);
                    self.member.machine.handle_timeout(self.member.now);
                }
            }
            Event::Freeze(seconds) => self.member.freeze(Duration::from_secs(*seconds)),
            Event::Confirm => {
                let ticket = self.member.machine.confirm(now);
                self.questions.insert(ticket, self.heartbeats);
            }
            Event::Leave => self.member.machine.leave(now),
        }
        self.act();
        self.check();
    }

    fn answer(&mut self) {
        let response = match &self.open {
            Some((_, Request::FindCoordinator)) => Response::Coordinator(7),
            Some((_, Request::Join { .. })) => {
                self.generation += 1;
                let leads = self.generation % 2 == 0;
                joined(self.generation, if leads { "me" } else { "other" })
            }
            Some((_, Request::Sync { .. })) => synced(),
            Some((_, Request::Heartbeat { .. })) => Response::Alive,
            Some((_, Request::Leave { .. })) => Response::Left,
            None => return,
        };
        self.respond(Ok(response));
    }

    fn respond(&mut self, result: Result<Response, RequestError>) {
        if let Some((id, _)) = self.open.take() {
            let now = self.member.now;
            self.member.machine.handle_response(now, id, result);
        }
    }

    /// Does what the machine says, and checks that it may say so.
    fn act(&mut self) {
        while let Some(action) = self.member.machine.poll_action() {
            let allowed = !self.ended || matches!(action, Action::Refuted(_));
            assert!(allowed, "{action} after the end");
            match action {
                Action::Send { id, request, .. } => self.sent(id, request),
                Action::Describe { .. } => {
                    assert!(!self.describing);
                    self.describing = true;
                }
                Action::Assign(assignment) => {
                    assert_eq!(self.held, None, "two assignments");
                    assert_eq!(assignment.generation, self.generation);
                    self.held = Some("assigned");
                }
                Action::Revoke { .. } => {
                    assert_eq!(self.held, Some("assigned"));
                    self.held = Some("revoked");
                }
                Action::Lose { .. } => {
                    assert!(matches!(self.held, Some("assigned" | "revoked")));
                    self.held = Some("lost");
                }
                Action::Confirmed(tickets) => {
                    assert_eq!(self.held, Some("assigned"));
                    for ticket in tickets {
                        let before = self.questions.remove(&ticket).expect("asked once");
                        assert!(self.heartbeats > before, "by an earlier heartbeat");
                    }
                }
                Action::Refuted(tickets) => {
                    for ticket in tickets {
                        self.questions.remove(&ticket).expect("asked once");
                    }
                }
                Action::Left | Action::Fail(_) => self.ended = true,
                Action::Trouble { .. } | Action::Recovered { .. } => {}
            }
        }
    }

    fn sent(&mut self, id: RequestId, request: Request) {
        match &request {
            Request::Join { .. } => assert_eq!(self.held, None, "rejoined before letting go"),
            Request::Heartbeat { .. } => self.heartbeats += 1,
            _ => {}
        }
        // What is open was given up by the machine: its answer will be ignored.
        self.open = Some((id, request));
    }

    fn check(&self) {
        let machine = &self.member.machine;
        let owed =
            self.open.is_some() || self.describing || matches!(self.held, Some("revoked" | "lost"));
        assert!(
            self.ended || owed || machine.poll_timeout().is_some(),
            "stuck in {}",
            machine.state()
        );
        assert_eq!(self.ended, machine.state().is_final());
        let holds = matches!(
            machine.state(),
            State::Stable | State::Revoking | State::Losing
        );
        assert!(holds == self.held.is_some() || machine.state() == State::Failed);
        assert!(
            holds || self.questions.is_empty(),
            "a question without an answer"
        );
    }

    /// Nothing goes wrong any more: it must get where it wants.
    fn settle(&mut self, leave: bool) {
        if leave {
            self.happen(&Event::Leave);
        }
        for _ in 0..40 {
            if self.ended || !leave && self.member.machine.state() == State::Stable {
                return;
            }
            self.happen(&Event::Released);
            self.happen(&Event::Counts(2));
            if self.open.is_some() {
                self.happen(&Event::Answer);
            } else {
                self.happen(&Event::Wait);
            }
        }
        panic!("still {} when all is well", self.member.machine.state());
    }
}

fn failed(retriable: bool) -> RequestError {
    RequestError::Failed {
        retriable,
        error: Arc::new(std::fmt::Error),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn whatever_happens((before, after) in events(), leave: bool) {
        let mut world = World::new();
        world.act();
        for event in before.iter().chain(&after) {
            world.happen(event);
        }
        world.settle(leave);
    }
}
