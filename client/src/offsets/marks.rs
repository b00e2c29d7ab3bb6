//! What is marked and what is committed of one partition. Pure.

#![deny(clippy::disallowed_methods)]

use super::CommittedOffset;

/// One partition's marks.
#[derive(Debug, Default)]
pub(super) struct Marks {
    /// What the group has, as far as is known.
    committed: Option<CommittedOffset>,
    /// What the group shall have.
    marked: Option<CommittedOffset>,
}

impl Marks {
    pub(super) fn new(committed: Option<CommittedOffset>) -> Self {
        Self {
            committed,
            marked: None,
        }
    }

    /// The newest word on where to go on.
    pub(super) fn next(&self) -> Option<&CommittedOffset> {
        self.marked.as_ref().or(self.committed.as_ref())
    }

    /// Raises; what is not above the newest word is ignored, so that marks may come late.
    pub(super) fn mark(&mut self, mark: CommittedOffset) {
        if self.next().is_none_or(|next| mark.next > next.next) {
            self.marked = Some(mark);
        }
    }

    /// Sets, lower or not.
    pub(super) fn reset(&mut self, to: CommittedOffset) {
        self.marked = Some(to);
    }

    /// What is to be committed, if anything.
    pub(super) fn pending(&self) -> Option<&CommittedOffset> {
        self.marked
            .as_ref()
            .filter(|marked| Some(*marked) != self.committed.as_ref())
    }

    /// The coordinator has stored it. What was marked meanwhile stays pending.
    pub(super) fn stored(&mut self, sent: CommittedOffset) {
        self.marked.take_if(|marked| *marked == sent);
        self.committed = Some(sent);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Copy, Debug)]
    enum Step {
        Mark(i64),
        Reset(i64),
        Send,
        Answer(bool),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            4 => (0..50_i64).prop_map(Step::Mark),
            1 => (0..50_i64).prop_map(Step::Reset),
            2 => Just(Step::Send),
            2 => any::<bool>().prop_map(Step::Answer),
        ];
        prop::collection::vec(step, 0..60)
    }

    proptest! {
        /// Against a model that only knows the newest word: once all answers are good, that is what is stored.
        #[test]
        fn what_was_said_last_is_stored_in_the_end(steps in steps()) {
            let mut marks = Marks::new(None);
            let mut wanted: Option<i64> = None;
            let mut stored: Option<i64> = None;
            let mut in_flight: Option<CommittedOffset> = None;
            for step in steps {
                match step {
                    Step::Mark(next) => {
                        marks.mark(CommittedOffset::new(next));
                        wanted = wanted.max(Some(next));
                    }
                    Step::Reset(next) => {
                        marks.reset(CommittedOffset::new(next));
                        wanted = Some(next);
                    }
                    Step::Send => in_flight = in_flight.or(marks.pending().cloned()),
                    Step::Answer(good) => {
                        if let Some(sent) = in_flight.take().filter(|_| good) {
                            stored = Some(sent.next);
                            marks.stored(sent);
                        }
                    }
                }
                prop_assert_eq!(marks.next().map(|next| next.next), wanted);
            }
            if let Some(sent) = in_flight {
                stored = Some(sent.next);
                marks.stored(sent);
            }
            if let Some(last) = marks.pending().cloned() {
                stored = Some(last.next);
                marks.stored(last);
            }
            prop_assert_eq!(stored, wanted);
            prop_assert_eq!(marks.pending(), None);
        }
    }

    #[test]
    fn what_the_group_has_is_not_committed_again() {
        let mut marks = Marks::new(Some(CommittedOffset::new(5)));
        marks.mark(CommittedOffset::new(5));
        marks.mark(CommittedOffset::new(4));
        assert_eq!(marks.pending(), None);
        marks.reset(CommittedOffset::new(4));
        assert_eq!(marks.pending(), Some(&CommittedOffset::new(4)));
    }
}
