//! What the transcripts and properties of the log have in common: batches as clients send them, and a log to send them to.

use std::time::Duration;

use ottla_protocol::records::{
    BatchBuilder, BatchOptions, Compression, Compressor, RecordIter, Records,
};

use super::*;
use crate::time::Now;

mod appending;
mod durability;
mod forgetting;
mod model;
mod producing;
mod properties;
mod reading;

/// A record to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sent {
    timestamp: i64,
    key: Option<Vec<u8>>,
    value: Option<Vec<u8>>,
}

fn sent(timestamp: i64, key: &str, value: &str) -> Sent {
    Sent {
        timestamp,
        key: Some(key.into()),
        value: Some(value.into()),
    }
}

fn tombstone(timestamp: i64, key: &str) -> Sent {
    Sent {
        value: None,
        ..sent(timestamp, key, "")
    }
}

fn batch(records: &[Sent], options: &BatchOptions) -> Vec<u8> {
    let mut builder = BatchBuilder::new();
    for Sent {
        timestamp,
        key,
        value,
    } in records
    {
        builder
            .append(*timestamp, key.as_deref(), value.as_deref(), &[])
            .unwrap();
    }
    builder.finish(options, &mut Compressor::new()).unwrap()
}

/// So many records, the first with this sequence.
fn idempotent(producer_id: i64, epoch: i16, sequence: i32, count: usize) -> Vec<u8> {
    let options = BatchOptions {
        producer_id,
        producer_epoch: epoch,
        base_sequence: sequence,
        ..BatchOptions::default()
    };
    batch(&vec![sent(NOW_MS, "k", "v"); count], &options)
}

fn transactional(producer_id: i64, epoch: i16, sequence: i32) -> Vec<u8> {
    let options = BatchOptions {
        producer_id,
        producer_epoch: epoch,
        base_sequence: sequence,
        transactional: true,
        ..BatchOptions::default()
    };
    batch(&[sent(NOW_MS, "k", "v")], &options)
}

const NOW_MS: i64 = 1_700_000_000_000;

fn at(wall_ms: i64) -> Now {
    Now {
        at: Duration::ZERO,
        wall_ms,
    }
}

/// A log and what it borrows.
struct Bench {
    log: PartitionLog,
    codecs: Codecs,
}

impl Bench {
    fn new(config: LogConfig) -> Self {
        Self {
            log: PartitionLog::new(config, 0),
            codecs: Codecs::new(),
        }
    }

    /// Appends as a client whose transaction is known.
    fn send(&mut self, records: &[u8]) -> Result<Appended, Refusal> {
        let known = Verification::Verified {
            transaction_v2: false,
        };
        self.send_as(records, known)
    }

    fn send_as(&mut self, records: &[u8], it: Verification) -> Result<Appended, Refusal> {
        self.log
            .append(records, Origin::Client, it, at(NOW_MS), &mut self.codecs)
    }

    /// The offset it was appended at, or the code.
    fn offset(&mut self, records: &[u8]) -> Result<i64, ErrorCode> {
        let appended = self.send(records).map_err(|refusal| refusal.code);
        appended.map(|appended| appended.base_offset)
    }

    fn end(&mut self, producer_id: i64, epoch: i16, result: TransactionResult) -> i64 {
        self.try_end(producer_id, epoch, 0, result, 0).unwrap()
    }

    fn try_end(
        &mut self,
        producer_id: i64,
        producer_epoch: i16,
        coordinator_epoch: i32,
        result: TransactionResult,
        transaction_version: i8,
    ) -> Result<i64, ErrorCode> {
        let end = EndOfTransaction {
            producer_id,
            producer_epoch,
            coordinator_epoch,
            result,
            transaction_version,
        };
        self.log.append_marker(end, at(NOW_MS))
    }

    fn list(&mut self, timestamp: i64) -> (i64, i64, i32) {
        let it = Isolation::ReadUncommitted;
        let found = self.log.list_offset(timestamp, it, None, &mut self.codecs);
        let found = found.unwrap();
        (found.offset, found.timestamp, found.leader_epoch)
    }

    /// Offsets of all records that a reader of uncommitted ones finds, markers among them.
    fn offsets(&self) -> Vec<i64> {
        records_of(&self.log.batches_from(0).cloned().collect::<Vec<_>>())
            .into_iter()
            .map(|record| record.offset)
            .collect()
    }
}

/// A record that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Got {
    offset: i64,
    timestamp: i64,
    key: Option<Vec<u8>>,
    value: Option<Vec<u8>>,
}

fn records_of(batches: &[Bytes]) -> Vec<Got> {
    let mut codecs = Codecs::new();
    let mut got = Vec::new();
    for bytes in batches {
        for batch in Records::new(bytes) {
            let batch = batch.unwrap();
            batch.check_crc().unwrap();
            let plain = codecs.plain(&batch).unwrap();
            for record in RecordIter::new(&batch, plain.body) {
                let record = record.unwrap();
                got.push(Got {
                    offset: record.offset,
                    timestamp: record.timestamp,
                    key: record.key.map(<[u8]>::to_vec),
                    value: record.value.map(<[u8]>::to_vec),
                });
            }
        }
    }
    got
}

fn read_all(isolation: Isolation) -> ReadFrom {
    ReadFrom {
        offset: 0,
        max_bytes: usize::MAX,
        at_least_one: true,
        isolation,
        current_leader_epoch: None,
        last_fetched_epoch: None,
    }
}

fn compressed(compression: Compression) -> BatchOptions {
    BatchOptions {
        compression,
        ..BatchOptions::default()
    }
}
