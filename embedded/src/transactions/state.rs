//! The states of a transactional id, under the names and numbers that Kafka gives them.

/// What a transactional id is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TransactionState {
    /// It has a producer that has not begun anything.
    Empty,
    /// Partitions are in its transaction.
    Ongoing,
    /// The commit is decided, and markers are missing.
    PrepareCommit,
    /// The abort is decided, and markers are missing.
    PrepareAbort,
    /// Every partition has its commit marker.
    CompleteCommit,
    /// Every partition has its abort marker.
    CompleteAbort,
    /// Expired. The machine forgets such ids at once, so only records may say so.
    Dead,
    /// A step of Kafka between two states, that never stays.
    PrepareEpochFence,
}

/// All of them, in the order of their numbers.
const ALL: [TransactionState; 8] = [
    TransactionState::Empty,
    TransactionState::Ongoing,
    TransactionState::PrepareCommit,
    TransactionState::PrepareAbort,
    TransactionState::CompleteCommit,
    TransactionState::CompleteAbort,
    TransactionState::Dead,
    TransactionState::PrepareEpochFence,
];

impl TransactionState {
    /// The state of a number in `__transaction_state`.
    #[must_use]
    pub fn of(number: i8) -> Option<Self> {
        ALL.get(usize::try_from(number).ok()?).copied()
    }

    /// The state of a name, as ListTransactions filters by it.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        ALL.into_iter().find(|state| state.name() == name)
    }

    /// The number in `__transaction_state`.
    #[must_use]
    pub fn number(self) -> i8 {
        self as i8
    }

    /// Kafka's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Empty => "Empty",
            Self::Ongoing => "Ongoing",
            Self::PrepareCommit => "PrepareCommit",
            Self::PrepareAbort => "PrepareAbort",
            Self::CompleteCommit => "CompleteCommit",
            Self::CompleteAbort => "CompleteAbort",
            Self::Dead => "Dead",
            Self::PrepareEpochFence => "PrepareEpochFence",
        }
    }

    /// Whether an end is decided and not completed.
    #[must_use]
    pub fn is_prepared(self) -> bool {
        matches!(self, Self::PrepareCommit | Self::PrepareAbort)
    }

    /// Whether an id in this state may be forgotten.
    pub(super) fn may_expire(self) -> bool {
        matches!(
            self,
            Self::Empty | Self::CompleteCommit | Self::CompleteAbort
        )
    }
}
