//! A small world that does everything right, and the history of what happens in it.
//!
//! Two members, three partitions, one store or Kafka's own offsets: everything happens at once and in its order, so what is true is plain.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::check::{Effects, Order, Terms};
use crate::history::*;
use crate::plan::Dice;

const PARTITIONS: u16 = 3;

/// What a member does with a partition.
#[derive(Clone, Debug)]
struct Hold {
    who: Who,
    assignment: Assignment,
    position: i64,
    /// Done and not yet committed.
    done: Vec<(i64, Payload)>,
}

#[derive(Default)]
struct Partition {
    log: Vec<(Payload, bool)>,
    start: i64,
    compacted: Vec<i64>,
    row: Option<i64>,
    hold: Option<Hold>,
    /// Who believes to hold it still.
    zombie: Option<Hold>,
}

pub(super) struct World {
    pub(super) history: History,
    pub(super) ending: Ending,
    pub(super) terms: Terms,
    dice: Dice,
    now: Duration,
    partitions: BTreeMap<Place, Partition>,
    lives: [Life; 2],
    /// Payloads, transactions, assignments, commits, fences, calls.
    named: u32,
}

impl World {
    /// A whole run.
    pub(super) fn run(seed: u64, effects: Effects, keeper: Keeper) -> Self {
        let mut world = Self {
            history: History::new(),
            ending: Ending::default(),
            terms: Terms {
                effects,
                keeper,
                order: Order::Partition,
                starts_newest: false,
                read_committed: true,
                settles_within: Duration::from_secs(600),
                delivers_within: Duration::from_secs(60),
                grace: Duration::from_secs(1),
            },
            dice: Dice::new(seed),
            now: Duration::from_secs(10),
            partitions: BTreeMap::new(),
            lives: [Life::first(0), Life::first(1)],
            named: 0,
        };
        for partition in 0..PARTITIONS {
            let place = Place::new(0, partition);
            world.partitions.insert(place, Partition::default());
        }
        for _ in 0..120 {
            world.step();
        }
        world.settle();
        world
    }

    fn step(&mut self) {
        let place = self.place();
        match self.dice.index(40) {
            0..=14 => self.append(place),
            15..=24 => self.work(place),
            25..=30 => self.commit(place),
            31..=33 => self.moves(place),
            34..=35 => self.zombie(place),
            36 => self.reset(place),
            37 => self.retention(place),
            38 => self.compaction(place),
            _ => self.crash(),
        }
    }

    fn place(&mut self) -> Place {
        let partition = self.dice.between(0, u32::from(PARTITIONS) - 1);
        Place::new(0, u16::try_from(partition).unwrap())
    }

    fn partition(&mut self, place: Place) -> &mut Partition {
        self.partitions.get_mut(&place).unwrap()
    }

    fn name(&mut self) -> u32 {
        self.named += 1;
        self.named
    }

    fn note(&mut self, who: Who, event: Event) {
        self.now += Duration::from_millis(self.dice.pick(&[0, 1, 200]));
        self.history.note(self.now, who, event);
    }

    // Records.

    fn append(&mut self, place: Place) {
        let payload = Payload(self.name());
        let transaction = self.dice.once_in(4).then_some(Transaction(payload.0));
        let sent = Event::Sent {
            payload,
            key: None,
            place,
            transaction,
        };
        self.note(Who::Generator, sent);
        let (is_written, outcome) = self.dice.pick(&[
            (true, Outcome::Acknowledged),
            (true, Outcome::Acknowledged),
            (true, Outcome::Unknown),
            (false, Outcome::Unknown),
            (false, Outcome::Refused),
        ]);
        let is_aborted = transaction.is_some() && self.dice.once_in(2);
        let at = i64::try_from(self.partition(place).log.len()).unwrap();
        if is_written {
            self.partition(place).log.push((payload, is_aborted));
        }
        let offset = (outcome == Outcome::Acknowledged).then_some(at);
        let ended = Event::SendEnded {
            payload,
            outcome,
            offset,
        };
        self.note(Who::Generator, ended);
        if let Some(transaction) = transaction {
            let outcome = if is_aborted {
                Outcome::Refused
            } else {
                Outcome::Acknowledged
            };
            let ended = Event::TransactionEnded {
                transaction,
                outcome,
            };
            self.note(Who::Generator, ended);
        }
    }

    fn retention(&mut self, place: Place) {
        let end = i64::try_from(self.partition(place).log.len()).unwrap();
        let from = self.partition(place).start;
        let most = u32::try_from(end - from).unwrap();
        let to = from + i64::from(self.dice.between(0, most));
        let why = self.dice.pick(&[Gone::Retention, Gone::DeleteRecords]);
        if to > from {
            let removed = Event::Removed {
                place,
                from,
                to,
                why,
            };
            self.note(Who::Broker(1), removed);
            self.partition(place).start = to;
        }
        let hold = self.partition(place).hold.take();
        if let Some(hold) = hold.filter(|hold| hold.position < to) {
            self.gain(place, hold.who);
        } else if to > from {
            self.moves(place);
        }
    }

