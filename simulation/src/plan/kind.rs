//! The catalogue of faults. Each says what it aims at, how long it lasts and which scenarios of SCENARIOS.md it covers.
//!
//! The table at the end is the catalogue; a new fault is one line there, a row in SCENARIOS.md, and an arm in the wiring.

use std::fmt::{self, Display, Formatter};
use std::time::Duration;

/// What a fault is aimed at: which part of its target counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    /// One broker.
    Broker,
    /// One member.
    Member,
    /// One topic.
    Topic,
    /// One partition.
    Partition,
    /// Whoever comes: rules by API, the group, the store.
    All,
}

macro_rules! catalogue {
    ($($(#[doc = $doc:literal])* $kind:ident $aim:ident $shortest:literal..$longest:literal: $($scenario:ident)*;)*) => {
        /// A kind of fault.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $($(#[doc = $doc])* $kind,)*
        }

        impl Kind {
            /// All kinds, in the order of the catalogue.
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            /// Its name, as it stands in SCENARIOS.md and in histories.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$kind => stringify!($kind),)* }
            }

            /// The scenarios that it covers.
            #[must_use]
            pub fn scenarios(self) -> &'static [&'static str] {
                match self { $(Self::$kind => &[$(stringify!($scenario)),*],)* }
            }

            /// What it aims at.
            #[must_use]
            pub fn aim(self) -> Aim {
                match self { $(Self::$kind => Aim::$aim,)* }
            }

            /// The shortest and the longest time that it lasts.
            #[must_use]
            pub fn lasts(self) -> (Duration, Duration) {
                let (shortest, longest) = match self { $(Self::$kind => ($shortest, $longest),)* };
                (Duration::from_millis(shortest), Duration::from_millis(longest))
            }
        }
    };
}

