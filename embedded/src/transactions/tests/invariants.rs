//! What must hold whatever producers, zombies, clocks and lost answers do:
//!
//! - of one transaction, every partition gets markers of one kind only, and those of the kind that was answered to the producer;
//! - no partition gets a marker without having been in the transaction, and none that was in it is left out at the end;
//! - once an incarnation has its epoch, no request of an earlier one is accepted;
//! - the epochs of an id only rise, and no id comes back;
//! - once all markers are confirmed, nothing is left prepared.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

const IDS: [&str; 2] = ["x", "y"];
const PARTITIONS: i32 = 3;

/// A request of one of two incarnations of a transactional id.
#[derive(Clone, Copy, Debug)]
enum Ask {
    Init,
    /// After an error, with the id and epoch that it has.
    InitAgain,
    Add(i32),
    /// Of a client that speaks version 1 of transactions, or version 2.
    End {
        commit: bool,
        version: i16,
    },
}

#[derive(Clone, Copy, Debug)]
enum Step {
    /// `heard`: whether the answer comes through.
    Ask {
        id: usize,
        incarnation: usize,
        ask: Ask,
        heard: bool,
    },
    /// The last request of an incarnation once more, as it was.
    Repeat {
        id: usize,
        incarnation: usize,
        heard: bool,
    },
    /// One of the markers that are on their way is written; the confirmation may get lost, and come twice.
    Write {
        which: usize,
        confirmed: bool,
    },
    /// All that is missing is written and confirmed.
    WriteAll,
    /// Time passes, and the clock jumps.
    Wait {
        seconds: u64,
        jump_ms: i64,
    },
    Move {
        id: usize,
    },
    /// The process ends, and another reads the records.
    Restart,
    Fence {
        id: usize,
    },
    UseUp {
        id: usize,
    },
}

