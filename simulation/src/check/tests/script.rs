//! Histories written by hand: one line an event.

use std::time::Duration;

use crate::check::{Effects, Invariant, Order, Terms, Violation, check};
use crate::history::*;

pub(super) const P: Place = Place {
    topic: 0,
    made: 0,
    partition: 0,
};
pub(super) const ME: Who = Who::Member(Life { member: 0, life: 0 });
pub(super) const OTHER: Who = Who::Member(Life { member: 1, life: 0 });

/// A run that is being written down.
#[derive(Clone)]
pub(super) struct Script {
    pub(super) history: History,
    pub(super) ending: Ending,
    pub(super) terms: Terms,
    now: Duration,
    commits: u32,
    fences: u32,
}

impl Script {
    pub(super) fn new(effects: Effects, keeper: Keeper) -> Self {
        let mut script = Self {
            history: History::new(),
            ending: Ending::default(),
            terms: Terms {
                effects,
                keeper,
                order: Order::Partition,
                starts_newest: false,
                read_committed: true,
                settles_within: Duration::from_secs(60),
                delivers_within: Duration::from_secs(60),
                grace: Duration::from_secs(1),
            },
            now: Duration::ZERO,
            commits: 0,
            fences: 0,
        };
        script.ending.logs.insert(P, Log::default());
        script
    }

    pub(super) fn note(&mut self, who: Who, event: Event) -> usize {
        self.now += Duration::from_millis(1);
        self.history.note(self.now, who, event)
    }

    pub(super) fn wait(&mut self, seconds: u64) {
        self.now += Duration::from_secs(seconds);
    }

    pub(super) fn now(&self) -> Duration {
        self.now
    }

    // Records.

    pub(super) fn send(&mut self, number: u32, transaction: Option<u32>) {
        let sent = Event::Sent {
            payload: Payload(number),
            key: None,
            place: P,
            transaction: transaction.map(Transaction),
        };
        self.note(Who::Generator, sent);
    }

    pub(super) fn sent(&mut self, number: u32, outcome: Outcome) {
        let offset = (outcome == Outcome::Acknowledged).then_some(i64::from(number));
        let ended = Event::SendEnded {
            payload: Payload(number),
            outcome,
            offset,
        };
        self.note(Who::Generator, ended);
    }

    /// Records 0, 1, 2, …, each at the offset of its number, acknowledged.
    pub(super) fn records(&mut self, numbers: std::ops::Range<u32>) {
        for number in numbers {
            self.send(number, None);
            self.sent(number, Outcome::Acknowledged);
            self.in_log(number, false);
        }
    }

    pub(super) fn in_log(&mut self, number: u32, aborted: bool) {
        let log = self.ending.logs.entry(P).or_default();
        let offset = i64::from(number);
        log.records.push(LogRecord {
            offset,
            payload: Payload(number),
            aborted,
        });
        log.stable = offset + 1;
    }

    pub(super) fn remove(&mut self, from: i64, to: i64, why: Gone) {
        let removed = Event::Removed {
            place: P,
            from,
            to,
            why,
        };
        self.note(Who::Broker(1), removed);
        let log = self.ending.logs.entry(P).or_default();
        log.records
            .retain(|record| !(from..to).contains(&record.offset));
        if why != Gone::Compaction && why != Gone::Truncation {
            log.start = to;
        }
    }

    // A member.

    pub(super) fn gain(&mut self, who: Who, assignment: u32) {
        let (assignment, places) = (Assignment(assignment), vec![P]);
        self.note(who, Event::Gained { assignment, places });
    }

    pub(super) fn claim(&mut self, who: Who, assignment: u32, at: i64) {
        if self.terms.keeper == Keeper::Store {
            self.store(who, Keeper::Store, Some(at), Write::Claim, Vec::new());
        }
        let assignment = Assignment(assignment);
        self.note(
            who,
            Event::Claimed {
                assignment,
                place: P,
                at,
            },
        );
    }

    pub(super) fn deliver(&mut self, who: Who, assignment: u32, number: u32) -> usize {
        let delivered = Event::Delivered {
            assignment: Assignment(assignment),
            place: P,
            offset: i64::from(number),
            payload: Payload(number),
        };
        self.note(who, delivered)
    }

    pub(super) fn begin(&mut self, who: Who, assignment: u32, number: u32) -> usize {
        let began = Event::Began {
            assignment: Assignment(assignment),
            place: P,
            offset: i64::from(number),
            payload: Payload(number),
        };
        self.note(who, began)
    }

