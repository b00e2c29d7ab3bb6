//! The events.
//!
//! What a member says of itself (`CommitEnded`) and what truly is (`Stored`, seen at the table or broker) are different events: that
//! they may differ is what unknown outcomes are about.

use std::time::Duration;

use crate::plan::Kind;

use super::ending::ResultRow;
use super::name::{
    Assignment, Call, Commit, FaultId, Fence, Keeper, Key, Payload, Place, Transaction,
};

/// How something ended, as far as who asked for it knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It is done.
    Acknowledged,
    /// It is certainly not done.
    Refused,
    /// Nobody knows.
    Unknown,
}

/// How work on a record ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worked {
    /// It is done; in a results transaction: as far as the handler is concerned.
    Done,
    /// The handler said no.
    Failed,
    /// It was dropped half-way: fenced, lost, told to stop.
    Dropped,
}

/// Why a kept offset was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Write {
    /// A claim.
    Claim,
    /// A commit.
    Commit,
    /// An operator.
    Reset,
    /// The claim was given back; the offset stays.
    Release,
    /// It is forgotten: deleted by hand, or expired.
    Forget,
}

/// Why records are no longer in a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gone {
    /// They were old.
    Retention,
    /// An operator had them deleted.
    DeleteRecords,
    /// A newer record has their key.
    Compaction,
    /// A leader without them was elected. Their offsets may be used again.
    Truncation,
}

