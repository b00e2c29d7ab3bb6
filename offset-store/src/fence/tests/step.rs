//! What can happen in the [`World`](super::world::World), and how one random number says it.

pub(super) const MEMBERS: usize = 3;

/// One step of a history.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    /// The coordinator gives the partition to a member, who does not hear of it yet.
    Assign(usize),
    /// A member hears what the coordinator says.
    Hear(usize),
    /// Step 1 of a claim.
    Look(usize),
    /// Step 2: a heartbeat, sent now.
    Confirm(usize),
    /// Step 3.
    Claim(usize, Network),
    /// Results for so many records, and the offset after them.
    Commit(usize, i64, Network),
    /// A member compares its fence with the row's.
    Watch(usize),
    Release(usize, Network),
    /// A write that was held up arrives, perhaps not for the first time.
    Arrive(usize),
    OperatorLooks,
    /// What the operator decided over what it read, perhaps long ago.
    OperatorResets(i64),
    OperatorForgets,
    /// Somebody removes the row with a tool of the database.
    RowVanishes,
    Backup,
    /// Row and results together: they are one database.
    Restore,
}

/// What becomes of a write and its answer.
#[derive(Clone, Copy, Debug)]
pub(super) enum Network {
    Answers,
    /// Arrives twice; the second answer is the one that is heard.
    Repeats,
    LosesTheAnswer,
    LosesTheWrite,
    /// No answer, and the write arrives at some later [`Step::Arrive`].
    Delays,
}

/// A step from one random number: histories are long and many, and a tree of strategies a step is slow.
pub(super) fn step(number: u32) -> Step {
    let [kind, member, detail, network] = number.to_le_bytes();
    let member = usize::from(member) % MEMBERS;
    let network = match network % 11 {
        0 => Network::Repeats,
        1 => Network::LosesTheAnswer,
        2 => Network::LosesTheWrite,
        3..5 => Network::Delays,
        _ => Network::Answers,
    };
    match kind % 64 {
        0..3 => Step::Assign(member),
        3..9 => Step::Hear(member),
        9..18 => Step::Look(member),
        18..27 => Step::Confirm(member),
        27..36 => Step::Claim(member, network),
        36..48 => Step::Commit(member, i64::from(detail % 4), network),
        48..50 => Step::Watch(member),
        50 => Step::Release(member, network),
        51..57 => Step::Arrive(usize::from(detail % 8)),
        57..59 => Step::OperatorLooks,
        59 => Step::OperatorResets(i64::from(detail % 12)),
        60 => Step::OperatorForgets,
        61 => Step::RowVanishes,
        62 => Step::Backup,
        _ => Step::Restore,
    }
}