    fn compaction(&mut self, place: Place) {
        let partition = self.partition(place);
        let (start, end) = (partition.start, partition.log.len());
        if end < 2 {
            return;
        }
        // Never the newest: compaction keeps it.
        let at = i64::try_from(self.dice.index(end - 1)).unwrap();
        if at >= start && !self.partition(place).compacted.contains(&at) {
            self.partition(place).compacted.push(at);
            let removed = Event::Removed {
                place,
                from: at,
                to: at + 1,
                why: Gone::Compaction,
            };
            self.note(Who::Broker(1), removed);
        }
    }

    // Members.

    fn member(&mut self) -> Who {
        let member = self.dice.index(2);
        Who::Member(self.lives[member])
    }

    /// Another owner, or the same anew; who had it before may not know.
    fn moves(&mut self, place: Place) {
        let who = self.member();
        if let Some(hold) = self.partition(place).hold.take() {
            let (assignment, places) = (hold.assignment, vec![place]);
            if self.dice.once_in(2) && hold.who != who {
                self.partition(place).zombie = Some(hold);
            } else {
                self.note(hold.who, Event::Revoked { assignment, places });
            }
        }
        self.gain(place, who);
    }

    fn gain(&mut self, place: Place, who: Who) {
        let assignment = Assignment(self.name());
        let places = vec![place];
        self.note(who, Event::Gained { assignment, places });
        let (row, start) = (self.partition(place).row, self.partition(place).start);
        let from = row.unwrap_or(start);
        let at = from.max(start);
        if at > from {
            let skipped = Event::Skipped {
                place,
                from,
                to: at,
            };
            self.note(who, skipped);
        }
        if self.terms.keeper == Keeper::Store {
            self.store(who, place, Some(at), Write::Claim, Vec::new());
        }
        let claimed = Event::Claimed {
            assignment,
            place,
            at,
        };
        self.note(who, claimed);
        self.mirror(who, place, at);
        self.partition(place).hold = Some(Hold {
            who,
            assignment,
            position: at,
            done: Vec::new(),
        });
    }

    fn work(&mut self, place: Place) {
        let Some(mut hold) = self.partition(place).hold.take() else {
            return self.moves(place);
        };
        for _ in 0..self.dice.between(1, 5) {
            let partition = self.partition(place);
            let at = usize::try_from(hold.position).unwrap();
            let Some((payload, is_aborted)) = partition.log.get(at).copied() else {
                break;
            };
            let is_there = !partition.compacted.contains(&hold.position);
            let offset = hold.position;
            hold.position += 1;
            if is_aborted || !is_there {
                continue;
            }
            let (who, assignment) = (hold.who, hold.assignment);
            let delivered = Event::Delivered {
                assignment,
                place,
                offset,
                payload,
            };
            self.note(who, delivered);
            let began = Event::Began {
                assignment,
                place,
                offset,
                payload,
            };
            self.note(who, began);
            let ended = Event::Ended {
                assignment,
                place,
                offset,
                payload,
                worked: Worked::Done,
            };
            self.note(who, ended);
            hold.done.push((offset, payload));
        }
        self.partition(place).hold = Some(hold);
    }

    fn commit(&mut self, place: Place) {
        let Some(hold) = self.partition(place).hold.clone() else {
            return;
        };
        let (is_applied, outcome) = self.dice.pick(&[
            (true, Outcome::Acknowledged),
            (true, Outcome::Acknowledged),
            (true, Outcome::Unknown),
            (false, Outcome::Unknown),
        ]);
        self.try_commit(place, &hold, is_applied, outcome);
        if outcome == Outcome::Unknown {
            // Every doubt has one way out.
            self.gain(place, hold.who);
        } else if let Some(hold) = &mut self.partition(place).hold {
            hold.done.clear();
        }
    }

    fn try_commit(&mut self, place: Place, hold: &Hold, is_applied: bool, outcome: Outcome) {
        let commit = Commit(self.name());
        let began = Event::CommitBegan {
            commit,
            assignment: hold.assignment,
            keeper: self.terms.keeper,
            place,
            next: hold.position,
        };
        self.note(hold.who, began);
        if is_applied {
            let rows = hold.done.iter().map(|(offset, payload)| ResultRow {
                place,
                offset: *offset,
                payload: *payload,
                commit,
            });
            let is_exact = self.terms.effects == Effects::ExactlyOnce;
            let rows = if is_exact { rows.collect() } else { Vec::new() };
            self.store(hold.who, place, Some(hold.position), Write::Commit, rows);
            self.mirror(hold.who, place, hold.position);
        }
        let at = (outcome == Outcome::Acknowledged).then_some(hold.position);
        self.note(
            hold.who,
            Event::CommitEnded {
                commit,
                outcome,
                at,
            },
        );
    }

