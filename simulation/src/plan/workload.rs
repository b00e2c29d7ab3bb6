//! What the members do, and which kinds of fault mean anything to them.

use std::fmt::{self, Display, Formatter};

use crate::check::{Effects, Order};
use crate::history::Keeper;

use super::{Dice, Kind};

/// Where offsets are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StoreKind {
    /// The group's own offsets in Kafka.
    Kafka,
    /// The memory table.
    Memory,
    /// SQLite in memory, called inline.
    Sqlite,
}

/// How members find together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// JoinGroup and SyncGroup, and each rebalance takes all partitions away.
    Eager,
    /// The same, and partitions that stay are kept.
    Cooperative,
    /// KIP-848.
    Consumer,
}

impl Protocol {
    /// Those that the group speaks by now: a plan draws no other.
    pub const BUILT: &[Self] = &[Self::Eager];
}

/// What the members do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Workload {
    /// What is promised.
    pub effects: Effects,
    /// Where offsets are.
    pub store: StoreKind,
    /// How members find together.
    pub protocol: Protocol,
    /// In which order records are worked on.
    pub order: Order,
    /// Records come in transactions, of which some are aborted; members read what is committed.
    pub transactional: bool,
    /// Members have an instance id each.
    pub are_static: bool,
    /// The group starts at the newest record, not at the oldest.
    pub starts_newest: bool,
}

impl Workload {
    pub(super) fn draw(dice: &mut Dice) -> Self {
        let (effects, store) = dice.pick(&[
            (Effects::ExactlyOnce, StoreKind::Memory),
            (Effects::ExactlyOnce, StoreKind::Sqlite),
            (Effects::ExactlyOnce, StoreKind::Sqlite),
            (Effects::AtLeastOnce, StoreKind::Kafka),
            (Effects::AtLeastOnce, StoreKind::Memory),
            (Effects::AtLeastOnce, StoreKind::Sqlite),
            (Effects::AutoCommit, StoreKind::Kafka),
        ]);
        let by_key = effects == Effects::AtLeastOnce && dice.once_in(2);
        Self {
            effects,
            store,
            protocol: dice.pick(Protocol::BUILT),
            order: if by_key { Order::Key } else { Order::Partition },
            transactional: dice.once_in(3),
            are_static: dice.once_in(4),
            starts_newest: dice.once_in(3),
        }
    }

    /// Which offsets count.
    #[must_use]
    pub fn keeper(&self) -> Keeper {
        match self.store {
            StoreKind::Kafka => Keeper::Kafka,
            StoreKind::Memory | StoreKind::Sqlite => Keeper::Store,
        }
    }

    /// Whether a kind of fault can have its effect here: a plan draws no other.
    #[must_use]
    pub fn knows(&self, kind: Kind) -> bool {
        let has_store = self.store != StoreKind::Kafka;
        if self.starts_newest && forgets(kind, has_store) {
            return false;
        }
        match kind {
            Kind::StoreDownAtClaim
            | Kind::StoreDownAtCommit
            | Kind::StoreDownAtRevoke
            | Kind::StoreReadOnly
            | Kind::StoreCommitUnknownApplied
            | Kind::StoreCommitUnknownNotApplied
            | Kind::StoreCommitUnknownLate
            | Kind::ClaimAnswerLost
            | Kind::LateClaim
            | Kind::StoreReset
            | Kind::RowDeleted
            // What is in a store goes to Kafka too.
            | Kind::KillBeforeMirror
            | Kind::MirrorFails
            | Kind::MirrorRefused => has_store,
            // Results go with one partition's offset.
            Kind::FencedInBatch => has_store && self.effects != Effects::ExactlyOnce,
            Kind::PauseInTransaction => self.effects == Effects::ExactlyOnce,
            Kind::SerializationFailure => self.store == StoreKind::Sqlite,
            Kind::KafkaReset
            | Kind::CommitAnswerLost
            | Kind::CommitDelayed
            | Kind::CommitRefusedForOne
            | Kind::UnstableOffsets
            | Kind::OffsetsExpire => !has_store,
            Kind::HangingTransaction | Kind::AbortedTransactions => self.transactional,
            // A marker that is cut off leaves its transaction open for ever, until an operator ends it.
            // And of a topic that is gone no transaction can be ended.
            Kind::UncleanElection | Kind::TopicDeleted | Kind::TopicRecreated => {
                !self.transactional
            }
            Kind::StaticRestart => self.are_static,
            Kind::LeaderKilledInSync => self.protocol != Protocol::Consumer,
            _ => true,
        }
    }
}

/// Whether a place to start is lost, or is not there yet: who starts at the newest record leaves out what came before, and is meant to. (That
/// a topic grew, Kafka's offsets don't tell; a store's rows do.)
fn forgets(kind: Kind, has_store: bool) -> bool {
    match kind {
        Kind::RowDeleted | Kind::OffsetsExpire => true,
        Kind::GroupDeleted | Kind::TopicDeleted | Kind::TopicRecreated | Kind::PartitionsAdded => {
            !has_store
        }
        _ => false,
    }
}

impl Display for Workload {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self {
            effects,
            store,
            protocol,
            order,
            ..
        } = self;
        write!(
            f,
            "{effects:?}, offsets in {store:?}, protocol {protocol:?}, in order by {order:?}"
        )?;
        let and = [
            (self.transactional, "transactions"),
            (self.are_static, "static members"),
            (self.starts_newest, "from the newest record on"),
        ];
        for (_, what) in and.iter().filter(|(has, _)| *has) {
            write!(f, ", {what}")?;
        }
        Ok(())
    }
}
