//! What a partition knows of idempotent and transactional producers (KIP-98, KIP-360, KIP-890): which sequences came,
//! under which epoch, and which transactions are open.

mod entry;

use std::collections::BTreeMap;

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::records::BatchHeader;

pub(super) use entry::{Entry, Sequenced};

use super::Verification;

/// All producers of a partition, and where their transactions began.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Producers {
    entries: BTreeMap<i64, Entry>,
    /// Open transactions: producers by first offset.
    open: BTreeMap<i64, i64>,
    /// Ended ones whose marker the high watermark has not passed yet: markers' offsets by first offset.
    ended: BTreeMap<i64, i64>,
}

/// A transaction that a marker ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ended {
    pub(super) first_offset: i64,
    /// The last stable offset once the high watermark has passed the marker.
    pub(super) last_stable_offset: i64,
}

/// A marker as it arrives.
#[derive(Clone, Copy, Debug)]
pub(super) struct Marker {
    pub(super) producer_id: i64,
    pub(super) producer_epoch: i16,
    pub(super) coordinator_epoch: i32,
}

impl Producers {
    pub(super) fn entries(&self) -> &BTreeMap<i64, Entry> {
        &self.entries
    }

    pub(super) fn ended(&self) -> &BTreeMap<i64, i64> {
        &self.ended
    }

    /// Takes in what was written down.
    pub(super) fn load(&mut self, producer_id: i64, entry: Entry) {
        if let Some(first_offset) = entry.transaction_start {
            self.open.insert(first_offset, producer_id);
        }
        self.entries.insert(producer_id, entry);
    }

    pub(super) fn load_ended(&mut self, first_offset: i64, marker: i64) {
        self.ended.insert(first_offset, marker);
    }

    /// The earlier append of the very same batch, if it is one of the last five.
    pub(super) fn duplicate(&self, header: &BatchHeader) -> Option<Sequenced> {
        self.entries.get(&header.producer_id())?.duplicate(header)
    }

    /// Whether the producer has a transaction open here under this epoch.
    pub(super) fn has_open(&self, producer_id: i64, epoch: i16) -> bool {
        self.entries
            .get(&producer_id)
            .is_some_and(|entry| entry.transaction_start.is_some() && entry.epoch == epoch)
    }

    /// Whether a client's batch may be appended next.
    pub(super) fn check(
        &self,
        header: &BatchHeader,
        verification: Verification,
    ) -> Result<(), ErrorCode> {
        let first = header.is_transactional()
            && !self.has_open(header.producer_id(), header.producer_epoch());
        if first && verification == Verification::Missing {
            return Err(ErrorCode::INVALID_TXN_STATE);
        }
        let unknown = Entry::default();
        let entry = self.entries.get(&header.producer_id()).unwrap_or(&unknown);
        // A producer of transactions v2 begins at 0 where nothing is known of it (KIP-890).
        let must_begin = first
            && verification
                == Verification::Verified {
                    transaction_v2: true,
                };
        if must_begin && entry.sequenced.is_empty() && header.base_sequence() != 0 {
            entry.check_epoch(header.producer_epoch())?;
            return Err(ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER);
        }
        entry.check(header)
    }

    /// As [`check`](Self::check), for what the broker itself writes in a producer's name: without sequences.
    pub(super) fn check_own(
        &self,
        header: &BatchHeader,
        verification: Verification,
    ) -> Result<(), ErrorCode> {
        let open = self.has_open(header.producer_id(), header.producer_epoch());
        if header.is_transactional() && !open && verification == Verification::Missing {
            return Err(ErrorCode::INVALID_TXN_STATE);
        }
        let entry = self.entries.get(&header.producer_id());
        entry.map_or(Ok(()), |entry| {
            entry.check_epoch(header.producer_epoch())?;
            entry.check_transaction(header)
        })
    }

    /// Notes a batch of records that stands in the log.
    pub(super) fn append(&mut self, header: &BatchHeader) {
        let entry = self.entries.entry(header.producer_id()).or_default();
        let was_open = entry.transaction_start.is_some();
        entry.append(header);
        if !was_open && let Some(first_offset) = entry.transaction_start {
            self.open.insert(first_offset, header.producer_id());
        }
    }

    /// Whether a marker may be appended. Since transactions v2 its epoch is above that of the transaction, so that a
    /// late one can't end the next transaction (KIP-890).
    pub(super) fn check_marker(
        &self,
        marker: Marker,
        transaction_version: i8,
    ) -> Result<(), ErrorCode> {
        let Some(entry) = self.entries.get(&marker.producer_id) else {
            return Ok(());
        };
        let least = if transaction_version >= 2 {
            i32::from(entry.epoch) + 1
        } else {
            i32::from(entry.epoch)
        };
        if i32::from(marker.producer_epoch) < least {
            return Err(ErrorCode::INVALID_PRODUCER_EPOCH);
        }
        if marker.coordinator_epoch < entry.coordinator_epoch {
            return Err(ErrorCode::TRANSACTION_COORDINATOR_FENCED);
        }
        Ok(())
    }

    /// Notes a marker that stands in the log; tells the transaction that it ended, if one was open.
    pub(super) fn end(&mut self, marker: Marker, offset: i64, timestamp: i64) -> Option<Ended> {
        let entry = self.entries.entry(marker.producer_id).or_default();
        entry.take_epoch(marker.producer_epoch);
        entry.coordinator_epoch = marker.coordinator_epoch;
        entry.last_timestamp = timestamp;
        let first_offset = entry.transaction_start.take()?;
        self.open.remove(&first_offset);
        self.ended.insert(first_offset, offset);
        Some(Ended {
            first_offset,
            last_stable_offset: self.open.keys().next().copied().unwrap_or(offset + 1),
        })
    }

    /// The first offset that readers of committed records must wait for, at this high watermark.
    pub(super) fn first_unstable(&self) -> Option<i64> {
        let open = self.open.keys().next();
        let ended = self.ended.keys().next();
        open.into_iter().chain(ended).min().copied()
    }

    /// Lets go of ended transactions whose markers all replicas have.
    pub(super) fn settle(&mut self, high_watermark: i64) {
        self.ended.retain(|_, marker| *marker >= high_watermark);
    }

    /// Forgets producers that wrote nothing for so long (`producer.id.expiration.ms`), but not those of open
    /// transactions.
    pub(super) fn expire(&mut self, now_ms: i64, expiration_ms: i64) {
        self.entries.retain(|_, entry| {
            let idle_ms = now_ms.saturating_sub(entry.last_timestamp);
            entry.transaction_start.is_some() || idle_ms < expiration_ms
        });
    }
}