/// What kind of call it was, as far as it matters to what must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CallKind {
    /// Anything else.
    Any(&'static str),
    /// The end of a producer: what it was given is written or said not to be.
    CloseProducer,
    /// The end of a member in order: what is done is committed or said not to be.
    CloseMember,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    // Records.
    /// A record was given to the producer.
    Sent {
        /// Which.
        payload: Payload,
        /// Its key.
        key: Option<Key>,
        /// Where to.
        place: Place,
        /// In which transaction.
        transaction: Option<Transaction>,
    },
    /// The producer told what became of it.
    SendEnded {
        /// Which.
        payload: Payload,
        /// What it told.
        outcome: Outcome,
        /// The offset, where it was acknowledged.
        offset: Option<i64>,
    },
    /// A transaction of who produces ended. Refused: it was aborted.
    TransactionEnded {
        /// Which.
        transaction: Transaction,
        /// How, as it was told or as it turned out.
        outcome: Outcome,
    },
    /// Records are no longer in a log.
    Removed {
        /// Where.
        place: Place,
        /// From here.
        from: i64,
        /// Up to before here.
        to: i64,
        /// Why.
        why: Gone,
    },

    // A member's work.
    /// A record was handed to the member's handler.
    Delivered {
        /// By which assignment.
        assignment: Assignment,
        /// Where it is from.
        place: Place,
        /// Its offset.
        offset: i64,
        /// Itself.
        payload: Payload,
    },
    /// Work on it began.
    Began {
        /// By which assignment.
        assignment: Assignment,
        /// Where it is from.
        place: Place,
        /// Its offset.
        offset: i64,
        /// Itself.
        payload: Payload,
    },
    /// Work on it ended.
    Ended {
        /// By which assignment.
        assignment: Assignment,
        /// Where it is from.
        place: Place,
        /// Its offset.
        offset: i64,
        /// Itself.
        payload: Payload,
        /// How.
        worked: Worked,
    },
    /// The member moved its position by itself.
    Sought {
        /// By which assignment.
        assignment: Assignment,
        /// Where.
        place: Place,
        /// The next offset to be delivered.
        to: i64,
    },
    /// By a stated policy (of a member, or of an operator who has the member go on), what is between is not processed. Backwards: it was processed, and is no longer there.
    Skipped {
        /// Where.
        place: Place,
        /// Where it would have gone on.
        from: i64,
        /// Where it goes on.
        to: i64,
    },

    // Ownership.
    /// The group rebalanced.
    Rebalanced {
        /// The generation, or the group's epoch.
        generation: i32,
    },
    /// A member has partitions.
    Gained {
        /// The assignment.
        assignment: Assignment,
        /// All of them, or those that were added.
        places: Vec<Place>,
    },
    /// A member gives partitions up in order.
    Revoked {
        /// The assignment.
        assignment: Assignment,
        /// Which.
        places: Vec<Place>,
    },
    /// A member learnt that it has no partitions any more.
    Lost {
        /// The assignment.
        assignment: Assignment,
        /// Which.
        places: Vec<Place>,
    },
    /// A member read a row of the store, to claim it.
    Looked {
        /// By which assignment.
        assignment: Assignment,
        /// Where.
        place: Place,
    },
    /// A claim was made, and work starts there; without a store: a start was found.
    Claimed {
        /// By which assignment.
        assignment: Assignment,
        /// Where.
        place: Place,
        /// The next offset to be delivered.
        at: i64,
    },
    /// A claim was not made.
    NotClaimed {
        /// By which assignment.
        assignment: Assignment,
        /// Where.
        place: Place,
        /// Whether it was refused, or nobody knows.
        outcome: Outcome,
    },
    /// A member learnt that its claim stands no more.
    Fenced {
        /// By which assignment.
        assignment: Assignment,
        /// Where.
        place: Place,
    },

    // Offsets.
    /// A member asks for a commit.
    CommitBegan {
        /// Which attempt.
        commit: Commit,
        /// By which assignment.
        assignment: Assignment,
        /// Of whom.
        keeper: Keeper,
        /// Where.
        place: Place,
        /// The next offset to process.
        next: i64,
    },
    /// What the member was told.
    CommitEnded {
        /// Which attempt.
        commit: Commit,
        /// What.
        outcome: Outcome,
        /// Where the partition stands by what it was told.
        at: Option<i64>,
    },
    /// A kept offset was written, seen at the table or broker. `who` is who wrote it.
    Stored {
        /// Who keeps it.
        keeper: Keeper,
        /// Where.
        place: Place,
        /// The next offset to process, none: there is none any more.
        next: Option<i64>,
        /// The fence in the row from now on; none where the keeper has none.
        fence: Option<Fence>,
        /// Why it was written.
        write: Write,
        /// The results that came with it, in the same transaction.
        results: Vec<ResultRow>,
    },

    // The operator.
    /// An operator asked for another offset.
    Reset {
        /// Of whom.
        keeper: Keeper,
        /// Where.
        place: Place,
        /// The next offset to process.
        to: i64,
        /// What came of it.
        outcome: Outcome,
    },
    /// A topic was deleted.
    TopicDeleted {
        /// Which.
        topic: u8,
        /// Which making of it.
        made: u8,
    },
    /// A topic was made, or got more partitions.
    TopicMade {
        /// Which.
        topic: u8,
        /// Which making of it.
        made: u8,
        /// How many partitions it has from now on.
        partitions: u16,
    },

    // Faults.
    /// A fault of the plan began.
    FaultStarted {
        /// Its place in the plan.
        fault: FaultId,
        /// What it is.
        kind: Kind,
    },
    /// It is over.
    FaultEnded {
        /// Its place in the plan.
        fault: FaultId,
        /// How often it had its effect: 0, if nobody met it.
        hits: u32,
    },
    /// A member was killed, at whatever await it stood.
    Crashed,
    /// A member was started.
    Started,
    /// A member stands still: its process, or its tasks, which get no time.
    Paused,
    /// It goes on.
    Resumed,
    /// All faults are over.
    Healed,
    /// Nothing is left to be done: the lag is 0.
    Settled,

    // Calls, and what is left.
    /// Something public was called.
    CallStarted {
        /// Which call.
        call: Call,
        /// What.
        kind: CallKind,
        /// When it must have ended.
        deadline: Duration,
    },
    /// It returned, or was dropped.
    CallEnded {
        /// Which call.
        call: Call,
        /// Refused: it returned an error. Unknown: its future was dropped.
        outcome: Outcome,
    },
    /// What is left at the end.
    Left {
        /// Tasks that still run.
        tasks: u32,
        /// Connections that are still open.
        sockets: u32,
        /// Rows, files or tables that are still locked.
        locks: u32,
    },
    /// Anything else that a reader should know.
    Said(String),
}

impl Event {
    /// The place that it is about, if there is one.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        match self {
            Self::Sent { place, .. }
            | Self::Removed { place, .. }
            | Self::Delivered { place, .. }
            | Self::Began { place, .. }
            | Self::Ended { place, .. }
            | Self::Sought { place, .. }
            | Self::Skipped { place, .. }
            | Self::Looked { place, .. }
            | Self::Claimed { place, .. }
            | Self::NotClaimed { place, .. }
            | Self::Fenced { place, .. }
            | Self::CommitBegan { place, .. }
            | Self::Stored { place, .. }
            | Self::Reset { place, .. } => Some(*place),
            _ => None,
        }
    }

    /// Whether a reader who follows one place wants to see it.
    #[must_use]
    pub fn concerns(&self, place: Place) -> bool {
        match self {
            Self::Gained { places, .. }
            | Self::Revoked { places, .. }
            | Self::Lost { places, .. } => places.contains(&place),
            Self::TopicDeleted { topic, .. } | Self::TopicMade { topic, .. } => {
                *topic == place.topic
            }
            Self::SendEnded { .. } | Self::CallStarted { .. } | Self::CallEnded { .. } => false,
            _ => self.place().is_none_or(|other| other == place),
        }
    }
}
