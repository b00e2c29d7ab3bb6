//! Appending: records of producers, and the markers that end their transactions.

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::records::TimestampType;

use super::marker::{self, Place, TransactionResult};
use super::producers::{Marker, Sequenced};
use super::validate::{self, Stamp};
use super::{Codecs, PartitionLog, Refusal};
use crate::time::Now;

/// Who appends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A client, whose every field is checked.
    Client,
    /// A coordinator of this cluster, which may write in a producer's name without sequences.
    Coordinator,
}

/// Whether the transaction's coordinator knows that this partition takes part (KIP-890). Asked only of a transaction's
/// first append here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verification {
    /// Nobody has asked it: `INVALID_TXN_STATE`, unless the transaction is open here already.
    Missing,
    /// It knows.
    Verified {
        /// Whether the producer speaks transactions v2: then it begins with sequence 0.
        transaction_v2: bool,
    },
    /// Nobody needs to ask (`transaction.partition.verification.enable=false`).
    Disabled,
}

/// Records that stand in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// The first record's offset.
    pub base_offset: i64,
    /// The last record's offset.
    pub last_offset: i64,
    /// The broker's time for them; -1: they have their producer's. Of a duplicate the largest timestamp, as Kafka has it.
    pub log_append_time: i64,
    /// Where the log starts.
    pub log_start_offset: i64,
    /// Whether they stood already: the producer sent them again.
    pub duplicate: bool,
}

/// A coordinator's word on a transaction, for one partition (WriteTxnMarkers).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndOfTransaction {
    /// The producer.
    pub producer_id: i64,
    /// Its epoch; in transactions v2 the one after the transaction's.
    pub producer_epoch: i16,
    /// The coordinator's epoch.
    pub coordinator_epoch: i32,
    /// How the transaction ends.
    pub result: TransactionResult,
    /// Version of the transaction protocol (KIP-1228): from 2 on the epoch must be above the producer's.
    pub transaction_version: i8,
}

impl PartitionLog {
    /// Appends the one batch of `records`, as a Produce request holds it.
    ///
    /// Compression is the handler's to judge by the request's version (`UNSUPPORTED_COMPRESSION_TYPE`).
    ///
    /// # Errors
    /// Kafka's: `INVALID_RECORD`, `CORRUPT_MESSAGE`, `MESSAGE_TOO_LARGE`, `RECORD_LIST_TOO_LARGE`, `INVALID_TIMESTAMP` for
    /// what is in them; `INVALID_PRODUCER_EPOCH`, `OUT_OF_ORDER_SEQUENCE_NUMBER`, `INVALID_TXN_STATE` for when it comes;
    /// `UNKNOWN_SERVER_ERROR` where no codec can read them. The log is as it was.
    pub fn append(
        &mut self,
        records: &[u8],
        origin: Origin,
        verification: Verification,
        now: Now,
        codecs: &mut Codecs,
    ) -> Result<Appended, Refusal> {
        let stamp = Stamp {
            base_offset: self.log_end,
            leader_epoch: self.leader_epoch,
            wall_ms: now.wall_ms,
        };
        let by_log = |refusal: Refusal| refusal.by_log(self.log_start);
        let batch = validate::only_batch(records)?;
        let batch =
            validate::validate(&batch, origin, &self.config, stamp, codecs).map_err(by_log)?;
        let header = batch.header;
        if header.producer_id() >= 0 {
            if origin == Origin::Coordinator {
                self.producers
                    .check_own(&header, verification)
                    .map_err(|code| by_log(code.into()))?;
            } else if let Some(first) = self.producers.duplicate(&header) {
                return Ok(self.again(first));
            } else {
                self.producers
                    .check(&header, verification)
                    .map_err(|code| by_log(code.into()))?;
            }
        }
        self.push(batch);
        self.settle();
        Ok(Appended {
            base_offset: header.base_offset(),
            last_offset: header.last_offset(),
            log_append_time: self.append_time(now).unwrap_or(-1),
            log_start_offset: self.log_start,
            duplicate: false,
        })
    }

    /// Ends a producer's transaction here, if one is open; the marker is written either way. Gives its offset.
    ///
    /// # Errors
    /// `INVALID_PRODUCER_EPOCH`: the producer has a newer epoch, or (version 2) this very one.
    /// `TRANSACTION_COORDINATOR_FENCED`: a newer coordinator has written here.
    pub fn append_marker(&mut self, end: EndOfTransaction, now: Now) -> Result<i64, ErrorCode> {
        let marker = Marker {
            producer_id: end.producer_id,
            producer_epoch: end.producer_epoch,
            coordinator_epoch: end.coordinator_epoch,
        };
        self.producers
            .check_marker(marker, end.transaction_version)?;
        let place = Place {
            offset: self.log_end,
            leader_epoch: self.leader_epoch,
            timestamp: now.wall_ms,
            append_time: self.append_time(now),
        };
        let bytes = marker::build(marker, end.result, place)?;
        self.push(validate::stored(bytes)?);
        self.settle();
        Ok(place.offset)
    }

    fn again(&self, first: Sequenced) -> Appended {
        Appended {
            base_offset: first.base_offset(),
            last_offset: first.last_offset,
            log_append_time: first.timestamp,
            log_start_offset: self.log_start,
            duplicate: true,
        }
    }

    fn append_time(&self, now: Now) -> Option<i64> {
        (self.config.timestamp_type == TimestampType::LogAppendTime).then_some(now.wall_ms)
    }
}
