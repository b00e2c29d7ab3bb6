//! ◇ From a seed to what will be tried: a cluster, a workload, and faults with their times and targets.
//!
//! The same seed is the same plan on any machine and with any version of any library: the dice are this crate's own.
//!
//! | part | what |
//! | --- | --- |
//! | `dice` | numbers from a seed |
//! | `kind` | the catalogue of faults, and the scenarios that each covers |
//! | `workload` | what the members do, and which kinds of fault mean anything to them |
//! | `coverage` | what occurred in a run of many seeds, and what should have |
#![deny(clippy::disallowed_methods)]

use std::fmt::{self, Display, Formatter};
use std::time::Duration;

mod coverage;
mod dice;
mod kind;
#[cfg(test)]
mod tests;
mod workload;

pub use coverage::{Coverage, Occurrence};
pub use dice::Dice;
pub use kind::{Aim, Kind};
pub use workload::{Protocol, StoreKind, Workload};

use crate::history::FaultId;

/// The fewest faults of a plan.
pub const FEWEST_FAULTS: usize = 8;
/// Before this, the group finds together.
const QUIET: Duration = Duration::from_secs(2);
/// The last fault starts before this.
const FAULTS_UNTIL: Duration = Duration::from_secs(60);
/// Records are sent until then, so that each fault meets some.
const RECORDS_UNTIL: Duration = Duration::from_secs(70);

/// All that is decided before a run begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Where it is from.
    pub seed: u64,
    /// The cluster.
    pub shape: Shape,
    /// What members do.
    pub workload: Workload,
    /// What goes wrong, by time.
    pub faults: Vec<Fault>,
}

/// How large everything is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Brokers, numbered from 1.
    pub brokers: u8,
    /// Members that the group starts with, numbered from 0.
    pub members: u8,
    /// Topics, numbered from 0.
    pub topics: u8,
    /// Partitions of each topic at the beginning.
    pub partitions: u16,
    /// Records in all.
    pub records: u32,
    /// Keys in all.
    pub keys: u16,
    /// The largest record's value in bytes.
    pub largest: u32,
    /// Over which time records are sent.
    pub records_until: Duration,
}

/// A fault to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Its place in the plan.
    pub id: FaultId,
    /// What.
    pub kind: Kind,
    /// When it starts.
    pub at: Duration,
    /// How long it lasts.
    pub lasts: Duration,
    /// Whom it meets.
    pub target: Target,
}

/// Whom a fault meets. All is drawn for each; what a kind aims at says what counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// A broker, from 1.
    pub broker: u8,
    /// A member, from 0.
    pub member: u8,
    /// A topic, from 0.
    pub topic: u8,
    /// A partition of it, from 0.
    pub partition: u16,
    /// How many requests, awaits or records are let through first.
    pub skip: u16,
    /// How often of a thousand times it has its effect.
    pub permille: u16,
    /// Picks among what a kind may do: error codes, APIs, where to reset to.
    pub choice: u16,
}

impl Plan {
    /// The plan of a seed.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        Self::only(seed, Kind::DRAWN)
    }

    /// The same with faults of some kinds alone: with none, where none of them means anything to what the seed has members do.
    #[must_use]
    pub fn only(seed: u64, kinds: &[Kind]) -> Self {
        let mut dice = Dice::new(seed);
        let workload = Workload::draw(&mut dice);
        Self::drawn(seed, dice, workload, kinds)
    }

    fn drawn(seed: u64, mut dice: Dice, workload: Workload, kinds: &[Kind]) -> Self {
        let shape = Shape::draw(&mut dice);
        let kinds: Vec<Kind> = kinds
            .iter()
            .copied()
            .filter(|kind| workload.knows(*kind))
            .collect();
        let count = match kinds.is_empty() {
            true => 0,
            false => FEWEST_FAULTS + dice.index(7),
        };
        let mut faults: Vec<Fault> = (0..count)
            .map(|_| Fault::draw(&mut dice, &kinds, &shape))
            .collect();
        faults.sort_by_key(|fault| fault.at);
        for (number, fault) in (0_u16..).zip(&mut faults) {
            fault.id = FaultId(number);
        }
        Self {
            seed,
            shape,
            workload,
            faults,
        }
    }

    /// Whether members read aborted records too, and those of open transactions: some of the plans with transactions. Not drawn, so that seeds
    /// mean what they meant.
    #[must_use]
    pub fn reads_uncommitted(&self) -> bool {
        self.workload.transactional && self.shape.keys.is_multiple_of(4)
    }

    /// When the last fault is over.
    #[must_use]
    pub fn healed(&self) -> Duration {
        let ends = self.faults.iter().map(|fault| fault.at + fault.lasts);
        ends.max().unwrap_or_default()
    }
}

