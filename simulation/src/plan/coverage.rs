//! What occurred in a run of many seeds, and what should have: a fault that is drawn and never met tests nothing.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use crate::history::{CallKind, Commit, Event, Gone, History, Keeper, Outcome};

use super::{Kind, Plan};

/// Something that a fault should lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Occurrence {
    /// The group rebalanced.
    Rebalance,
    /// Partitions were lost, not given up.
    Loss,
    /// A member was fenced.
    Fence,
    /// A claim was refused.
    ClaimRefused,
    /// Nobody knew whether a claim was written.
    ClaimUnknown,
    /// A commit was refused.
    CommitRefused,
    /// Nobody knew whether a store has a commit.
    StoreCommitUnknown,
    /// Nobody knew whether Kafka has a commit.
    KafkaCommitUnknown,
    /// Nobody knew whether a record was written.
    SendUnknown,
    /// A transaction was aborted.
    TransactionAborted,
    /// A public future was dropped.
    CallDropped,
    /// A member was closed in order.
    Close,
    /// An operator reset an offset.
    Reset,
    /// A kept offset was forgotten.
    Forgotten,
    /// A policy for an anomaly was followed.
    Anomaly,
    /// Retention or DeleteRecords took records.
    LogStartMoved,
    /// Compaction took records.
    Compacted,
    /// A log was cut off.
    Truncated,
    /// A topic was deleted.
    TopicDeleted,
    /// A member was killed.
    Crash,
    /// A member stood still.
    Pause,
}

impl Occurrence {
    /// The faults of which one is enough for it to occur in a run of many seeds.
    #[must_use]
    pub fn follows(self) -> &'static [Kind] {
        match self {
            Self::Rebalance => &[Kind::MemberKilled, Kind::JoinStorm, Kind::StopInRebalance],
            Self::Loss => &[Kind::MemberPaused],
            Self::Fence => &[Kind::StoreReset],
            Self::ClaimRefused => &[Kind::LateClaim],
            Self::ClaimUnknown => &[Kind::ClaimAnswerLost],
            Self::CommitRefused => &[Kind::StoreReset, Kind::CommitRefusedForOne],
            Self::StoreCommitUnknown => &[
                Kind::StoreCommitUnknownApplied,
                Kind::StoreCommitUnknownNotApplied,
                Kind::StoreCommitUnknownLate,
            ],
            Self::KafkaCommitUnknown => &[Kind::CommitAnswerLost],
            Self::SendUnknown => &[Kind::Silence, Kind::LateAnswers],
            Self::TransactionAborted => &[Kind::AbortedTransactions],
            Self::CallDropped => &[Kind::FutureDropped],
            Self::Close => &[Kind::StopInRebalance],
            Self::Reset => &[Kind::StoreReset, Kind::KafkaReset],
            Self::Forgotten => &[Kind::RowDeleted, Kind::OffsetsExpire],
            Self::Anomaly => &[Kind::Retention, Kind::DeleteRecords],
            Self::LogStartMoved => &[Kind::Retention, Kind::DeleteRecords],
            Self::Compacted => &[Kind::Compaction],
            Self::Truncated => &[Kind::UncleanElection],
            Self::TopicDeleted => &[Kind::TopicDeleted, Kind::TopicRecreated],
            Self::Crash => &[Kind::MemberKilled],
            Self::Pause => &[Kind::MemberPaused],
        }
    }

    pub(super) const ALL: &[Self] = &[
        Self::Rebalance,
        Self::Loss,
        Self::Fence,
        Self::ClaimRefused,
        Self::ClaimUnknown,
        Self::CommitRefused,
        Self::StoreCommitUnknown,
        Self::KafkaCommitUnknown,
        Self::SendUnknown,
        Self::TransactionAborted,
        Self::CallDropped,
        Self::Close,
        Self::Reset,
        Self::Forgotten,
        Self::Anomaly,
        Self::LogStartMoved,
        Self::Compacted,
        Self::Truncated,
        Self::TopicDeleted,
        Self::Crash,
        Self::Pause,
    ];
}

/// What a kind of fault came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tally {
    drawn: u64,
    started: u64,
    met: u64,
}

/// The counts of a run of many seeds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    seeds: u64,
    events: u64,
    kinds: BTreeMap<Kind, Tally>,
    occurrences: BTreeMap<Occurrence, u64>,
}

/// So many draws are enough for what should follow to have followed; before, it may just be luck.
const ENOUGH: u64 = 20;

impl Coverage {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a seed.
    pub fn add(&mut self, plan: &Plan, history: &History) {
        self.seeds += 1;
        for fault in &plan.faults {
            self.kinds.entry(fault.kind).or_default().drawn += 1;
        }
        let mut keepers: BTreeMap<Commit, Keeper> = BTreeMap::new();
        for entry in history.entries() {
            self.events += 1;
            match &entry.event {
                Event::FaultStarted { kind, .. } => {
                    self.kinds.entry(*kind).or_default().started += 1;
                }
                Event::FaultEnded { fault, hits } => {
                    let planned = plan.faults.get(usize::from(fault.0));
                    if let Some(fault) = planned.filter(|_| *hits > 0) {
                        self.kinds.entry(fault.kind).or_default().met += 1;
                    }
                }
                Event::CommitBegan { commit, keeper, .. } => {
                    keepers.insert(*commit, *keeper);
                }
                _ => {}
            }
            if let Some(occurrence) = occurrence(&entry.event, &keepers) {
                *self.occurrences.entry(occurrence).or_default() += 1;
            }
        }
    }

