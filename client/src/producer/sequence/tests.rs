//! The machine against a model of a broker and of a network that loses, delays, repeats and reorders.
#![allow(clippy::disallowed_methods, reason = "tests may look at the clock")]

use std::collections::{BTreeMap, VecDeque};

use proptest::prelude::*;

use super::*;

type Batch = u32;

/// A partition as its leader keeps it: what it took, and what it knows of the one producer there is.
#[derive(Debug, Default)]
struct Log {
    batches: Vec<Batch>,
    epoch: i16,
    /// `None`: it knows nothing of the producer, and takes what comes.
    next: Option<i32>,
    last: VecDeque<(i32, i32)>,
}

#[derive(Clone, Copy, Debug)]
struct Attempt {
    id: u64,
    stamp: Stamp,
    batch: Batch,
}

fn records(batch: Batch) -> i32 {
    i32::try_from(batch % 3).unwrap() + 1
}

impl Log {
    fn append(&mut self, attempt: &Attempt) -> Answer {
        let Stamp { epoch, base, .. } = attempt.stamp;
        let count = records(attempt.batch);
        if epoch == self.epoch && self.last.contains(&(base, count)) {
            return Answer::Written;
        }
        let next = if epoch > self.epoch {
            self.next.map(|_| 0)
        } else {
            self.next
        };
        if epoch < self.epoch || next.is_some_and(|next| base != next) {
            return Answer::OutOfOrder;
        }
        if epoch > self.epoch {
            self.last.clear();
        }
        self.epoch = epoch;
        self.next = Some(base + count);
        self.batches.push(attempt.batch);
        self.last.push_back((base, count));
        if self.last.len() > WINDOW {
            self.last.pop_front();
        }
        Answer::Written
    }
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Push,
    Send,
    /// The broker answers one of the attempts under way.
    Deliver(usize),
    /// The broker takes an attempt; its answer is on its way.
    Arrive(usize),
    /// An answer comes, not in the order of the others.
    Hear(usize),
    /// The broker takes it, and the answer is lost.
    LoseAnswer(usize),
    /// The client gives up waiting; the attempt is still under way, and may arrive at any time later.
    TimeOut(usize),
    /// The broker takes an attempt that nobody waits for any more.
    Haunt(usize),
    /// The broker can't take it now.
    TurnAway(usize),
    /// The broker will never take it.
    Refuse(usize),
    /// The oldest batches' time is up.
    Expire(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let pick = || 0..8_usize;
    prop_oneof![
        6 => Just(Step::Push),
        8 => Just(Step::Send),
        6 => pick().prop_map(Step::Deliver),
        4 => pick().prop_map(Step::Arrive),
        4 => pick().prop_map(Step::Hear),
        2 => pick().prop_map(Step::LoseAnswer),
        2 => pick().prop_map(Step::TimeOut),
        1 => pick().prop_map(Step::Haunt),
        2 => pick().prop_map(Step::TurnAway),
        1 => pick().prop_map(Step::Refuse),
        1 => (1..3_usize).prop_map(Step::Expire),
    ]
}

const LIMIT: Duration = Duration::from_secs(100);

/// Client, network and broker.
struct World {
    start: Instant,
    now: Duration,
    sequence: Sequence<Batch>,
    pushed: Batch,
    under_way: Vec<Attempt>,
    ghosts: Vec<Attempt>,
    answers: Vec<(u64, Answer)>,
    log: Log,
    ended: BTreeMap<Batch, End>,
}

impl World {
    fn new() -> Self {
        let mut sequence = Sequence::idempotent();
        sequence.identify(7, 0);
        Self {
            start: Instant::now(),
            now: Duration::ZERO,
            sequence,
            pushed: 0,
            under_way: Vec::new(),
            ghosts: Vec::new(),
            answers: Vec::new(),
            log: Log::default(),
            ended: BTreeMap::new(),
        }
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Push => self.push(),
            Step::Send => drop(self.send()),
            Step::Deliver(nth) => self.with(nth, |world, attempt| world.log.append(&attempt)),
            Step::Arrive(nth) if !self.under_way.is_empty() => {
                let attempt = self.under_way.remove(nth % self.under_way.len());
                self.answers.push((attempt.id, self.log.append(&attempt)));
            }
            Step::Hear(nth) if !self.answers.is_empty() => {
                let (id, answer) = self.answers.remove(nth % self.answers.len());
                let ended = self.sequence.answered(id, answer);
                self.note(ended);
            }
            Step::Arrive(_) | Step::Hear(_) => {}
            Step::LoseAnswer(nth) => self.with(nth, |world, attempt| {
                world.log.append(&attempt);
                Answer::Again { doubtful: true }
            }),
            Step::TimeOut(nth) => self.with(nth, |world, attempt| {
                world.ghosts.push(attempt);
                Answer::Again { doubtful: true }
            }),
            Step::Haunt(nth) if !self.ghosts.is_empty() => {
                let ghost = self.ghosts.remove(nth % self.ghosts.len());
                self.log.append(&ghost);
            }
            Step::Haunt(_) => {}
            Step::TurnAway(nth) => self.with(nth, |_, _| Answer::Again { doubtful: false }),
            Step::Refuse(nth) => self.with(nth, |_, _| Answer::Refused),
            Step::Expire(batches) => self.expire(batches),
        }
    }

