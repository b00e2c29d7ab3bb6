//! Which transactions were aborted, and where: what readers of committed records are told (KIP-98).

use std::collections::BTreeMap;

use ottla_protocol::records::BatchHeader;

/// A transaction that was aborted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AbortedTransaction {
    /// Its producer.
    pub producer_id: i64,
    /// Its first record's offset.
    pub first_offset: i64,
    /// Its marker's offset.
    pub last_offset: i64,
    /// The last stable offset once the marker stood.
    pub last_stable_offset: i64,
}

/// The aborted transactions of a log, in the order of their markers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Aborted {
    list: Vec<AbortedTransaction>,
}

impl Aborted {
    pub(super) fn list(&self) -> &[AbortedTransaction] {
        &self.list
    }

    pub(super) fn push(&mut self, aborted: AbortedTransaction) {
        self.list.push(aborted);
    }

    /// Takes one in where its marker stands, unless it is known.
    pub(super) fn add(&mut self, aborted: AbortedTransaction) {
        let marker = |it: &AbortedTransaction| it.last_offset;
        if let Err(at) = self.list.binary_search_by_key(&aborted.last_offset, marker) {
            self.list.insert(at, aborted);
        }
    }

    /// Those that have a record or their marker at `from` or above, and their first record below `to`.
    pub(super) fn within(&self, from: i64, to: i64) -> Vec<AbortedTransaction> {
        let first = self
            .list
            .partition_point(|aborted| aborted.last_offset < from);
        let mut found = Vec::new();
        for aborted in &self.list[first..] {
            if aborted.first_offset < to {
                found.push(*aborted);
            }
            // What ended later began at or behind this.
            if aborted.last_stable_offset >= to {
                break;
            }
        }
        found
    }

    /// Forgets those that ended below the offset.
    pub(super) fn drop_below(&mut self, offset: i64) {
        self.list.retain(|aborted| aborted.last_offset >= offset);
    }

    /// Keeps those that still have a batch among these.
    pub(super) fn keep_those_of<'h>(&mut self, left: impl Iterator<Item = &'h BatchHeader>) {
        let spans = self.spans();
        let mut seen: BTreeMap<(i64, i64), ()> = BTreeMap::new();
        for header in left {
            if let Some(first) = spans.of(header) {
                seen.insert((header.producer_id(), first), ());
            }
        }
        self.list
            .retain(|it| seen.contains_key(&(it.producer_id, it.first_offset)));
    }

    /// The same by producer, to ask for many batches.
    pub(super) fn spans(&self) -> Spans {
        let mut spans = Spans::default();
        for aborted in &self.list {
            spans.0.insert(
                (aborted.producer_id, aborted.first_offset),
                aborted.last_offset,
            );
        }
        spans
    }
}

/// Aborted transactions by producer: from the first offset to the marker's.
#[derive(Debug, Default)]
pub(super) struct Spans(BTreeMap<(i64, i64), i64>);

impl Spans {
    /// The first offset of the aborted transaction that a batch of records belongs to.
    pub(super) fn of(&self, header: &BatchHeader) -> Option<i64> {
        if !header.is_transactional() || header.is_control() {
            return None;
        }
        let producer_id = header.producer_id();
        let up_to = (producer_id, i64::MIN)..=(producer_id, header.last_offset());
        let ((_, first), last) = self.0.range(up_to).next_back()?;
        (header.base_offset() < *last).then_some(*first)
    }
}
