//! What of one partition is done: delivered records in, the next offset to commit out.
//!
//! The tracker knows only records that were really handed out, never an expected range, so the gaps that
//! compaction, transaction markers and aborted records leave need no case of their own. Delivered batches
//! stand in a ring, oldest first. Marking is one comparison and one store; acknowledging one record sets a bit
//! in its batch's map, which exists only once somebody acknowledges in it. Memory is bounded by
//! what is in flight: see [`Tracker::has_room`].

#![deny(clippy::disallowed_methods)]

use std::collections::VecDeque;

mod delivered;
mod epochs;
#[cfg(test)]
mod tests;

use delivered::Delivered;
pub(crate) use epochs::LeaderEpochs;

/// Batches in the ring before the oldest are folded into one. Only a reader that never marks nor acknowledges
/// gets here: acknowledgement bounds the records in flight long before.
const MAX_BATCHES: usize = 16_384;

/// The contiguous prefix of one partition's delivered records that is done.
///
/// `mark` and `ack` take the offset *of a record*; [`committable`](Self::committable) is *one after*: the
/// conversion happens here and nowhere else.
#[derive(Debug)]
pub struct Tracker {
    /// Delivered and not yet wholly done, oldest first, each starting where the one before ends or later.
    batches: VecDeque<Delivered>,
    /// Where the next delivered batch begins at the earliest.
    position: i64,
    /// All that was delivered below this is done.
    done: i64,
    /// What was committed last.
    committed: i64,
    /// Everything up to here was marked; not yet applied to `batches`.
    marked: i64,
    in_flight: usize,
    limit: usize,
    acknowledging: bool,
}

impl Tracker {
    /// Starts at the committed offset. At most about `limit` records are in flight where records are
    /// acknowledged one by one.
    #[must_use]
    pub fn new(committed: i64, limit: usize) -> Self {
        Self {
            batches: VecDeque::new(),
            position: committed,
            done: committed,
            committed,
            marked: committed,
            in_flight: 0,
            limit: limit.max(1),
            acknowledging: false,
        }
    }

    /// A batch was handed out: its records' offsets, ascending, and the position after it, which may lie
    /// beyond the last record. Batches without records move the position and are done at once.
    ///
    /// `offsets` is walked only if the batch has gaps.
    pub fn deliver<I>(&mut self, first: i64, next: i64, records: usize, offsets: impl FnOnce() -> I)
    where
        I: IntoIterator<Item = i64>,
    {
        self.collect();
        let next = next.max(self.position);
        if records > 0 {
            self.in_flight += records;
            self.batches
                .push_back(Delivered::new(first, next, records, offsets));
            self.bound();
        } else if let Some(last) = self.batches.back_mut() {
            last.next = next;
        } else {
            self.done = next;
        }
        self.position = next;
    }

    /// This record and all delivered before it are done. What was not delivered yet can't be marked.
    pub fn mark(&mut self, through: i64) {
        self.marked = self.marked.max(through.saturating_add(1));
    }

    /// This one record is done. False if it was not delivered or was done already.
    pub fn ack(&mut self, one: i64) -> bool {
        self.acknowledging = true;
        self.collect();
        let at = self.batches.partition_point(|batch| batch.next <= one);
        let Some(batch) = self.batches.get_mut(at) else {
            return false;
        };
        if !batch.ack(one) {
            return false;
        }
        self.in_flight -= 1;
        self.retire();
        true
    }

    /// The next offset to commit, if it moved since the last commit.
    pub fn committable(&mut self) -> Option<i64> {
        self.collect();
        (self.done > self.committed).then_some(self.done)
    }

    /// `next` is committed.
    pub fn commit(&mut self, next: i64) {
        self.committed = self.committed.max(next);
    }

    /// What was committed last, or claimed.
    #[must_use]
    pub fn committed(&self) -> i64 {
        self.committed
    }

    /// Records that were delivered and are not done.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// Whether more may be delivered. Always, until the first [`ack`](Self::ack): whoever only marks has
    /// nothing in flight that could fill up.
    #[must_use]
    pub fn has_room(&self) -> bool {
        !self.acknowledging || self.in_flight < self.limit
    }

    /// Applies the mark to the ring.
    fn collect(&mut self) {
        self.marked = self.marked.min(self.position);
        while let Some(batch) = self.batches.front_mut() {
            self.in_flight -= batch.mark(self.marked);
            if !batch.is_done() {
                self.done = self.done.max(batch.done());
                return;
            }
            self.pop();
        }
    }

    /// Drops what is wholly done from the front of the ring.
    fn retire(&mut self) {
        while let Some(batch) = self.batches.front() {
            if !batch.is_done() {
                self.done = self.done.max(batch.done());
                return;
            }
            self.pop();
        }
    }

    fn pop(&mut self) {
        if let Some(batch) = self.batches.pop_front() {
            self.done = self.done.max(batch.next);
        }
    }

    /// Joins neighbours without loss where it can, and folds the two oldest batches where it must.
    fn bound(&mut self) {
        let Some(newest) = self.batches.pop_back() else {
            return;
        };
        let joined = self.batches.back_mut().is_some_and(|b| b.join(&newest));
        if !joined {
            self.batches.push_back(newest);
        }
        if self.batches.len() > MAX_BATCHES
            && let Some(oldest) = self.batches.pop_front()
            && let Some(front) = self.batches.front_mut()
        {
            front.fold(&oldest);
        }
    }
}