    fn push(&mut self) {
        self.now += Duration::from_secs(1);
        self.sequence
            .push(self.pushed, records(self.pushed), self.start + self.now);
        self.pushed += 1;
    }

    fn send(&mut self) -> bool {
        let Some((id, stamp, batch)) = self.sequence.send() else {
            return false;
        };
        self.under_way.push(Attempt {
            id,
            stamp: stamp.unwrap(),
            batch: *batch,
        });
        true
    }

    fn with(&mut self, nth: usize, answer: impl FnOnce(&mut Self, Attempt) -> Answer) {
        if self.under_way.is_empty() {
            return;
        }
        let attempt = self.under_way.remove(nth % self.under_way.len());
        let answer = answer(self, attempt);
        let ended = self.sequence.answered(attempt.id, answer);
        self.note(ended);
    }

    fn expire(&mut self, batches: usize) {
        let live: Vec<_> = self
            .sequence
            .slots
            .iter()
            .filter(|slot| slot.batch.is_some())
            .collect();
        let Some(last) = live.get(batches - 1).or(live.last()) else {
            return;
        };
        let now = last.born + LIMIT;
        let ended = self.sequence.expire(now, LIMIT);
        self.note(ended);
    }

    fn note(&mut self, ended: Vec<(Batch, End)>) {
        for (batch, end) in ended {
            assert_eq!(self.ended.insert(batch, end), None, "{batch} ended twice");
        }
    }

    /// From here on the network is perfect.
    fn settle(&mut self) {
        let mut turns = 0;
        while !self.sequence.is_empty() {
            while self.send() {}
            while !self.under_way.is_empty() {
                self.take(Step::Deliver(0));
            }
            while !self.answers.is_empty() {
                self.take(Step::Hear(0));
            }
            turns += 1;
            assert!(turns < 1000, "stuck: {:?}", self.sequence);
        }
        while !self.ghosts.is_empty() {
            self.take(Step::Haunt(0));
        }
    }