    /// Adds what another run counted.
    pub fn merge(&mut self, other: &Self) {
        self.seeds += other.seeds;
        self.events += other.events;
        for (kind, tally) in &other.kinds {
            let ours = self.kinds.entry(*kind).or_default();
            ours.drawn += tally.drawn;
            ours.started += tally.started;
            ours.met += tally.met;
        }
        for (occurrence, count) in &other.occurrences {
            *self.occurrences.entry(*occurrence).or_default() += count;
        }
    }

    /// How often something occurred.
    #[must_use]
    pub fn count(&self, occurrence: Occurrence) -> u64 {
        self.occurrences.get(&occurrence).copied().unwrap_or(0)
    }

    /// What was drawn and never met, and what should have followed and never did: a run with any of that has failed. A
    /// few seeds may miss by chance, so a kind counts once it was drawn 20 times.
    #[must_use]
    pub fn missing(&self) -> Vec<String> {
        let mut missing = Vec::new();
        for (kind, tally) in &self.kinds {
            if tally.drawn >= ENOUGH && tally.met == 0 {
                missing.push(format!("{kind}: drawn {} times, never met", tally.drawn));
            }
        }
        for occurrence in Occurrence::ALL {
            let drawn: u64 = occurrence
                .follows()
                .iter()
                .map(|kind| self.drawn(*kind))
                .sum();
            if drawn >= ENOUGH && self.count(*occurrence) == 0 {
                missing.push(format!("{occurrence:?}: never, in spite of {drawn} faults"));
            }
        }
        missing
    }

    fn drawn(&self, kind: Kind) -> u64 {
        self.kinds.get(&kind).map_or(0, |tally| tally.drawn)
    }
}

fn occurrence(event: &Event, keepers: &BTreeMap<Commit, Keeper>) -> Option<Occurrence> {
    Some(match event {
        Event::Rebalanced { .. } => Occurrence::Rebalance,
        Event::Lost { .. } => Occurrence::Loss,
        Event::Fenced { .. } => Occurrence::Fence,
        Event::NotClaimed { outcome, .. } => match outcome {
            Outcome::Unknown => Occurrence::ClaimUnknown,
            _ => Occurrence::ClaimRefused,
        },
        Event::CommitEnded {
            commit, outcome, ..
        } => match (outcome, keepers.get(commit)) {
            (Outcome::Refused, _) => Occurrence::CommitRefused,
            (Outcome::Unknown, Some(Keeper::Store)) => Occurrence::StoreCommitUnknown,
            (Outcome::Unknown, _) => Occurrence::KafkaCommitUnknown,
            (Outcome::Acknowledged, _) => return None,
        },
        Event::SendEnded {
            outcome: Outcome::Unknown,
            ..
        } => Occurrence::SendUnknown,
        Event::TransactionEnded {
            outcome: Outcome::Refused,
            ..
        } => Occurrence::TransactionAborted,
        Event::CallEnded {
            outcome: Outcome::Unknown,
            ..
        } => Occurrence::CallDropped,
        Event::CallStarted {
            kind: CallKind::CloseMember,
            ..
        } => Occurrence::Close,
        Event::Reset { .. } => Occurrence::Reset,
        Event::Stored { next: None, .. } => Occurrence::Forgotten,
        Event::Skipped { .. } => Occurrence::Anomaly,
        Event::Removed { why, .. } => match why {
            Gone::Retention | Gone::DeleteRecords => Occurrence::LogStartMoved,
            Gone::Compaction => Occurrence::Compacted,
            Gone::Truncation => Occurrence::Truncated,
        },
        Event::TopicDeleted { .. } => Occurrence::TopicDeleted,
        Event::Crashed => Occurrence::Crash,
        Event::Paused => Occurrence::Pause,
        _ => return None,
    })
}

/// What [`Display`] writes, read back: runs side by side are processes of their own. Anything else is none.
impl FromStr for Coverage {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut coverage = Self::new();
        let mut lines = text.lines();
        let first: Vec<&str> = lines.next().ok_or(())?.split_whitespace().collect();
        let [seeds, "seeds,", events, "events"] = first[..] else {
            return Err(());
        };
        coverage.seeds = number(seeds)?;
        coverage.events = number(events)?;
        for line in lines.skip(1) {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words[..] {
                [name, drawn, started, met] => {
                    let kind = Kind::ALL.iter().find(|kind| kind.name() == name);
                    let tally = Tally {
                        drawn: number(drawn)?,
                        started: number(started)?,
                        met: number(met)?,
                    };
                    coverage.kinds.insert(*kind.ok_or(())?, tally);
                }
                [name, count] => {
                    let mut all = Occurrence::ALL.iter();
                    let occurrence = all.find(|it| format!("{it:?}") == name).ok_or(())?;
                    coverage.occurrences.insert(*occurrence, number(count)?);
                }
                _ => return Err(()),
            }
        }
        Ok(coverage)
    }
}

fn number(text: &str) -> Result<u64, ()> {
    text.parse().map_err(drop)
}

impl Display for Coverage {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} seeds, {} events", self.seeds, self.events)?;
        writeln!(f, "{:32}{:>9}{:>9}{:>9}", "fault", "drawn", "begun", "met")?;
        for (kind, tally) in &self.kinds {
            let Tally {
                drawn,
                started,
                met,
            } = tally;
            writeln!(f, "{kind:32}{drawn:>9}{started:>9}{met:>9}")?;
        }
        for occurrence in Occurrence::ALL {
            let name = format!("{occurrence:?}");
            writeln!(f, "{name:32}{:>9}", self.count(*occurrence))?;
        }
        Ok(())
    }
}