impl Shape {
    fn draw(dice: &mut Dice) -> Self {
        let topics = dice.between(1, 3);
        let least = 6_u32.div_ceil(topics);
        Self {
            brokers: narrow(dice.between(3, 5)),
            members: narrow(dice.between(3, 5)),
            topics: narrow(topics),
            partitions: narrow16(dice.between(least, least + 3)),
            records: dice.between(500, 900),
            keys: narrow16(dice.between(1, 60)),
            largest: dice.pick(&[16, 200, 5_000]),
            records_until: RECORDS_UNTIL,
        }
    }
}

impl Fault {
    fn draw(dice: &mut Dice, kinds: &[Kind], shape: &Shape) -> Self {
        let kind = dice.pick(kinds);
        let (shortest, longest) = kind.lasts();
        let at = dice.time(QUIET, FAULTS_UNTIL);
        let lasts = dice.time(shortest, longest);
        let target = Target {
            broker: narrow(dice.between(1, u32::from(shape.brokers))),
            member: narrow(dice.between(0, u32::from(shape.members) - 1)),
            topic: narrow(dice.between(0, u32::from(shape.topics) - 1)),
            partition: narrow16(dice.between(0, u32::from(shape.partitions) - 1)),
            skip: dice.pick(&[0, 0, 1, 2, 3, 5, 8, 20]),
            permille: dice.pick(&[1000, 1000, 500, 200, 50]),
            choice: narrow16(dice.between(0, 999)),
        };
        // What happens once, happens.
        let target = if longest.is_zero() {
            Target {
                skip: 0,
                permille: 1000,
                ..target
            }
        } else {
            target
        };
        Self {
            id: FaultId(0),
            kind,
            at,
            lasts,
            target,
        }
    }
}

fn narrow(number: u32) -> u8 {
    u8::try_from(number).unwrap_or(u8::MAX)
}

fn narrow16(number: u32) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

impl Display for Plan {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Shape {
            brokers,
            members,
            topics,
            partitions,
            records,
            keys,
            largest,
            records_until,
        } = self.shape;
        writeln!(f, "seed {}", self.seed)?;
        writeln!(
            f,
            "{brokers} brokers, {members} members, {topics} topics of {partitions} partitions"
        )?;
        writeln!(
            f,
            "{records} records of up to {largest} bytes with {keys} keys until {} s",
            records_until.as_secs()
        )?;
        let uncommitted = match self.reads_uncommitted() {
            true => ", read before they are committed",
            false => "",
        };
        writeln!(f, "{}{uncommitted}", self.workload)?;
        for fault in &self.faults {
            writeln!(f, "{fault}")?;
        }
        Ok(())
    }
}

impl Display for Fault {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (at, lasts) = (self.at.as_millis(), self.lasts.as_millis());
        write!(
            f,
            "{:8} {:3}.{:03} s for {:3}.{:03} s  {}{}",
            self.id.to_string(),
            at / 1000,
            at % 1000,
            lasts / 1000,
            lasts % 1000,
            self.kind,
            Aimed(self.kind.aim(), self.target),
        )
    }
}

struct Aimed(Aim, Target);

impl Display for Aimed {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(aim, target) = self;
        match aim {
            Aim::Broker => write!(f, " broker{}", target.broker)?,
            Aim::Member => write!(f, " m{}", target.member)?,
            Aim::Topic => write!(f, " t{}", target.topic)?,
            Aim::Partition => write!(f, " t{}-{}", target.topic, target.partition)?,
            Aim::All => {}
        }
        let Target {
            skip,
            permille,
            choice,
            ..
        } = target;
        write!(f, ", after {skip}, {permille} of 1000, choice {choice}")
    }
}