    pub(super) fn end(&mut self, who: Who, assignment: u32, number: u32) -> usize {
        let ended = Event::Ended {
            assignment: Assignment(assignment),
            place: P,
            offset: i64::from(number),
            payload: Payload(number),
            worked: Worked::Done,
        };
        self.note(who, ended)
    }

    pub(super) fn work(&mut self, who: Who, assignment: u32, numbers: std::ops::Range<u32>) {
        for number in numbers {
            self.deliver(who, assignment, number);
            self.begin(who, assignment, number);
            self.end(who, assignment, number);
        }
    }

    // Offsets.

    pub(super) fn store(
        &mut self,
        who: Who,
        keeper: Keeper,
        next: Option<i64>,
        write: Write,
        results: Vec<ResultRow>,
    ) -> usize {
        self.fences += 1;
        let fence = (keeper == Keeper::Store).then_some(Fence(self.fences));
        let ends = match keeper {
            Keeper::Store => &mut self.ending.store,
            Keeper::Kafka => &mut self.ending.kafka,
        };
        match next {
            Some(next) => ends.insert(P, next),
            None => ends.remove(&P),
        };
        self.ending.results.extend(&results);
        let stored = Event::Stored {
            keeper,
            place: P,
            next,
            fence,
            write,
            results,
        };
        self.note(who, stored)
    }

    pub(super) fn row(&self, number: u32) -> ResultRow {
        ResultRow {
            place: P,
            offset: i64::from(number),
            payload: Payload(number),
            commit: Commit(self.commits),
        }
    }

    /// A commit, with results of these records where effects are exactly once.
    pub(super) fn commit(
        &mut self,
        who: Who,
        assignment: u32,
        next: i64,
        results: &[u32],
        outcome: Outcome,
    ) {
        self.commits += 1;
        let (commit, keeper) = (Commit(self.commits), self.terms.keeper);
        let began = Event::CommitBegan {
            commit,
            assignment: Assignment(assignment),
            keeper,
            place: P,
            next,
        };
        self.note(who, began);
        if outcome != Outcome::Refused {
            let rows = results.iter().map(|number| self.row(*number)).collect();
            self.store(who, keeper, Some(next), Write::Commit, rows);
        }
        let at = (outcome == Outcome::Acknowledged).then_some(next);
        self.note(
            who,
            Event::CommitEnded {
                commit,
                outcome,
                at,
            },
        );
    }

    // The end.

    pub(super) fn settle(&mut self) {
        self.note(Who::World, Event::Healed);
        self.note(Who::World, Event::Settled);
        let left = Event::Left {
            tasks: 0,
            sockets: 0,
            locks: 0,
        };
        self.note(Who::World, left);
    }

    pub(super) fn violations(&self) -> Vec<Violation> {
        check(&self.history, &self.ending, &self.terms)
    }

    #[track_caller]
    pub(super) fn holds(&self) {
        let violations = self.violations();
        assert!(violations.is_empty(), "{violations:#?}\n{}", self.history);
    }

    /// This is found, among others.
    #[track_caller]
    pub(super) fn finds(&self, invariant: Invariant) {
        let violations = self.violations();
        let is_it = |violation: &Violation| violation.invariant == invariant;
        assert!(violations.iter().any(is_it), "{violations:#?}");
    }

    /// This is found, and nothing else is.
    #[track_caller]
    pub(super) fn only(&self, invariant: Invariant) -> Vec<Violation> {
        let violations = self.violations();
        let is_it = |violation: &Violation| violation.invariant == invariant;
        let only = !violations.is_empty() && violations.iter().all(is_it);
        assert!(only, "{violations:#?}\n{}", self.history);
        violations
    }
}

/// Two records, worked on and committed by one member, exactly once.
pub(super) fn exactly_once() -> Script {
    let mut script = Script::new(Effects::ExactlyOnce, Keeper::Store);
    script.records(0..2);
    script.gain(ME, 1);
    script.claim(ME, 1, 0);
    script.work(ME, 1, 0..2);
    script.commit(ME, 1, 2, &[0, 1], Outcome::Acknowledged);
    script
}

/// The same with marks, in Kafka.
pub(super) fn marked() -> Script {
    let mut script = Script::new(Effects::AtLeastOnce, Keeper::Kafka);
    script.records(0..2);
    script.gain(ME, 1);
    script.claim(ME, 1, 0);
    script.work(ME, 1, 0..2);
    script.commit(ME, 1, 2, &[], Outcome::Acknowledged);
    script
}
