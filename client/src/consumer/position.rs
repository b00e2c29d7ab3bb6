//! Where a reader of a partition is, and how each batch moves it (traps T1, T25, T26). Pure.

#![deny(clippy::disallowed_methods)]

/// The next offset wanted of a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    next: i64,
}

impl Position {
    pub(crate) fn at(offset: i64) -> Self {
        Self { next: offset }
    }

    pub(crate) fn next(self) -> i64 {
        self.next
    }

    /// Moves past a batch that ends at `last_offset`: base offset + last offset delta, which compaction
    /// keeps, so that a batch whose last records are gone still moves the position over their place.
    ///
    /// Returns the first offset that is wanted of the batch: a batch may begin before the position, and the
    /// records below it were seen already. `None`: the whole batch lies below.
    pub(crate) fn pass(&mut self, last_offset: i64) -> Option<i64> {
        if last_offset < self.next {
            return None;
        }
        let from = self.next;
        self.next = last_offset.saturating_add(1);
        Some(from)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// A log of batches with holes, read by fetches that each start at the batch that holds the
        /// position: every record from the start on is seen once, in order.
        #[test]
        fn each_offset_from_the_start_is_seen_once(
            batches in prop::collection::vec((0..3_i64, 1..6_i64), 1..40),
            start in 0..100_i64,
            reach in prop::collection::vec(1..5_usize, 40),
        ) {
            let mut log = Vec::new();
            let mut end = 0;
            for (hole, count) in batches {
                log.push((end + hole, end + hole + count - 1));
                end += hole + count;
            }
            let mut position = Position::at(start);
            let mut seen = Vec::new();
            for reach in reach.into_iter().cycle().take(200) {
                let holding = log.iter().filter(|(_, last)| *last >= position.next());
                let fetched: Vec<_> = holding.take(reach).copied().collect();
                // A broker may also begin a batch early.
                for (base, last) in fetched {
                    let before = position.next();
                    let from = position.pass(last);
                    prop_assert_eq!(from, Some(before));
                    seen.extend(base.max(before)..=last);
                    prop_assert_eq!(position.pass(last), None, "the same batch again gives nothing");
                }
            }
            let wanted: Vec<_> = log.iter().flat_map(|(base, last)| *base..=*last).filter(|o| *o >= start).collect();
            prop_assert_eq!(seen, wanted);
        }
    }

    #[test]
    fn a_compacted_batch_moves_over_the_records_that_are_gone() {
        let mut position = Position::at(10);
        assert_eq!(position.pass(19), Some(10));
        assert_eq!(position.next(), 20);
    }

    #[test]
    fn the_last_possible_offset_does_not_overflow() {
        let mut position = Position::at(0);
        assert_eq!(position.pass(i64::MAX), Some(0));
        assert_eq!(position.next(), i64::MAX);
    }
}
