//! A log as naive as can be: a list of batches, and every answer counted out from the start.

use std::collections::{BTreeMap, BTreeSet};

use ottla_protocol::records::{RecordBatch, RecordIter};

use super::super::marker;
use super::*;

/// A batch and what is left of its records.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) base: i64,
    pub(super) last: i64,
    pub(super) producer_id: i64,
    pub(super) transactional: bool,
    /// A marker, and whether it aborts.
    pub(super) abort: Option<bool>,
    pub(super) records: Vec<Got>,
    /// Gone from the front; but a transaction that it opened still counts.
    pub(super) deleted: bool,
    /// As it was sent, for a producer that sends it again.
    pub(super) raw: Vec<u8>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Model {
    pub(super) entries: Vec<Entry>,
    pub(super) start: i64,
    pub(super) end: i64,
    pub(super) held: Option<i64>,
}

impl Model {
    pub(super) fn high_watermark(&self) -> i64 {
        self.held.unwrap_or(self.end).clamp(self.start, self.end)
    }

    /// The marker that ends the transaction of this batch, if it has come.
    fn marker_of(&self, entry: &Entry) -> Option<&Entry> {
        let ends = |it: &&Entry| {
            it.abort.is_some() && it.producer_id == entry.producer_id && it.base > entry.base
        };
        self.entries.iter().find(ends)
    }

    pub(super) fn last_stable(&self) -> i64 {
        let high_watermark = self.high_watermark();
        let unstable = |it: &&Entry| {
            let marker = self.marker_of(it);
            it.transactional
                && it.abort.is_none()
                && marker.is_none_or(|marker| marker.base >= high_watermark)
        };
        let first = self.entries.iter().find(unstable);
        let first = first.map_or(high_watermark, |it| it.base);
        first.max(self.start).min(high_watermark)
    }

    pub(super) fn is_open(&self, producer_id: i64) -> bool {
        let open = |it: &Entry| {
            it.producer_id == producer_id
                && it.transactional
                && it.abort.is_none()
                && self.marker_of(it).is_none()
        };
        self.entries.iter().any(open)
    }

    fn aborted(&self, entry: &Entry) -> bool {
        let marker = self.marker_of(entry);
        entry.transactional && marker.is_some_and(|it| it.abort == Some(true))
    }

    /// The records of users below `end`, without those of aborted transactions if `committed`.
    pub(super) fn view(&self, committed: bool) -> Vec<Got> {
        let end = match committed {
            true => self.last_stable(),
            false => self.high_watermark(),
        };
        let seen = |it: &&Entry| {
            !it.deleted && it.last < end && it.abort.is_none() && !(committed && self.aborted(it))
        };
        let records = self.entries.iter().filter(seen).flat_map(|it| &it.records);
        records
            .filter(|it| it.offset >= self.start)
            .cloned()
            .collect()
    }

    /// All records that are there, markers among them.
    fn records(&self) -> impl Iterator<Item = &Got> {
        let there = self.entries.iter().filter(|it| !it.deleted);
        there.flat_map(|it| &it.records)
    }

    pub(super) fn listed(&self, timestamp: i64, committed: bool) -> i64 {
        let end = match committed {
            true => self.last_stable(),
            false => self.high_watermark(),
        };
        let found = match timestamp {
            -1 => return end,
            -2 => return self.start,
            -3 => {
                let max = self.records().map(|it| it.timestamp).max();
                self.records().find(|it| Some(it.timestamp) == max)
            }
            _ => self
                .records()
                .find(|it| it.timestamp >= timestamp && it.offset >= self.start),
        };
        let found = found.filter(|it| it.offset < end);
        found.map_or(-1, |it| it.offset)
    }

    pub(super) fn push(&mut self, entry: Entry) {
        self.end = entry.last + 1;
        self.entries.push(entry);
    }

    pub(super) fn delete_to(&mut self, offset: i64) {
        self.start = self.start.max(offset);
        for entry in &mut self.entries {
            entry.deleted |= entry.last < self.start;
        }
    }

    pub(super) fn truncate(&mut self, offset: i64) {
        if offset >= self.end {
            return;
        }
        self.end = offset;
        self.start = self.start.min(offset);
        self.entries.retain(|it| !it.deleted && it.last < offset);
    }