    fn check(&self) {
        let log = &self.log.batches;
        assert!(
            log.is_sorted_by(|one, next| one < next),
            "twice, or out of order: {log:?}"
        );
        assert_eq!(
            self.ended.len(),
            self.pushed as usize,
            "each batch has one end"
        );
        for (batch, end) in &self.ended {
            match end {
                End::Written => assert!(log.contains(batch), "{batch} is lost"),
                End::Refused
                | End::Expired {
                    possibly_written: false,
                } => {
                    assert!(!log.contains(batch), "{batch} was said not to be written");
                }
                End::OutOfSequence => panic!("{batch}: the broker lost nothing"),
                End::InDoubt
                | End::Expired {
                    possibly_written: true,
                } => {}
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn nothing_is_lost_nothing_comes_twice_and_the_order_is_kept(steps in proptest::collection::vec(step(), 0..120)) {
        let mut world = World::new();
        steps.into_iter().for_each(|step| world.take(step));
        world.settle();
        world.check();
    }

    #[test]
    fn without_doubts_and_refusals_all_is_written(steps in proptest::collection::vec(step(), 0..120)) {
        let mut world = World::new();
        let harmless = |step: &Step| matches!(step, Step::Push | Step::Send | Step::Deliver(_) | Step::Arrive(_) | Step::Hear(_) | Step::LoseAnswer(_) | Step::TurnAway(_));
        steps.into_iter().filter(harmless).for_each(|step| world.take(step));
        world.settle();
        prop_assert!(world.ended.values().all(|end| *end == End::Written));
        prop_assert_eq!(world.log.batches, (0..world.pushed).collect::<Vec<_>>());
    }
}

/// The first batch's attempt is late and given up for lost; so is the second's. Under a new epoch the second would come twice.
#[test]
fn a_batch_in_doubt_never_goes_under_a_new_epoch() {
    let mut world = World::new();
    let steps = [
        vec![Step::Push, Step::Send, Step::Deliver(0)],
        vec![
            Step::Push,
            Step::Push,
            Step::Push,
            Step::Send,
            Step::Deliver(0),
        ],
        vec![Step::Send, Step::Send],
        vec![Step::TimeOut(0), Step::TimeOut(0), Step::Expire(1)],
        vec![Step::Send, Step::Deliver(0)],
        vec![Step::Haunt(0), Step::Haunt(0)],
    ];
    steps.concat().into_iter().for_each(|step| world.take(step));
    world.settle();
    world.check();
    assert_eq!(world.ended[&3], End::InDoubt);
    assert_eq!(world.log.batches, [0, 1, 2, 3]);
}

fn sequence(batches: u32) -> Sequence<Batch> {
    let mut sequence = Sequence::idempotent();
    let born = Instant::now();
    (0..batches).for_each(|batch| sequence.push(batch, 10, born));
    sequence
}

fn send_all(sequence: &mut Sequence<Batch>) -> Vec<(u64, Option<Stamp>)> {
    let next = || sequence.send().map(|(id, stamp, _)| (id, stamp));
    std::iter::from_fn(next).collect()
}

/// With a first batch behind it, so that more may follow at once.
fn warm(batches: u32, epoch: i16) -> Sequence<Batch> {
    let mut sequence = sequence(batches + 1);
    sequence.identify(3, epoch);
    let first = send_all(&mut sequence);
    assert_eq!(first.len(), 1, "the first goes alone");
    sequence.answered(first[0].0, Answer::Written);
    sequence
}

#[test]
fn five_are_under_way_and_nothing_before_there_is_an_id() {
    let nameless = sequence(7);
    assert!(nameless.needs_identity() && nameless.peek().is_none());
    let mut sequence = warm(7, 0);
    let sent = send_all(&mut sequence);
    let bases: Vec<_> = sent.iter().map(|(_, stamp)| stamp.unwrap().base).collect();
    assert_eq!(bases, [10, 20, 30, 40, 50]);
    // The window is counted from the oldest undecided batch.
    sequence.answered(sent[1].0, Answer::Written);
    assert!(sequence.peek().is_none());
    sequence.answered(sent[0].0, Answer::Written);
    assert_eq!(send_all(&mut sequence).len(), 2);
}

#[test]
fn a_batch_keeps_its_sequence_and_goes_alone_after_a_failure() {
    let mut sequence = warm(3, 0);
    let sent = send_all(&mut sequence);
    sequence.answered(sent[0].0, Answer::Again { doubtful: true });
    assert!(sequence.peek().is_none(), "two answers are missing");
    sequence.answered(sent[1].0, Answer::OutOfOrder);
    sequence.answered(sent[2].0, Answer::OutOfOrder);
    assert_eq!(send_all(&mut sequence), sent[..1]);
    sequence.answered(sent[0].0, Answer::Written);
    assert_eq!(send_all(&mut sequence), sent[1..]);
}

#[test]
fn lost_acknowledged_batches_show_and_the_rest_goes_under_a_new_epoch() {
    let mut sequence = warm(3, 4);
    let sent = send_all(&mut sequence);
    let ended = sequence.answered(sent[0].0, Answer::OutOfOrder);
    assert_eq!(ended, [(1, End::OutOfSequence)]);
    sequence.answered(sent[1].0, Answer::OutOfOrder);
    sequence.answered(sent[2].0, Answer::OutOfOrder);
    // Sent behind the first, it says nothing; now it is the first itself.
    assert_eq!(send_all(&mut sequence), sent[1..2]);
    sequence.answered(sent[1].0, Answer::OutOfOrder);
    let (_, stamp, batch) = sequence.send().unwrap();
    let stamp = stamp.unwrap();
    assert_eq!((stamp.epoch, stamp.base, *batch), (5, 0, 2));
}

#[test]
fn when_epochs_are_used_up_another_id_is_asked_for() {
    let mut sequence = warm(2, i16::MAX);
    let sent = send_all(&mut sequence);
    sequence.answered(sent[0].0, Answer::Refused);
    sequence.answered(sent[1].0, Answer::OutOfOrder);
    assert_eq!(send_all(&mut sequence), sent[1..]);
    sequence.answered(sent[1].0, Answer::OutOfOrder);
    assert!(sequence.needs_identity());
    sequence.identify(9, 0);
    let (_, stamp, _) = sequence.send().unwrap();
    assert_eq!(
        stamp.map(|stamp| (stamp.producer_id, stamp.base)),
        Some((9, 0))
    );
}

#[test]
fn sequences_begin_again_after_the_largest() {
    let mut sequence = warm(2, 0);
    sequence.next_sequence = i32::MAX - 1;
    let bases: Vec<_> = send_all(&mut sequence)
        .iter()
        .map(|(_, stamp)| stamp.unwrap().base)
        .collect();
    assert_eq!(bases, [i32::MAX - 1, 8]);
}

#[test]
fn without_idempotence_one_goes_at_a_time_and_carries_no_stamp() {
    let mut sequence = Sequence::plain();
    let born = Instant::now();
    (0..2_u32).for_each(|batch| sequence.push(batch, 1, born));
    let sent = send_all(&mut sequence);
    assert_eq!(sent, [(0, None)]);
    sequence.answered(0, Answer::Again { doubtful: true });
    assert_eq!(send_all(&mut sequence), [(0, None)]);
    assert_eq!(sequence.answered(0, Answer::Written), [(0, End::Written)]);
    assert_eq!(send_all(&mut sequence), [(1, None)]);
}

/// Requests may reach the broker in another order than they were sent: it refuses the third, takes the second, and the
/// second's answer is heard first. Nothing is lost then.
#[test]
fn out_of_order_counts_as_things_stood_when_the_batch_was_sent() {
    let mut sequence = warm(3, 0);
    let ids = send_all(&mut sequence);
    for (written, _) in &ids[..2] {
        assert_eq!(sequence.answered(*written, Answer::Written).len(), 1);
    }
    assert!(sequence.answered(ids[2].0, Answer::OutOfOrder).is_empty());
    assert_eq!(send_all(&mut sequence), ids[2..]);
    let ended = sequence.answered(ids[2].0, Answer::Written);
    assert_eq!(ended, [(3, End::Written)]);
}

#[test]
fn another_log_gets_nothing_that_may_be_in_the_first() {
    let mut sequence = warm(3, 0);
    let ids = send_all(&mut sequence);
    assert!(
        sequence
            .answered(ids[0].0, Answer::Again { doubtful: true })
            .is_empty()
    );
    assert!(
        sequence
            .answered(ids[1].0, Answer::Again { doubtful: false })
            .is_empty()
    );
    // The third is under way: what comes of it is not known.
    assert_eq!(sequence.begin_anew(), [(1, End::InDoubt)]);
    assert_eq!(sequence.peek(), None, "it may have to go first, once more");
    let ended = sequence.answered(ids[2].0, Answer::Again { doubtful: true });
    assert_eq!(ended, [(3, End::InDoubt)]);
    let again = send_all(&mut sequence);
    let stamp = again[0].1.unwrap();
    assert_eq!((again.len(), stamp.epoch, stamp.base), (1, 1, 0));
    let ended = sequence.answered(again[0].0, Answer::Written);
    assert_eq!(ended, [(2, End::Written)]);
}

#[test]
fn another_log_gets_nothing_before_what_is_under_way_to_the_first() {
    let mut sequence = warm(2, 0);
    let (id, ..) = sequence.send().unwrap();
    assert!(sequence.begin_anew().is_empty());
    assert_eq!(sequence.peek(), None, "the second would overtake the first");
    sequence.answered(id, Answer::Again { doubtful: false });
    let again = send_all(&mut sequence);
    assert_eq!(again.len(), 1, "the first goes alone");
    assert_eq!(again[0].0, id);
}
