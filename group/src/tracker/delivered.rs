//! One delivered stretch of records, and which of them are done.

#![deny(clippy::disallowed_methods)]

/// A stretch that acknowledges record by record is joined to its neighbour only up to this many records, so that
/// its bit map stays small (128 KiB).
const MAX_JOINED: usize = 1 << 20;

/// Records delivered together.
#[derive(Debug)]
pub(super) struct Delivered {
    first: i64,
    /// The last record's offset.
    last: i64,
    /// The position after the stretch; trailing markers and compacted records lie between `last` and here.
    pub(super) next: i64,
    /// Records delivered, and how many of them are not done.
    records: usize,
    left: usize,
    /// Everything below this is marked.
    marked: i64,
    offsets: Offsets,
    /// One bit a record, by its place in the stretch; empty until somebody acknowledges.
    acked: Vec<u64>,
}

/// How a record's place is found from its offset.
#[derive(Debug)]
enum Offsets {
    /// Every offset from first to last is a record.
    Dense,
    /// With gaps: each record's distance from `first`, ascending.
    Listed(Vec<i64>),
    /// Folded: which offsets were records is forgotten, they can only be marked.
    Forgotten,
}

impl Delivered {
    pub(super) fn new<I>(first: i64, next: i64, records: usize, offsets: impl FnOnce() -> I) -> Self
    where
        I: IntoIterator<Item = i64>,
    {
        let dense = i64::try_from(records).is_ok_and(|n| next - first == n);
        let (last, offsets, records) = if dense {
            (next - 1, Offsets::Dense, records)
        } else {
            let list: Vec<i64> = offsets().into_iter().map(|o| o - first).collect();
            (
                first + list.last().copied().unwrap_or(0),
                Offsets::of(list),
                records,
            )
        };
        Self {
            first,
            last,
            next: next.max(last + 1),
            records,
            left: records,
            marked: first,
            offsets,
            acked: Vec::new(),
        }
    }

    pub(super) fn is_done(&self) -> bool {
        self.left == 0
    }

    /// Marks everything below `until`; how many records that finished.
    pub(super) fn mark(&mut self, until: i64) -> usize {
        if until <= self.marked {
            return 0;
        }
        self.marked = until;
        let before = self.left;
        self.left = if until > self.last {
            0
        } else {
            let place = self.place_from(until);
            self.records - place - self.acked_from(place)
        };
        before - self.left
    }

    /// Acknowledges one record; false if there is none, or it was done.
    pub(super) fn ack(&mut self, one: i64) -> bool {
        if one < self.marked {
            return false;
        }
        let Some(place) = self.place_of(one) else {
            return false;
        };
        if self.acked.is_empty() {
            self.acked = vec![0; self.records.div_ceil(64)];
        }
        let (word, bit) = (place / 64, 1_u64 << (place % 64));
        let fresh = self.acked[word] & bit == 0;
        self.acked[word] |= bit;
        self.left -= usize::from(fresh);
        fresh
    }

    /// The offset below which everything in this stretch is done. Only asked while something is left.
    pub(super) fn done(&self) -> i64 {
        let mut place = self.place_from(self.marked);
        while place < self.records && self.is_acked(place) {
            // Whole words at a time: handlers mostly acknowledge nearly in order.
            place += if place.is_multiple_of(64) && self.acked[place / 64] == u64::MAX {
                64
            } else {
                1
            };
        }
        match &self.offsets {
            Offsets::Dense => self.marked.max(self.first + place as i64),
            Offsets::Listed(list) => list
                .get(place)
                .map_or(self.marked, |delta| self.marked.max(self.first + delta)),
            Offsets::Forgotten => self.marked,
        }
    }

    /// Takes the stretch that follows into this one if nothing is lost by it.
    pub(super) fn join(&mut self, newer: &Self) -> bool {
        let seamless = matches!(
            (&self.offsets, &newer.offsets),
            (Offsets::Dense, Offsets::Dense)
        ) && self.last + 1 == newer.first
            && self.acked.is_empty()
            && newer.acked.is_empty()
            && self.records + newer.records <= MAX_JOINED;
        if seamless {
            self.last = newer.last;
            self.next = newer.next;
            self.records += newer.records;
            self.left += newer.left;
        }
        seamless
    }

    /// Takes the stretch before into this one and forgets which offsets were records: they can only be marked.
    pub(super) fn fold(&mut self, older: &Self) {
        self.first = older.first;
        self.marked = older.marked;
        self.records += older.records;
        self.left += older.left;
        self.offsets = Offsets::Forgotten;
        self.acked = Vec::new();
    }

    /// The place of the record at `offset`.
    fn place_of(&self, offset: i64) -> Option<usize> {
        let delta = offset
            .checked_sub(self.first)
            .filter(|_| offset <= self.last)?;
        match &self.offsets {
            Offsets::Dense => usize::try_from(delta).ok(),
            Offsets::Listed(list) => list.binary_search(&delta).ok(),
            Offsets::Forgotten => None,
        }
    }

    /// The place of the first record at or after `offset`, which is not below `first`.
    fn place_from(&self, offset: i64) -> usize {
        let delta = offset.saturating_sub(self.first).max(0);
        match &self.offsets {
            Offsets::Dense => usize::try_from(delta).unwrap_or(usize::MAX),
            Offsets::Listed(list) => list.partition_point(|d| *d < delta),
            Offsets::Forgotten => 0,
        }
    }

    fn is_acked(&self, place: usize) -> bool {
        self.acked
            .get(place / 64)
            .is_some_and(|word| word & (1 << (place % 64)) != 0)
    }

    fn acked_from(&self, place: usize) -> usize {
        let mut words = self.acked.iter().skip(place / 64);
        let Some(first) = words.next() else { return 0 };
        let rest: u32 = words.map(|word| word.count_ones()).sum();
        ((first >> (place % 64)).count_ones() + rest) as usize
    }
}

impl Offsets {
    fn of(list: Vec<i64>) -> Self {
        let dense = list
            .last()
            .is_some_and(|last| usize::try_from(*last).is_ok_and(|l| l + 1 == list.len()));
        if dense {
            Self::Dense
        } else {
            Self::Listed(list)
        }
    }
}
