//! One producer: its epoch, its last five batches, its transaction.

use std::collections::VecDeque;

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::records::BatchHeader;

/// How many batches are remembered: as many as a producer may have in flight.
const REMEMBERED: usize = 5;

/// A batch that stands in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::log) struct Sequenced {
    pub(in crate::log) last_sequence: i32,
    pub(in crate::log) last_offset: i64,
    pub(in crate::log) last_offset_delta: i32,
    pub(in crate::log) timestamp: i64,
}

impl Sequenced {
    pub(in crate::log) fn base_offset(&self) -> i64 {
        self.last_offset - i64::from(self.last_offset_delta)
    }

    /// Sequences wrap around from the largest to 0.
    fn base_sequence(&self) -> i32 {
        let base = i64::from(self.last_sequence) - i64::from(self.last_offset_delta);
        let wrapped = if base < 0 { base + (1 << 31) } else { base };
        wrapped as i32
    }
}

/// The sequence of a batch's last record; -1: it has none.
pub(in crate::log) fn last_sequence(header: &BatchHeader) -> i32 {
    if header.base_sequence() < 0 {
        return -1;
    }
    let last = i64::from(header.base_sequence()) + i64::from(header.last_offset_delta());
    (last % (1 << 31)) as i32
}

/// One producer. The default: nothing is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::log) struct Entry {
    /// -1: unknown.
    pub(in crate::log) epoch: i16,
    /// That of its last marker; -1: there was none.
    pub(in crate::log) coordinator_epoch: i32,
    pub(in crate::log) last_timestamp: i64,
    /// The last batches under this epoch, oldest first.
    pub(in crate::log) sequenced: VecDeque<Sequenced>,
    pub(in crate::log) transaction_start: Option<i64>,
}

impl Default for Entry {
    fn default() -> Self {
        Self {
            epoch: -1,
            coordinator_epoch: -1,
            last_timestamp: -1,
            sequenced: VecDeque::new(),
            transaction_start: None,
        }
    }
}

impl Entry {
    /// The last record's sequence under this epoch; -1: there is none.
    pub(in crate::log) fn last_sequence(&self) -> i32 {
        self.sequenced.back().map_or(-1, |last| last.last_sequence)
    }

    pub(super) fn duplicate(&self, header: &BatchHeader) -> Option<Sequenced> {
        if header.producer_epoch() != self.epoch {
            return None;
        }
        let (first, last) = (header.base_sequence(), last_sequence(header));
        let same =
            |batch: &&Sequenced| (batch.base_sequence(), batch.last_sequence) == (first, last);
        self.sequenced.iter().find(same).copied()
    }

    pub(super) fn check(&self, header: &BatchHeader) -> Result<(), ErrorCode> {
        self.check_epoch(header.producer_epoch())?;
        self.check_sequence(header)?;
        self.check_transaction(header)
    }

    pub(super) fn check_epoch(&self, epoch: i16) -> Result<(), ErrorCode> {
        if epoch < self.epoch {
            return Err(ErrorCode::INVALID_PRODUCER_EPOCH);
        }
        Ok(())
    }

    /// A new epoch begins at 0. A producer of which nothing is known may begin anywhere: its records may be deleted
    /// (KIP-360), so no broker answers UNKNOWN_PRODUCER_ID any more.
    fn check_sequence(&self, header: &BatchHeader) -> Result<(), ErrorCode> {
        let next = if header.producer_epoch() == self.epoch {
            self.last_sequence().checked_add(1).unwrap_or(0)
        } else {
            0
        };
        if self.epoch < 0 || header.base_sequence() == next {
            return Ok(());
        }
        Err(ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER)
    }

    pub(super) fn check_transaction(&self, header: &BatchHeader) -> Result<(), ErrorCode> {
        if self.transaction_start.is_some() && !header.is_transactional() {
            return Err(ErrorCode::INVALID_TXN_STATE);
        }
        Ok(())
    }

    pub(super) fn append(&mut self, header: &BatchHeader) {
        self.take_epoch(header.producer_epoch());
        if self.sequenced.len() == REMEMBERED {
            self.sequenced.pop_front();
        }
        self.sequenced.push_back(Sequenced {
            last_sequence: last_sequence(header),
            last_offset: header.last_offset(),
            last_offset_delta: header.last_offset_delta(),
            timestamp: header.max_timestamp(),
        });
        self.last_timestamp = header.max_timestamp();
        if header.is_transactional() && self.transaction_start.is_none() {
            self.transaction_start = Some(header.base_offset());
        }
    }

    pub(super) fn take_epoch(&mut self, epoch: i16) {
        if self.epoch != epoch {
            self.epoch = epoch;
            self.sequenced.clear();
        }
    }
}