impl Display for Kind {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

// Name, aim, how long in milliseconds, scenarios.
catalogue! {
    // The network.
    /// A broker cuts connections at their first request, for its versions.
    /// Who refuses them outright is down, in [`Self::BrokerReplaced`] and [`Self::RollingBounce`].
    ConnectionRefused Broker 500..20000: S1;
    /// Answers are cut in the middle.
    CutInAnswer Broker 500..10000: S2 S14;
    /// A broker takes connections and requests, and says nothing.
    Silence Broker 1000..30000: S3;
    /// Answers come after the request's time-out.
    LateAnswers Broker 1000..30000: S4;
    /// A byte a second.
    Trickle Broker 1000..20000: S5;
    /// Connections whose other end is gone without a word.
    HalfOpen Broker 5000..60000: S6;
    /// Every address that a client was given first is gone, and brokers are elsewhere.
    AddressesChange All 1000..20000: S10;
    /// One request of ten cuts its connection, at all brokers.
    ConnectionsDie All 5000..40000: S11;
    /// Quotas.
    Throttle Broker 1000..20000: S12;
    /// A bit of an answer is flipped.
    CorruptAnswers Broker 500..10000: S16;
    /// A member is cut off from all brokers; others are not.
    Partitioned Member 500..40000: S6;
    /// Requests take effect, and the connection is cut: any API.
    AnswersLost All 500..10000: S48;
    /// An error code that no client knows.
    UnknownErrorCode All 500..5000: S19;

    // Leaders and metadata.
    /// A partition's leader moves.
    LeaderMoves Partition 0..0: S23;
    /// It moves each few moments.
    LeaderFlaps Partition 2000..20000: S24;
    /// A broker tells old metadata.
    StaleMetadata Broker 1000..20000: S25;
    /// FENCED_LEADER_EPOCH and UNKNOWN_LEADER_EPOCH.
    LeaderEpochErrors Partition 500..5000: S26;
    /// A partition without a leader.
    NoLeader Partition 1000..30000: S28;
    /// A topic is deleted while it is consumed, and made anew later.
    TopicDeleted Topic 2000..20000: S29;
    /// A topic is deleted and made anew at once.
    TopicRecreated Topic 0..0: S30 F26;
    /// A topic gets more partitions.
    PartitionsAdded Topic 0..0: S31 F32;
    /// A broker is taken away, and comes back later as it was.
    BrokerReplaced Broker 2000..30000: S32;
    /// All brokers are restarted, one after the other.
    RollingBounce All 5000..30000: S33;
    /// A leader that lacks the newest records is elected.
    UncleanElection Partition 0..0: S34 F29;

    // Logs and fetches.
    /// Fetch sessions are forgotten, or their epochs refused.
    FetchSessionLost Broker 500..10000: S35;
    /// A compacted topic is compacted: gaps, and tails that are gone.
    Compaction Partition 0..0: S37 F30;
    /// Transactions are aborted; partitions end in control batches.
    AbortedTransactions Partition 1000..20000: S38 S39 F31;
    /// A transaction stays open, and the last stable offset where it is.
    HangingTransaction Partition 5000..40000: S40 F31;
    /// Retention runs past a slow member.
    Retention Partition 0..0: S41 S44 F27;
    /// Records are deleted up to the end.
    DeleteRecords Partition 0..0: F28;
    /// OFFSET_NOT_AVAILABLE, and OFFSET_MOVED_TO_TIERED_STORAGE.
    OffsetNotAvailable Partition 500..10000: S42;

    // The coordinator.
    /// NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS: to those who join, sync, beat, commit and fetch offsets, and in
    /// transactions.
    CoordinatorErrors All 500..15000: S46;
    /// The group's coordinator moves.
    CoordinatorMoves All 0..0: S47;
    /// Commits take effect, and their answers are lost.
    CommitAnswerLost Member 500..10000: S48;
    /// A commit is held up until after a newer one.
    CommitDelayed Member 1000..15000: S49;
    /// UNSTABLE_OFFSET_COMMIT: an offset waits for a transaction, which is aborted, or sets it a bit lower.
    UnstableOffsets Partition 1000..30000: S50;
    /// One partition of many is refused.
    CommitRefusedForOne Partition 500..10000: S51;
    /// Offsets expire while nobody commits.
    OffsetsExpire Partition 0..0: S52;
    /// The group is deleted while its members are away for a moment, and begins at generation 1.
    GroupDeleted All 0..0: S53 F7;
    /// The group is full.
    GroupFull All 1000..20000: S54;

    // Members.
    /// A member is killed at any time, between two turns of its tasks, and started again.
    MemberKilled Member 500..30000: S55 F20;
    /// A member stands still for longer than the session lasts, and goes on.
    MemberPaused Member 12000..45000: S56 F1;
    /// A handler takes longer than a poll may.
    SlowHandler Member 5000..40000: S57;
    /// Members come and go.
    JoinStorm All 5000..20000: S58;
    /// The member that assigns dies before it has.
    LeaderKilledInSync Member 500..20000: S59;
    /// REBALANCE_IN_PROGRESS on each heartbeat.
    RebalanceOnEachHeartbeat All 1000..20000: S60;
    /// A static member is started again, or a second time.
    StaticRestart Member 500..20000: S62 F43;
    /// Two rebalances while a member's fetches are slow, so that what was assigned is taken away before a record has come.
    RevokedAtOnce Member 0..0: S66;
    /// A member stops while the group rebalances: when somebody has heard of it, or when partitions are being assigned.
    StopInRebalance Member 500..20000: S67 S78;
    /// A handler panics, fails, or hangs until a rebalance cuts it off.
    HandlerFails Member 0..0: S68 F44;
    /// The clock of a member jumps by an hour.
    ClockJumps Member 5000..30000: F34;
    /// A public future is dropped at one of its awaits.
    FutureDropped Member 500..20000: S75;
    /// A member's tasks get no time for a while, and then all at once.
    Starved Member 500..9000: S76;

    // Stores.
    /// A member's process stands still in a transaction: before the guarded write, or between it and its answer.
    PauseInTransaction Member 12000..45000: F2;
    /// A claim is written long after its row was read.
    LateClaim Member 5000..45000: F3 F4;
    /// The answer to a claim is lost.
    ClaimAnswerLost Member 500..10000: F16;
    /// A store is down when partitions are claimed.
    StoreDownAtClaim All 1000..30000: F16;
    /// It is down when offsets are committed, for less or more than the rebalance time-out.
    StoreDownAtCommit All 1000..40000: F17;
    /// It is down when partitions are given up.
    StoreDownAtRevoke All 1000..30000: F18;
    /// It can be read only, or is full.
    StoreReadOnly All 1000..20000: F19;
    /// A commit is applied, and its answer lost.
    StoreCommitUnknownApplied Member 500..10000: F13;
    /// A commit is not applied, and nobody says so.
    StoreCommitUnknownNotApplied Member 500..10000: F14;
    /// A commit arrives after its owner has claimed again.
    StoreCommitUnknownLate Member 500..10000: F15;
    /// Transactions fail and are to be tried again.
    SerializationFailure All 500..10000: F36;
    /// One partition of a commit of many is fenced.
    FencedInBatch Partition 0..0: F37;
    /// A member is killed after its commit and before the mirror.
    KillBeforeMirror Member 500..20000: F21;
    /// The mirror fails for long.
    MirrorFails All 5000..40000: F22;
    /// The mirror is refused: generation, unknown member.
    MirrorRefused Member 500..10000: F23;
    /// An operator sets a store's offset: forward, backward, to the same.
    StoreReset Partition 0..0: F25;
    /// An operator sets the group's offset in Kafka, for which the group stops.
    KafkaReset Partition 1000..10000: F25;
    /// A row is deleted by hand.
    RowDeleted Partition 0..0: F41;
}

impl Kind {
    /// All of them in the order in which plans draw them. Seeds stand in commits and tables: another order makes other plans of them.
    pub const DRAWN: &[Self] = &[
        Self::ConnectionRefused,
        Self::CutInAnswer,
        Self::Silence,
        Self::LateAnswers,
        Self::HalfOpen,
        Self::ConnectionsDie,
        Self::Throttle,
        Self::Partitioned,
        Self::AnswersLost,
        Self::LeaderMoves,
        Self::LeaderFlaps,
        Self::LeaderEpochErrors,
        Self::NoLeader,
        Self::BrokerReplaced,
        Self::RollingBounce,
        Self::FetchSessionLost,
        Self::AbortedTransactions,
        Self::HangingTransaction,
        Self::OffsetNotAvailable,
        Self::CoordinatorErrors,
        Self::CoordinatorMoves,
        Self::CommitAnswerLost,
        Self::CommitDelayed,
        Self::UnstableOffsets,
        Self::MemberKilled,
        Self::SlowHandler,
        Self::JoinStorm,
        Self::RebalanceOnEachHeartbeat,
        Self::StopInRebalance,
        Self::HandlerFails,
        Self::PauseInTransaction,
        Self::LateClaim,
        Self::ClaimAnswerLost,
        Self::StoreDownAtClaim,
        Self::StoreDownAtCommit,
        Self::StoreDownAtRevoke,
        Self::StoreReadOnly,
        Self::StoreCommitUnknownApplied,
        Self::StoreCommitUnknownNotApplied,
        Self::StoreCommitUnknownLate,
        Self::SerializationFailure,
        Self::MirrorFails,
        Self::MirrorRefused,
        Self::StoreReset,
        Self::Trickle,
        Self::CorruptAnswers,
        Self::UnknownErrorCode,
        Self::MemberPaused,
        Self::Starved,
        Self::ClockJumps,
        Self::StaticRestart,
        Self::LeaderKilledInSync,
        Self::RevokedAtOnce,
        Self::FutureDropped,
        Self::FencedInBatch,
        Self::KillBeforeMirror,
        Self::TopicDeleted,
        Self::TopicRecreated,
        Self::PartitionsAdded,
        Self::UncleanElection,
        Self::Compaction,
        Self::Retention,
        Self::DeleteRecords,
        Self::OffsetsExpire,
        Self::GroupDeleted,
        Self::GroupFull,
        Self::RowDeleted,
        Self::KafkaReset,
        Self::StaleMetadata,
        Self::AddressesChange,
        Self::CommitRefusedForOne,
    ];
}