    /// Who slept through a rebalance wakes, commits and is refused.
    fn zombie(&mut self, place: Place) {
        if let Some(hold) = self.partition(place).zombie.take() {
            self.try_commit(place, &hold, false, Outcome::Refused);
            let (assignment, places) = (hold.assignment, vec![place]);
            self.note(hold.who, Event::Lost { assignment, places });
        }
    }

    fn crash(&mut self) {
        let member = self.dice.index(2);
        let life = self.lives[member];
        self.note(Who::Member(life), Event::Crashed);
        self.lives[member] = life.next();
        self.note(Who::Member(life.next()), Event::Started);
        for partition in self.partitions.values_mut() {
            let of_the_dead = |hold: &mut Hold| hold.who == Who::Member(life);
            partition.hold.take_if(of_the_dead);
            partition.zombie.take_if(of_the_dead);
        }
    }

    fn reset(&mut self, place: Place) {
        let partition = self.partition(place);
        let (start, end) = (partition.start, partition.log.len());
        let span = u32::try_from(i64::try_from(end).unwrap() - start).unwrap();
        let to = start + i64::from(self.dice.between(0, span));
        let keeper = self.terms.keeper;
        self.store(Who::Operator, place, Some(to), Write::Reset, Vec::new());
        let outcome = Outcome::Acknowledged;
        let reset = Event::Reset {
            keeper,
            place,
            to,
            outcome,
        };
        self.note(Who::Operator, reset);
        if let Some(hold) = self.partition(place).hold.take() {
            let assignment = hold.assignment;
            self.note(hold.who, Event::Fenced { assignment, place });
            self.gain(place, hold.who);
        }
    }

    fn store(
        &mut self,
        who: Who,
        place: Place,
        next: Option<i64>,
        write: Write,
        results: Vec<ResultRow>,
    ) {
        self.partition(place).row = next;
        self.ending.results.extend(&results);
        let keeper = self.terms.keeper;
        let fence = (keeper == Keeper::Store).then(|| Fence(self.name()));
        let stored = Event::Stored {
            keeper,
            place,
            next,
            fence,
            write,
            results,
        };
        self.note(who, stored);
    }

    fn mirror(&mut self, who: Who, place: Place, next: i64) {
        if self.terms.keeper == Keeper::Kafka {
            return;
        }
        self.ending.kafka.insert(place, next);
        let stored = Event::Stored {
            keeper: Keeper::Kafka,
            place,
            next: Some(next),
            fence: None,
            write: Write::Commit,
            results: Vec::new(),
        };
        self.note(who, stored);
    }

    // The end.

    fn settle(&mut self) {
        self.note(Who::World, Event::Healed);
        for place in self.partitions.keys().copied().collect::<Vec<_>>() {
            self.moves(place);
            let end = i64::try_from(self.partition(place).log.len()).unwrap();
            while self.partitions[&place].hold.as_ref().unwrap().position < end {
                self.work(place);
            }
            let hold = self.partition(place).hold.clone().unwrap();
            self.try_commit(place, &hold, true, Outcome::Acknowledged);
        }
        let (call, deadline) = (Call(self.name()), self.now + Duration::from_secs(5));
        let kind = CallKind::CloseProducer;
        let started = Event::CallStarted {
            call,
            kind,
            deadline,
        };
        self.note(Who::Generator, started);
        let outcome = Outcome::Acknowledged;
        self.note(Who::Generator, Event::CallEnded { call, outcome });
        self.note(Who::World, Event::Settled);
        let left = Event::Left {
            tasks: 0,
            sockets: 0,
            locks: 0,
        };
        self.note(Who::World, left);
        self.look();
    }

    fn look(&mut self) {
        for (place, partition) in &self.partitions {
            let row = partition.row.unwrap();
            match self.terms.keeper {
                Keeper::Store => self.ending.store.insert(*place, row),
                Keeper::Kafka => self.ending.kafka.insert(*place, row),
            };
            let log = self.ending.logs.entry(*place).or_default();
            log.start = partition.start;
            for (offset, (payload, aborted)) in (0..).zip(partition.log.iter().copied()) {
                log.stable = offset + 1;
                if offset >= partition.start && !partition.compacted.contains(&offset) {
                    log.records.push(LogRecord {
                        offset,
                        payload,
                        aborted,
                    });
                }
            }
        }
    }
}