fn ask() -> impl Strategy<Value = Ask> {
    let end = (any::<bool>(), prop_oneof![Just(4_i16), Just(5)]);
    prop_oneof![
        2 => Just(Ask::Init),
        1 => Just(Ask::InitAgain),
        5 => (0..PARTITIONS).prop_map(Ask::Add),
        5 => end.prop_map(|(commit, version)| Ask::End { commit, version }),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let who = || (0..IDS.len(), 0..2_usize);
    let heard = || prop_oneof![4 => Just(true), 1 => Just(false)];
    prop_oneof![
        20 => (who(), ask(), heard()).prop_map(|((id, incarnation), ask, heard)| {
            Step::Ask { id, incarnation, ask, heard }
        }),
        5 => (who(), heard()).prop_map(|((id, incarnation), heard)| {
            Step::Repeat { id, incarnation, heard }
        }),
        8 => (0..8_usize, any::<bool>()).prop_map(|(which, confirmed)| Step::Write { which, confirmed }),
        4 => Just(Step::WriteAll),
        2 => (1..90_u64, prop_oneof![4 => Just(0_i64), 1 => -100_000..100_000_i64])
            .prop_map(|(seconds, jump_ms)| Step::Wait { seconds, jump_ms }),
        2 => (0..IDS.len()).prop_map(|id| Step::Move { id }),
        1 => Just(Step::Restart),
        1 => (0..IDS.len()).prop_map(|id| Step::Fence { id }),
        1 => (0..IDS.len()).prop_map(|id| Step::UseUp { id }),
    ]
}

/// A request as it went out: its repetition is the same.
#[derive(Clone, Copy, Debug)]
struct Sent {
    ask: Ask,
    producer: (i64, i16),
}

/// One transactional id, as seen from outside.
#[derive(Debug, Default)]
struct Seen {
    /// What each incarnation holds for its id and epoch.
    held: [Option<(i64, i16)>; 2],
    last: [Option<Sent>; 2],
    /// Who had an answer to a start, last.
    owner: Option<usize>,
    highest: Option<(i64, i16)>,
    former: BTreeSet<i64>,
    /// How many transactions are over.
    over: u64,
    /// What the current one was decided to be, by markers or by an answer.
    kind: Option<bool>,
    /// What an end was answered for, by transaction.
    answered: BTreeMap<u64, bool>,
    /// What was decided for each epoch, of clients whose epoch rises with it.
    ended: BTreeMap<(i64, i16), bool>,
    written: BTreeSet<i32>,
    members: BTreeSet<i32>,
}

struct World {
    script: Script,
    seen: [Seen; 2],
    /// Markers that were taken and not written, or written without a confirmation.
    flying: Vec<Marker>,
    epochs: [i32; 2],
}

type Checked = Result<(), TestCaseError>;

impl World {
    fn new(transaction_version: i16) -> Self {
        Self {
            script: Script::with(Settings {
                transaction_version,
                ..Settings::default()
            }),
            seen: Default::default(),
            flying: Vec::new(),
            epochs: [0; 2],
        }
    }

    fn run(&mut self, step: Step) -> Checked {
        match step {
            Step::Ask {
                id,
                incarnation,
                ask,
                heard,
            } => {
                let seen = &mut self.seen[id];
                let producer = seen.held[incarnation].unwrap_or((-1, -1));
                let sent = Sent { ask, producer };
                seen.last[incarnation] = Some(sent);
                self.send(id, incarnation, sent, heard)?;
            }
            Step::Repeat {
                id,
                incarnation,
                heard,
            } => {
                if let Some(sent) = self.seen[id].last[incarnation] {
                    self.send(id, incarnation, sent, heard)?;
                }
            }
            Step::Write { which, confirmed } => self.write(which, confirmed)?,
            Step::WriteAll => self.write_all()?,
            Step::Wait { seconds, jump_ms } => {
                self.script.now.wall_ms += jump_ms;
                self.script.wait(Duration::from_secs(seconds));
            }
            Step::Move { id } => {
                self.epochs[id] += 1;
                let partition = self.script.machine.partition_for(IDS[id]);
                self.script.machine.elect(partition, 2, self.epochs[id]);
            }
            Step::Restart => self.restart(),
            Step::Fence { id } => {
                let fenced = self.script.machine.fence_producer(IDS[id], self.script.now);
                if fenced.is_ok() {
                    self.seen[id].owner = None;
                }
            }
            Step::UseUp { id } => self.use_up(id),
        }
        self.look()
    }

    fn send(&mut self, id: usize, incarnation: usize, sent: Sent, heard: bool) -> Checked {
        let (producer_id, epoch) = sent.producer;
        let producer = ProducerIdAndEpoch { producer_id, epoch };
        let before = self.script.machine.describe(IDS[id]).state;
        let answer = match sent.ask {
            Ask::Init | Ask::InitAgain => self.init(id, sent),
            Ask::Add(partition) => self.add(id, producer, partition),
            Ask::End { commit, version } => self.end(id, producer, commit, version),
        };
        let Ok(producer) = answer else {
            return Ok(());
        };
        let is_start = matches!(sent.ask, Ask::Init)
            || (sent.producer == (-1, -1) && matches!(sent.ask, Ask::InitAgain));
        let seen = &mut self.seen[id];
        if is_start {
            seen.owner = Some(incarnation);
        } else {
            let allowed = seen.owner.is_none_or(|owner| owner == incarnation);
            prop_assert!(allowed, "a zombie's {sent:?} was accepted");
        }
        if let Ask::End { commit, version } = sent.ask {
            self.answered(id, sent, (commit, version), before)?;
        }
        if heard {
            self.seen[id].held[incarnation] = Some(producer);
        }
        Ok(())
    }

    fn init(&mut self, id: usize, sent: Sent) -> Answer {
        let (producer_id, epoch) = match sent.ask {
            Ask::Init => (-1, -1),
            _ => sent.producer,
        };
        self.script.init_as(InitProducerId {
            transactional_id: Some(IDS[id]),
            timeout_ms: 60_000,
            expected: ProducerIdAndEpoch { producer_id, epoch },
            enable_2pc: false,
            keep_prepared_txn: false,
        })
    }

    fn add(&mut self, id: usize, producer: ProducerIdAndEpoch, partition: i32) -> Answer {
        let partitions = [TopicPartition::new("t", partition)];
        let machine = &mut self.script.machine;
        machine
            .add_partitions_implicitly(IDS[id], producer, &partitions, self.script.now)
            .into_result()?;
        self.seen[id].members.insert(partition);
        Ok((producer.producer_id, producer.epoch))
    }

    fn end(
        &mut self,
        id: usize,
        producer: ProducerIdAndEpoch,
        commit: bool,
        version: i16,
    ) -> Answer {
        let request = EndTxnRequest {
            transactional_id: IDS[id],
            producer_id: producer.producer_id,
            producer_epoch: producer.epoch,
            committed: commit,
            ..EndTxnRequest::default()
        };
        let now = self.script.now;
        let EndTxnOutcome(answer) = self.script.machine.end_txn(&request, version, now);
        let next = answer?;
        match version {
            5 => Ok((next.producer_id, next.epoch)),
            _ => Ok((producer.producer_id, producer.epoch)),
        }
    }

    /// An end was answered: it is the open transaction's, or that of the one before.
    fn answered(
        &mut self,
        id: usize,
        sent: Sent,
        (commit, version): (bool, i16),
        before: Option<TransactionState>,
    ) -> Checked {
        let seen = &mut self.seen[id];
        if before == Some(TransactionState::Ongoing) {
            prop_assert_eq!(seen.kind.replace(commit), None, "decided twice: {:?}", sent);
            let repeated = seen.answered.insert(seen.over, commit);
            prop_assert_eq!(repeated, None);
            seen.ended.insert(sent.producer, commit);
        } else if commit {
            prop_assert_eq!(before, Some(TransactionState::CompleteCommit));
            if version == 5 {
                let ended = seen.ended.get(&sent.producer);
                prop_assert_eq!(ended, Some(&true), "a commit of nothing: {:?}", sent);
            }
        }
        Ok(())
    }

    fn write(&mut self, which: usize, confirmed: bool) -> Checked {
        self.take()?;
        if self.flying.is_empty() {
            return Ok(());
        }
        let at = which % self.flying.len();
        let marker = self.flying[at].clone();
        self.written(&marker)?;
        if confirmed {
            self.flying.swap_remove(at);
            self.script.machine.confirm(&marker, self.script.now);
            let again = self.script.machine.confirm(&marker, self.script.now);
            prop_assert_eq!(again, Confirmation::Stale);
        }
        Ok(())
    }

    fn write_all(&mut self) -> Checked {
        self.take()?;
        for marker in self.script.machine.unconfirmed() {
            self.written(&marker)?;
            let confirmed = self.script.machine.confirm(&marker, self.script.now);
            prop_assert_ne!(confirmed, Confirmation::Stale);
        }
        self.look()?;
        for id in IDS {
            let state = self.script.machine.describe(id).state;
            prop_assert!(!state.is_some_and(TransactionState::is_prepared));
        }
        Ok(())
    }

    fn take(&mut self) -> Checked {
        for marker in self.script.machine.take_markers() {
            self.flying.push(marker);
        }
        Ok(())
    }

    /// A partition gets a marker. One of an earlier transaction, late, is refused there by its epochs.
    fn written(&mut self, marker: &Marker) -> Checked {
        if !self.script.machine.unconfirmed().contains(marker) {
            return Ok(());
        }
        let id = IDS
            .iter()
            .position(|id| **id == *marker.transactional_id)
            .unwrap();
        let seen = &mut self.seen[id];
        let kind = *seen.kind.get_or_insert(marker.commit);
        prop_assert_eq!(kind, marker.commit, "both kinds in one transaction");
        let partition = marker.partition.partition;
        prop_assert!(seen.members.contains(&partition), "a marker for no reason");
        seen.written.insert(partition);
        Ok(())
    }

    fn restart(&mut self) {
        let mut next = Script::with(self.script.machine.settings().clone());
        next.now = self.script.now;
        let block = self.script.machine.next_producer_id_block();
        next.machine.restore_producer_id_block(block);
        for record in self.script.machine.encode().unwrap() {
            next.machine
                .restore(&record.key, record.value.as_deref())
                .unwrap();
        }
        for (epoch, id) in self.epochs.iter_mut().zip(IDS) {
            *epoch += 1;
            let partition = next.machine.partition_for(id);
            next.machine.elect(partition, 1, *epoch);
        }
        self.script = next;
    }

    /// The producer has lived through all its epochs but one.
    fn use_up(&mut self, id: usize) {
        let seen = &mut self.seen[id];
        let Some(metadata) = self.script.machine.ids.get_mut(IDS[id]) else {
            return;
        };
        let is_held = metadata.state == TransactionState::Empty && metadata.producer_epoch >= 0;
        if is_held && metadata.producer_epoch < i16::MAX - 3 {
            let producer = metadata.producer();
            metadata.producer_epoch = i16::MAX - 2;
            for held in seen.held.iter_mut().flatten() {
                if *held == (producer.producer_id, producer.epoch) {
                    held.1 = i16::MAX - 2;
                }
            }
        }
    }

    /// What can be seen after each step.
    fn look(&mut self) -> Checked {
        for (seen, id) in self.seen.iter_mut().zip(IDS) {
            let description = self.script.machine.describe(id);
            let Some(state) = description.state else {
                continue;
            };
            let producer = (description.producer.producer_id, description.producer.epoch);
            let before = seen.highest.replace(producer).unwrap_or(producer);
            if producer.0 == before.0 {
                prop_assert!(producer >= before, "{producer:?} after {before:?}");
            } else {
                seen.former.insert(before.0);
                prop_assert!(!seen.former.contains(&producer.0), "an id came back");
            }
            let over = match state {
                TransactionState::CompleteCommit => Some(true),
                TransactionState::CompleteAbort => Some(false),
                _ => None,
            };
            if let Some(kind) = over.filter(|_| !seen.members.is_empty()) {
                prop_assert_eq!(&seen.written, &seen.members, "a partition was left out");
                prop_assert_eq!(seen.kind, Some(kind), "decided otherwise");
                if let Some(answered) = seen.answered.get(&seen.over) {
                    prop_assert_eq!(*answered, kind, "answered otherwise");
                }
                seen.over += 1;
                (seen.kind, seen.written, seen.members) = Default::default();
            }
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens(
        transaction_version in 1..=2_i16,
        steps in proptest::collection::vec(step(), 1..120),
    ) {
        let mut world = World::new(transaction_version);
        for step in steps {
            world.run(step)?;
        }
        world.write_all()?;
    }
}