    /// What a compaction has left is taken over; what it took must have been for the taking.
    pub(super) fn compact(&mut self, log: &PartitionLog, wall_ms: i64) {
        let stable = self.last_stable();
        let mut left = BTreeMap::new();
        for bytes in log.batches_from(i64::MIN) {
            let (entry, _) = parse(bytes);
            left.insert(entry.base, entry);
        }
        let mut last = BTreeMap::new();
        let below = |it: &&Entry| !it.deleted && it.last < stable && it.abort.is_none();
        for entry in self.entries.iter().filter(below) {
            for record in entry.records.iter().filter(|_| !self.aborted(entry)) {
                last.insert(record.key.clone(), record.offset);
            }
        }
        let mut entries = Vec::new();
        for old in self.entries.iter().filter(|it| !it.deleted) {
            let new = left.remove(&old.base);
            let kept: BTreeSet<i64> = match &new {
                Some(new) => new.records.iter().map(|it| it.offset).collect(),
                None => BTreeSet::new(),
            };
            for record in &old.records {
                let kept = kept.contains(&record.offset);
                let newest = last.get(&record.key) == Some(&record.offset);
                let tombstone = record.value.is_none();
                match old.abort {
                    _ if old.last >= stable => assert!(kept, "{record:?} is not stable"),
                    Some(_) => {}
                    None if self.aborted(old) || record.key.is_none() => {
                        assert!(!kept, "{record:?}")
                    }
                    None if !newest => assert!(!kept, "{record:?} is not the last of its key"),
                    None => assert!(kept || (tombstone && wall_ms > 0), "{record:?} is lost"),
                }
            }
            if let Some(new) = new {
                assert_eq!((new.base, new.last), (old.base, old.last));
                let subset = new.records.iter().all(|it| old.records.contains(it));
                assert!(subset, "{:?} of {:?}", new.records, old.records);
                entries.push(Entry {
                    records: new.records,
                    ..old.clone()
                });
            }
        }
        assert!(left.is_empty(), "{left:?} came from nowhere");
        // Markers may be gone now: transactions that they ended are not open again.
        let there = |marker: &Entry| marker.base >= stable;
        let open = |it: &&Entry| it.deleted && self.marker_of(it).is_none_or(there);
        let gone = self.entries.iter().filter(open).cloned();
        self.entries = gone.chain(entries).collect();
    }
}

/// A stored batch as the model has it, and its header.
pub(super) fn parse(bytes: &Bytes) -> (Entry, RecordBatch<'_>) {
    let (batch, rest) = RecordBatch::split_first(bytes).unwrap().unwrap();
    assert!(rest.is_empty());
    let records = records_of(std::slice::from_ref(bytes));
    let abort = batch
        .is_control()
        .then(|| marker::read(&batch).is_some_and(|(_, it)| it == TransactionResult::Abort));
    let entry = Entry {
        base: batch.base_offset(),
        last: batch.last_offset(),
        producer_id: batch.producer_id(),
        transactional: batch.is_transactional(),
        abort,
        records,
        deleted: false,
        raw: Vec::new(),
    };
    (entry, batch)
}

/// The batches that the size asked for left whole.
pub(super) fn whole(read: &Read) -> impl Iterator<Item = &Bytes> {
    let batches = read.batches.iter();
    batches.take_while(|bytes| !matches!(RecordBatch::split_first(bytes), Ok(None)))
}

/// What a consumer makes of a response: it leaves out markers and aborted records, by the list beside them.
pub(super) fn consume(read: &Read, from: i64) -> Vec<Got> {
    let mut ahead = read.aborted.clone().unwrap_or_default();
    ahead.sort_by_key(|it| it.first_offset);
    let mut open = BTreeSet::new();
    let mut got = Vec::new();
    for bytes in whole(read) {
        let (entry, batch) = parse(bytes);
        while ahead
            .first()
            .is_some_and(|it| it.first_offset <= entry.last)
        {
            open.insert(ahead.remove(0).producer_id);
        }
        if batch.is_control() {
            let record = RecordIter::new(&batch, batch.body()).next();
            if record.is_some() && entry.abort == Some(true) {
                open.remove(&entry.producer_id);
            }
        } else if !(entry.transactional && open.contains(&entry.producer_id)) {
            let wanted = entry.records.into_iter().filter(|it| it.offset >= from);
            got.extend(wanted);
        }
    }
    got
}
