//! Which batches a reader of committed records must not see (KIP-98, trap T27). Pure.
//!
//! A broker lists the aborted transactions of a response by producer and first offset. A transaction's
//! records end with the producer's next abort marker, which is a control batch in the log itself. The list
//! is per response, not always ordered, and may name one producer several times.

#![deny(clippy::disallowed_methods)]

/// One aborted transaction, as the broker lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Aborted {
    pub(crate) producer_id: i64,
    pub(crate) first_offset: i64,
}

/// What a batch is, as far as transactions are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Records outside any transaction.
    Plain,
    /// Records inside one.
    Transactional,
    /// A control batch that ends an aborted transaction.
    AbortMarker,
    /// Any other control batch.
    OtherMarker,
}

/// The filter over one response's batches of one partition, in the order of the log.
#[derive(Debug, Default)]
pub(crate) struct AbortedFilter {
    /// Transactions not reached yet, the next one last.
    ahead: Vec<Aborted>,
    /// Producers whose aborted transaction is open at this place of the log.
    open: Vec<i64>,
}

impl AbortedFilter {
    pub(crate) fn new(mut listed: Vec<Aborted>) -> Self {
        listed.sort_unstable_by_key(|aborted| std::cmp::Reverse(aborted.first_offset));
        Self {
            ahead: listed,
            open: Vec::new(),
        }
    }

    /// Whether the next batch of the log is for the user. Control batches never are.
    pub(crate) fn admits(&mut self, last_offset: i64, producer_id: i64, kind: Kind) -> bool {
        self.open_up_to(last_offset);
        match kind {
            Kind::Plain => true,
            Kind::Transactional => !self.open.contains(&producer_id),
            Kind::AbortMarker => {
                self.open.retain(|open| *open != producer_id);
                false
            }
            Kind::OtherMarker => false,
        }
    }

    fn open_up_to(&mut self, last_offset: i64) {
        while let Some(next) = self.ahead.pop_if(|next| next.first_offset <= last_offset) {
            if !self.open.contains(&next.producer_id) {
                self.open.push(next.producer_id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// One batch of a generated log, one offset long.
    #[derive(Clone, Copy, Debug)]
    struct Step {
        producer_id: i64,
        kind: Kind,
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let kind = prop_oneof![
            2 => Just(Kind::Plain),
            6 => Just(Kind::Transactional),
            2 => Just(Kind::AbortMarker),
            2 => Just(Kind::OtherMarker),
        ];
        let step = (0..4_i64, kind).prop_map(|(producer_id, kind)| Step { producer_id, kind });
        prop::collection::vec(step, 0..60)
    }

    /// What a broker would list: for each abort marker the first transactional batch of its producer since
    /// the producer's marker before.
    fn listed(log: &[Step]) -> Vec<Aborted> {
        let marker = |step: &Step| matches!(step.kind, Kind::AbortMarker | Kind::OtherMarker);
        let ends = log.iter().enumerate();
        let aborts = ends.filter(|(_, step)| step.kind == Kind::AbortMarker);
        aborts
            .filter_map(|(end, abort)| {
                let own = |step: &Step| step.producer_id == abort.producer_id;
                let before = log[..end]
                    .iter()
                    .rposition(|step| own(step) && marker(step));
                let start = before.map_or(0, |at| at + 1);
                let first = (start..end)
                    .find(|at| own(&log[*at]) && log[*at].kind == Kind::Transactional)?;
                Some(Aborted {
                    producer_id: abort.producer_id,
                    first_offset: first as i64,
                })
            })
            .collect()
    }

    /// The definition: a transactional batch is aborted if its producer's next marker is an abort.
    fn for_the_user(log: &[Step], at: usize) -> bool {
        let own = |step: &&Step| step.producer_id == log[at].producer_id;
        match log[at].kind {
            Kind::Plain => true,
            Kind::AbortMarker | Kind::OtherMarker => false,
            Kind::Transactional => {
                let markers = log[at..].iter().filter(own);
                let mut markers =
                    markers.filter(|s| matches!(s.kind, Kind::AbortMarker | Kind::OtherMarker));
                markers
                    .next()
                    .is_none_or(|end| end.kind != Kind::AbortMarker)
            }
        }
    }

    proptest! {
        #[test]
        fn exactly_the_batches_of_aborted_transactions_are_left_out(
            log in steps(),
            from in 0..60_usize,
            shuffle in any::<prop::sample::Index>(),
        ) {
            // Whatever place the fetch starts at, and in whatever order the broker lists.
            let from = from.min(log.len());
            let mut list: Vec<_> = listed(&log);
            if !list.is_empty() {
                let at = shuffle.index(list.len());
                list.rotate_left(at);
            }
            let open_at_start = |a: &Aborted| {
                let own = |s: &Step| s.producer_id == a.producer_id && s.kind == Kind::AbortMarker;
                log[a.first_offset as usize..].iter().position(own)
                    .is_none_or(|end| a.first_offset as usize + end >= from)
            };
            list.retain(open_at_start);
            let mut filter = AbortedFilter::new(list);
            for (at, step) in log.iter().enumerate().skip(from) {
                let admitted = filter.admits(at as i64, step.producer_id, step.kind);
                prop_assert_eq!(admitted, for_the_user(&log, at), "batch {}", at);
            }
        }
    }

    #[test]
    fn a_producer_that_aborts_commits_and_aborts_again_loses_only_the_aborted() {
        let aborted = |first_offset| Aborted {
            producer_id: 7,
            first_offset,
        };
        let mut filter = AbortedFilter::new(vec![aborted(20), aborted(0)]);
        assert!(!filter.admits(4, 7, Kind::Transactional));
        assert!(!filter.admits(5, 7, Kind::AbortMarker));
        assert!(filter.admits(9, 7, Kind::Transactional));
        assert!(!filter.admits(10, 7, Kind::OtherMarker));
        assert!(!filter.admits(24, 7, Kind::Transactional));
        assert!(
            filter.admits(30, 8, Kind::Transactional),
            "another producer"
        );
    }

    #[test]
    fn reading_uncommitted_still_hides_markers() {
        let mut filter = AbortedFilter::default();
        assert!(filter.admits(0, 1, Kind::Transactional));
        assert!(!filter.admits(1, 1, Kind::AbortMarker));
    }
}
