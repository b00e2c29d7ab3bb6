//! Under which leadership the delivered records were appended: a commit tells the one of its last record (KIP-320).

#![deny(clippy::disallowed_methods)]

use std::collections::VecDeque;

/// Changes of leadership that are remembered. More between two commits cost a commit without leader epoch, which
/// only skips a check.
const MAX_CHANGES: usize = 64;

/// The leader epochs of what was delivered and not yet committed.
#[derive(Debug)]
pub(crate) struct LeaderEpochs {
    /// From which offset on, which epoch; ascending.
    changes: VecDeque<(i64, Option<i32>)>,
    /// All before it was delivered.
    next: i64,
}

impl LeaderEpochs {
    pub(crate) fn new(start: i64, epoch: Option<i32>) -> Self {
        Self {
            changes: [(i64::MIN, epoch), (start, epoch)].into(),
            next: start,
        }
    }

    /// A batch came: from `first` to before `next`. What lies in a gap before it (markers, or what compaction left) may be of an epoch in between, which
    /// nobody told: the one before would be too old for a commit behind the gap, and the log would seem to have been cut off there.
    pub(crate) fn deliver(&mut self, first: i64, next: i64, epoch: Option<i32>) {
        let gap = std::mem::replace(&mut self.next, next);
        if self.changes.back().is_some_and(|(_, last)| *last == epoch) {
            return;
        }
        if gap < first {
            self.change(gap, None);
        }
        self.change(first, epoch);
    }

    fn change(&mut self, first: i64, epoch: Option<i32>) {
        if self.changes.len() == MAX_CHANGES {
            self.changes.pop_front();
            if let Some(oldest) = self.changes.front_mut() {
                *oldest = (i64::MIN, None);
            }
        }
        self.changes.push_back((first, epoch));
    }

    /// The epoch of the last record before `next`.
    pub(crate) fn before(&self, next: i64) -> Option<i32> {
        let change = self.changes.iter().rev().find(|(first, _)| *first < next);
        change.and_then(|(_, epoch)| *epoch)
    }

    /// What lies before `next` is committed.
    pub(crate) fn commit(&mut self, next: i64) {
        while self.changes.get(1).is_some_and(|(first, _)| *first < next) {
            self.changes.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_tells_the_epoch_of_its_last_record() {
        let mut epochs = LeaderEpochs::new(10, Some(1));
        epochs.deliver(10, 20, Some(1));
        epochs.deliver(20, 30, Some(2));
        assert_eq!(epochs.before(10), Some(1));
        assert_eq!(epochs.before(20), Some(1));
        assert_eq!(epochs.before(21), Some(2));
        epochs.commit(25);
        assert_eq!(epochs.before(30), Some(2));
    }

    #[test]
    fn behind_a_gap_no_older_epoch_is_told() {
        let mut epochs = LeaderEpochs::new(70, Some(1));
        epochs.deliver(70, 77, Some(1));
        epochs.deliver(80, 90, Some(3));
        assert_eq!(epochs.before(77), Some(1));
        assert_eq!(epochs.before(80), None);
        assert_eq!(epochs.before(81), Some(3));
        // Markers alone: only the last one's epoch is told.
        epochs.deliver(94, 95, Some(4));
        assert_eq!(epochs.before(90), Some(3));
        assert_eq!(epochs.before(95), Some(4));
        epochs.deliver(99, 100, Some(4));
        assert_eq!(epochs.before(99), Some(4));
    }

    #[test]
    fn a_leadership_that_never_rests_is_forgotten_not_guessed() {
        let mut epochs = LeaderEpochs::new(0, None);
        for change in 0..1000 {
            epochs.deliver(change, change + 1, i32::try_from(change).ok());
        }
        assert!(epochs.changes.len() <= MAX_CHANGES);
        assert_eq!(epochs.before(5), None);
        assert_eq!(epochs.before(1000), Some(999));
    }
}
