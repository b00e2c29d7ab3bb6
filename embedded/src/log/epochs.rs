//! Which leader epoch began at which offset (KIP-101, KIP-279): how readers find out that a log was cut behind them.

/// Where the largest epoch not above the one asked for ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EpochEnd {
    /// The epoch found; -1: none is known.
    pub leader_epoch: i32,
    /// The first offset that is not of it; -1: unknown.
    pub end_offset: i64,
}

impl EpochEnd {
    /// Nothing is known of the epoch.
    pub const UNKNOWN: Self = Self {
        leader_epoch: -1,
        end_offset: -1,
    };
}

/// An epoch and the first offset written under it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) epoch: i32,
    pub(super) start: i64,
}

/// The epochs of a log, ascending in both epoch and offset.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Epochs {
    entries: Vec<Entry>,
}

impl Epochs {
    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub(super) fn first(&self) -> Option<Entry> {
        self.entries.first().copied()
    }

    /// Where the epoch began, if it is the newest.
    pub(super) fn start_of_newest(&self, epoch: i32) -> Option<i64> {
        let newest = self.entries.last()?;
        (newest.epoch == epoch).then_some(newest.start)
    }

    /// From this offset on records are of this epoch. An epoch under which nothing was written gives way.
    pub(super) fn assign(&mut self, epoch: i32, start: i64) {
        let known = |newest: &Entry| newest.epoch == epoch && newest.start <= start;
        if self.entries.last().is_some_and(known) {
            return;
        }
        while self
            .entries
            .pop_if(|entry| entry.epoch >= epoch || entry.start >= start)
            .is_some()
        {}
        self.entries.push(Entry { epoch, start });
    }

    /// The log now starts here. The epoch that holds the start stays.
    pub(super) fn cut_below(&mut self, log_start: i64) {
        let holds = self
            .entries
            .partition_point(|entry| entry.start <= log_start);
        self.entries.drain(..holds.saturating_sub(1));
        if let Some(first) = self.entries.first_mut() {
            first.start = first.start.max(log_start);
        }
    }

    /// The log now ends here.
    pub(super) fn cut_from(&mut self, log_end: i64) {
        self.entries.retain(|entry| entry.start < log_end);
    }

    pub(super) fn end_of(&self, epoch: i32, log_end: i64) -> EpochEnd {
        let found = |leader_epoch, end_offset| EpochEnd {
            leader_epoch,
            end_offset,
        };
        if epoch == -1 {
            return EpochEnd::UNKNOWN;
        }
        let above = self.entries.partition_point(|entry| entry.epoch <= epoch);
        let floor = self.entries[..above].last();
        match (floor, self.entries.get(above)) {
            (Some(floor), None) if floor.epoch == epoch => found(epoch, log_end),
            (_, None) => EpochEnd::UNKNOWN,
            (Some(floor), Some(above)) => found(floor.epoch, above.start),
            // All of it is deleted; whoever asks goes on where the log starts.
            (None, Some(above)) => found(epoch, above.start),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn epochs() -> Epochs {
        let mut epochs = Epochs::default();
        for (epoch, start) in [(0, 0), (2, 10), (3, 10), (5, 30)] {
            epochs.assign(epoch, start);
        }
        epochs
    }

    #[test]
    fn an_epoch_ends_where_the_next_begins() {
        let epochs = epochs();
        let end = |epoch| {
            let end = epochs.end_of(epoch, 40);
            (end.leader_epoch, end.end_offset)
        };
        assert_eq!(end(0), (0, 10));
        assert_eq!(end(2), (0, 10), "nothing was written under 2");
        assert_eq!(end(4), (3, 30));
        assert_eq!(end(5), (5, 40));
        assert_eq!(end(6), (-1, -1));
        assert_eq!(end(-1), (-1, -1));
    }

    #[test]
    fn cuts_leave_the_epochs_of_what_is_left() {
        let mut epochs = epochs();
        epochs.cut_below(12);
        assert_eq!(
            epochs.first(),
            Some(Entry {
                epoch: 3,
                start: 12
            })
        );
        assert_eq!(epochs.end_of(1, 40).end_offset, 12);
        epochs.cut_from(30);
        assert_eq!(epochs.entries().len(), 1);
        epochs.assign(7, 20);
        assert_eq!(epochs.end_of(3, 25).end_offset, 20);
    }
}
