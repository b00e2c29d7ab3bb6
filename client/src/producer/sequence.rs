//! ◇ One partition's batches, in order: which may be sent, under which sequence, and what each answer means.
//!
//! The broker takes a producer's batch only if its sequence follows on the last one that it took, and knows the last five again when they
//! are sent again. From that follow the rules here:
//!
//! - A batch keeps its sequence for all its attempts, so that a second copy is seen as one. At most [`WINDOW`] batches reach
//!   from the oldest undecided one to the newest sent.
//! - After a failure nothing is sent until all answers are in; then one batch goes at a time until one is written. So does the first, and
//!   the first after a rest: a broker that knows nothing of the producer (yet, or any more) takes any sequence for the first, and
//!   what overtook on its way would pass for it.
//! - A batch that is given up may leave a gap, which nobody can tell but the broker: the next batch is sent under the sequence after it, and
//!   only if the broker says that this is out of order is there a gap. Then the rest goes under a new epoch, from sequence 0 (KIP-360).
//!   A batch of the rest that has an attempt without an answer is not among them: that attempt may still be written, and a new epoch would hide it.
//! - Out of order without a gap of our own: the partition has lost batches that it had acknowledged.
#![deny(clippy::disallowed_methods)]

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// How many batches a broker knows again; so many may be under way.
pub(super) const WINDOW: usize = 5;

/// What a batch carries, so that the broker knows it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) producer_id: i64,
    pub(super) epoch: i16,
    /// The sequence of its first record.
    pub(super) base: i32,
}

/// Under which name batches are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Identity {
    /// None: the producer is not idempotent.
    Plain,
    /// A producer id is needed before anything can be sent.
    Missing,
    Known {
        producer_id: i64,
        epoch: i16,
    },
}

/// What a broker, or the lack of its answer, says about a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// It is in the partition.
    Written,
    /// It is not, and never will be.
    Refused,
    /// It is not, but may be next time; `doubtful`: or it is, and the answer is missing.
    Again { doubtful: bool },
    /// Its sequence does not follow on the last one that the broker knows.
    OutOfOrder,
}

/// How a batch ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Written,
    Refused,
    /// The partition lost what it had acknowledged.
    OutOfSequence,
    /// It may be written or not, and trying again could write it twice.
    InDoubt,
    /// Its time was up.
    Expired {
        possibly_written: bool,
    },
}

/// One partition's batches. `B` is a batch.
#[derive(Debug)]
pub(super) struct Sequence<B> {
    slots: VecDeque<Slot<B>>,
    identity: Identity,
    window: usize,
    next_id: u64,
    next_sequence: i32,
    flying: usize,
    /// One batch at a time: a failure was seen and no success since, or the broker may know nothing of this producer.
    careful: bool,
    /// The last batch that was given up after it had a sequence, unless a later one was written since.
    gap: Option<u64>,
}

#[derive(Debug)]
struct Slot<B> {
    id: u64,
    /// `None`: its fate is decided; it only keeps its place until its last answer is in and all before it are decided.
    batch: Option<B>,
    records: i32,
    born: Instant,
    stamp: Option<Stamp>,
    flying: bool,
    /// An attempt's answer is missing for good.
    doubtful: bool,
    /// All before it were decided when its last attempt was sent.
    sent_first: bool,
}

impl<B> Sequence<B> {
    /// An idempotent producer's, which waits for its id.
    pub(super) fn idempotent() -> Self {
        Self::new(Identity::Missing, WINDOW)
    }

    /// Without idempotence order is kept by sending one batch at a time.
    pub(super) fn plain() -> Self {
        Self::new(Identity::Plain, 1)
    }

    fn new(identity: Identity, window: usize) -> Self {
        Self {
            slots: VecDeque::new(),
            identity,
            window,
            next_id: 0,
            next_sequence: 0,
            flying: 0,
            careful: false,
            gap: None,
        }
    }

    /// Queues a batch.
    pub(super) fn push(&mut self, batch: B, records: i32, born: Instant) {
        self.careful |= self.slots.is_empty();
        self.slots.push_back(Slot {
            id: self.next_id,
            batch: Some(batch),
            records,
            born,
            stamp: None,
            flying: false,
            doubtful: false,
            sent_first: false,
        });
        self.next_id += 1;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Whether it waits for a producer id.
    pub(super) fn needs_identity(&self) -> bool {
        self.identity == Identity::Missing && !self.slots.is_empty()
    }

    /// Takes a producer id, if it waits for one.
    pub(super) fn identify(&mut self, producer_id: i64, epoch: i16) {
        if self.identity == Identity::Missing {
            self.identity = Identity::Known { producer_id, epoch };
            self.next_sequence = 0;
        }
    }

    /// The batch that may be sent now.
    pub(super) fn peek(&self) -> Option<&B> {
        self.slots.get(self.sendable()?)?.batch.as_ref()
    }

    /// Sends the batch that may be sent now: its id, under which the answer is told, and its stamp.
    pub(super) fn send(&mut self) -> Option<(u64, Option<Stamp>, &mut B)> {
        let at = self.sendable()?;
        let identity = self.identity;
        let first = self.is_first(at);
        let slot = self.slots.get_mut(at)?;
        slot.sent_first = first;
        if let (Identity::Known { producer_id, epoch }, None) = (identity, slot.stamp) {
            slot.stamp = Some(Stamp {
                producer_id,
                epoch,
                base: self.next_sequence,
            });
            self.next_sequence = self.next_sequence.wrapping_add(slot.records) & i32::MAX;
        }
        slot.flying = true;
        self.flying += 1;
        Some((slot.id, slot.stamp, slot.batch.as_mut()?))
    }

    /// Takes in the answer to a batch that was sent, and gives those whose fate it decides.
    pub(super) fn answered(&mut self, id: u64, answer: Answer) -> Vec<(B, End)> {
        let Ok(at) = self.slots.binary_search_by_key(&id, |slot| slot.id) else {
            return Vec::new();
        };
        let Some(slot) = self.slots.get_mut(at).filter(|slot| slot.flying) else {
            return Vec::new();
        };
        slot.flying = false;
        self.flying -= 1;
        self.careful = answer != Answer::Written;
        let ended = match answer {
            Answer::Written => self.written(at),
            Answer::Refused => self.refused(at),
            Answer::Again { doubtful } => self.again(at, doubtful),
            Answer::OutOfOrder => self.out_of_order(at),
        };
        self.forget_decided();
        ended
    }

    /// The topic was made anew: what was sent went into another log. An attempt without an answer may be written there, and the same in the
    /// new log would be there for a second time; all else begins anew, under a new epoch, and behind what is still under way: that may have to be
    /// sent again.
    pub(super) fn begin_anew(&mut self) -> Vec<(B, End)> {
        let ended = self.restart();
        self.careful = true;
        self.forget_unsent();
        self.forget_decided();
        ended
    }

    /// Gives up what is older than `limit`.
    pub(super) fn expire(&mut self, now: Instant, limit: Duration) -> Vec<(B, End)> {
        let mut ended = Vec::new();
        for at in 0..self.slots.len() {
            let Some(slot) = self.slots.get(at).filter(|slot| now >= slot.born + limit) else {
                break;
            };
            let possibly_written = slot.doubtful || slot.flying;
            ended.extend(self.give_up(at, End::Expired { possibly_written }));
        }
        self.forget_unsent();
        self.forget_decided();
        ended
    }

    /// When the oldest batch was born that is not decided.
    pub(super) fn oldest(&self) -> Option<Instant> {
        let undecided = self.slots.iter().find(|slot| slot.batch.is_some());
        undecided.map(|slot| slot.born)
    }

    /// Gives up all batches that are not under way, since nothing can be sent.
    pub(super) fn give_up_all(&mut self) -> Vec<(B, bool)> {
        let mut ended = Vec::new();
        for at in 0..self.slots.len() {
            let Some(slot) = self.slots.get(at) else {
                break;
            };
            let possibly_written = slot.doubtful || slot.flying;
            let given_up = self.give_up(at, End::Refused);
            ended.extend(
                given_up
                    .into_iter()
                    .map(|(batch, _)| (batch, possibly_written)),
            );
        }
        self.forget_unsent();
        self.forget_decided();
        ended
    }

    /// The oldest batch that is neither decided nor under way, if the rules allow to send it.
    fn sendable(&self) -> Option<usize> {
        if self.identity == Identity::Missing || (self.careful && self.flying > 0) {
            return None;
        }
        let waits = |slot: &Slot<B>| !slot.flying && slot.batch.is_some();
        self.slots.iter().take(self.window).position(waits)
    }

    fn is_first(&self, at: usize) -> bool {
        let mut before = self.slots.iter().take(at);
        before.all(|slot| slot.batch.is_none() && !slot.flying)
    }

    fn written(&mut self, at: usize) -> Vec<(B, End)> {
        let Some(slot) = self.slots.get_mut(at) else {
            return Vec::new();
        };
        self.gap = self.gap.filter(|gap| *gap > slot.id);
        slot.batch
            .take()
            .map(|batch| (batch, End::Written))
            .into_iter()
            .collect()
    }

    fn again(&mut self, at: usize, doubtful: bool) -> Vec<(B, End)> {
        let Some(slot) = self.slots.get_mut(at) else {
            return Vec::new();
        };
        slot.doubtful |= doubtful;
        let epoch_is_over = slot.stamp.is_none() && self.identity != Identity::Plain;
        if doubtful && epoch_is_over {
            return self.give_up(at, End::InDoubt);
        }
        Vec::new()
    }

    /// An earlier attempt may have gone through before the broker changed its mind.
    fn refused(&mut self, at: usize) -> Vec<(B, End)> {
        let doubtful = self.slots.get(at).is_some_and(|slot| slot.doubtful);
        self.give_up(at, if doubtful { End::InDoubt } else { End::Refused })
    }

    fn out_of_order(&mut self, at: usize) -> Vec<(B, End)> {
        let Some(slot) = self.slots.get(at) else {
            return Vec::new();
        };
        if slot.stamp.is_none() || slot.batch.is_none() || !slot.sent_first {
            // What was to come before it did not arrive, or not before it, or it was sent under an epoch that is over: it is its turn again
            // later. What counts is how things stood when it was sent: meanwhile those before it may have been written.
            return Vec::new();
        }
        match self.gap {
            Some(_) => self.restart(),
            None => self.give_up(at, End::OutOfSequence),
        }
    }

    /// Begins a new epoch with what is not decided yet.
    fn restart(&mut self) -> Vec<(B, End)> {
        self.gap = None;
        self.next_sequence = 0;
        self.identity = match self.identity {
            Identity::Known { producer_id, epoch } if epoch < i16::MAX => Identity::Known {
                producer_id,
                epoch: epoch + 1,
            },
            Identity::Plain => Identity::Plain,
            _ => Identity::Missing,
        };
        let mut ended = Vec::new();
        for slot in &mut self.slots {
            slot.stamp = None;
            if slot.doubtful {
                ended.extend(slot.batch.take().map(|batch| (batch, End::InDoubt)));
            }
        }
        ended
    }

    fn give_up(&mut self, at: usize, end: End) -> Vec<(B, End)> {
        let Some(slot) = self.slots.get_mut(at) else {
            return Vec::new();
        };
        if slot.stamp.is_some() && slot.batch.is_some() {
            self.gap = self.gap.max(Some(slot.id));
        }
        slot.batch
            .take()
            .map(|batch| (batch, end))
            .into_iter()
            .collect()
    }

    /// Decided batches keep their place while older ones are undecided: the window is counted from those.
    fn forget_decided(&mut self) {
        let over = |slot: &Slot<B>| slot.batch.is_none() && !slot.flying;
        while self.slots.front().is_some_and(over) {
            self.slots.pop_front();
        }
    }

    /// What was given up without ever being sent under this epoch has no place to keep.
    fn forget_unsent(&mut self) {
        let has_a_place =
            |slot: &Slot<B>| slot.batch.is_some() || slot.flying || slot.stamp.is_some();
        self.slots.retain(has_a_place);
    }
}

#[cfg(test)]
mod tests;
