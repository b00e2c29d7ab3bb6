//! What a client sends to be appended: looked through as Kafka does, and stamped with its place in the log.

use bytes::Bytes;
use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::records::{
    BatchHeader, BatchMut, BatchOptions, Record, RecordBatch, RecordError, RecordIter,
    TimestampType,
};

use super::batches::Stored;
use super::codecs::{Codecs, Plain, internal};
use super::refusal::{Refusal, RefusedRecord};
use super::{LogConfig, Origin};

/// Where and under whom a batch is appended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stamp {
    pub(super) base_offset: i64,
    pub(super) leader_epoch: i32,
    pub(super) wall_ms: i64,
}

/// The batch, checked and stamped.
pub(super) fn validate(
    batch: &RecordBatch<'_>,
    origin: Origin,
    config: &LogConfig,
    stamp: Stamp,
    codecs: &mut Codecs,
) -> Result<Stored, Refusal> {
    check_batch(batch, origin, config)?;
    let plain = codecs.plain(batch).map_err(unreadable)?;
    let max_timestamp = check_records(batch, plain.body, config, stamp.wall_ms)?;
    let append_time = match config.timestamp_type {
        TimestampType::CreateTime => None,
        TimestampType::LogAppendTime => Some(stamp.wall_ms),
    };
    let target = config.compression.unwrap_or(batch.compression());
    let bytes = if target == batch.compression() {
        batch.bytes().to_vec()
    } else {
        let options = BatchOptions {
            compression: target,
            ..options_of(batch)
        };
        rebuild(batch, plain, &options)?
    };
    if bytes.len() > config.max_message_bytes {
        return Err(ErrorCode::MESSAGE_TOO_LARGE.into());
    }
    if bytes.len() > config.segment_bytes {
        return Err(ErrorCode::RECORD_LIST_TOO_LARGE.into());
    }
    stamped(bytes, stamp, append_time, max_timestamp)
}

/// What a batch says of itself, to be said again of another.
pub(super) fn options_of(header: &BatchHeader) -> BatchOptions {
    BatchOptions {
        compression: header.compression(),
        producer_id: header.producer_id(),
        producer_epoch: header.producer_epoch(),
        base_sequence: header.base_sequence(),
        transactional: header.is_transactional(),
        control: header.is_control(),
        base_offset: header.base_offset(),
        partition_leader_epoch: header.partition_leader_epoch(),
        append_time: (header.timestamp_type() == TimestampType::LogAppendTime)
            .then_some(header.max_timestamp()),
        last_offset_delta: Some(header.last_offset_delta()),
    }
}

/// Where a batch says which format it has.
const MAGIC_AT: usize = 16;

/// Since Produce v3 there is one batch a partition, of magic 2. Bytes behind it that are no whole batch are let go.
pub(super) fn only_batch(records: &[u8]) -> Result<RecordBatch<'_>, Refusal> {
    let magic = records.get(MAGIC_AT).copied();
    if let Some(magic) = magic.filter(|magic| *magic > 2) {
        return Err(Refusal {
            message: Some(format!("Invalid magic found in record: {magic}")),
            ..ErrorCode::CORRUPT_MESSAGE.into()
        });
    }
    if magic.is_some_and(|magic| magic < 2) {
        return Err(ErrorCode::INVALID_RECORD.into());
    }
    let first = RecordBatch::split_first(records).map_err(|error| match error {
        RecordError::Header {
            field: "base_offset" | "last_offset_delta" | "record_count",
            ..
        } => ErrorCode::INVALID_RECORD,
        _ => ErrorCode::CORRUPT_MESSAGE,
    })?;
    let (batch, behind) = first.ok_or(ErrorCode::INVALID_RECORD)?;
    match RecordBatch::split_first(behind) {
        Ok(None) => Ok(batch),
        Ok(Some(_)) => Err(ErrorCode::INVALID_RECORD.into()),
        Err(_) => Err(ErrorCode::CORRUPT_MESSAGE.into()),
    }
}

fn check_batch(
    batch: &RecordBatch<'_>,
    origin: Origin,
    config: &LogConfig,
) -> Result<(), ErrorCode> {
    let client = origin == Origin::Client;
    if client && batch.base_offset() != 0 {
        return Err(ErrorCode::INVALID_RECORD);
    }
    if batch.bytes().len() > config.max_message_bytes {
        return Err(ErrorCode::MESSAGE_TOO_LARGE);
    }
    batch.check_crc().map_err(|_| ErrorCode::CORRUPT_MESSAGE)?;
    let counted = i64::from(batch.last_offset_delta()) + 1;
    let unsequenced = batch.producer_id() >= 0 && batch.base_sequence() < 0;
    let wrong = counted != i64::from(batch.record_count())
        || (client && (batch.is_control() || unsequenced));
    if wrong {
        return Err(ErrorCode::INVALID_RECORD);
    }
    Ok(())
}

/// Walks the records once; gives the largest timestamp.
fn check_records(
    batch: &RecordBatch<'_>,
    body: &[u8],
    config: &LogConfig,
    wall_ms: i64,
) -> Result<i64, Refusal> {
    let mut max_timestamp = -1;
    let mut blamed = Blamed::default();
    for (expected, record) in (batch.base_offset()..).zip(RecordIter::new(batch, body)) {
        let record = record.map_err(|_| ErrorCode::INVALID_RECORD)?;
        if record.offset != expected {
            return Err(ErrorCode::INVALID_RECORD.into());
        }
        if let Some(fault) = record_fault(batch, &record, config, wall_ms) {
            blamed.add((expected - batch.base_offset()) as i32, fault, &record);
        }
        max_timestamp = max_timestamp.max(record.timestamp);
    }
    blamed.into_result().map(|()| max_timestamp)
}

/// What a single record is refused for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum RecordFault {
    NoKey,
    Timestamp,
    TimestampType,
}

#[inline]
fn record_fault(
    batch: &BatchHeader,
    record: &Record<'_>,
    config: &LogConfig,
    wall_ms: i64,
) -> Option<RecordFault> {
    if config.compact && record.key.is_none() {
        return Some(RecordFault::NoKey);
    }
    if config.timestamp_type == TimestampType::CreateTime && record.timestamp != -1 {
        let age = wall_ms.saturating_sub(record.timestamp);
        let within = age <= config.timestamp_before_max_ms
            && age.saturating_neg() <= config.timestamp_after_max_ms;
        return (!within).then_some(RecordFault::Timestamp);
    }
    // The broker's time is the broker's to set.
    (batch.timestamp_type() == TimestampType::LogAppendTime).then_some(RecordFault::TimestampType)
}

/// The records to blame.
#[derive(Default)]
struct Blamed {
    records: Vec<RefusedRecord>,
    timestamp: bool,
}

impl Blamed {
    #[cold]
    fn add(&mut self, index: i32, fault: RecordFault, record: &Record<'_>) {
        let message = match fault {
            RecordFault::NoKey => "a compacted topic takes no record without a key".to_owned(),
            RecordFault::Timestamp => {
                format!(
                    "the timestamp {} is out of the topic's range",
                    record.timestamp
                )
            }
            RecordFault::TimestampType => {
                "a producer must not set the timestamp type LogAppendTime".to_owned()
            }
        };
        self.timestamp |= fault != RecordFault::NoKey;
        self.records.push(RefusedRecord { index, message });
    }

    fn into_result(self) -> Result<(), Refusal> {
        if self.records.is_empty() {
            return Ok(());
        }
        let (code, why) = if self.timestamp {
            (ErrorCode::INVALID_TIMESTAMP, "a timestamp that can't be")
        } else {
            (ErrorCode::INVALID_RECORD, "no key")
        };
        let count = self.records.len();
        Err(Refusal {
            code,
            message: Some(format!(
                "records of the batch have {why}: {count} are refused"
            )),
            records: self.records,
            log_start_offset: -1,
        })
    }
}

/// Kafka's own mapping: data that no codec reads is an error without a code.
fn unreadable(error: RecordError) -> ErrorCode {
    match error {
        RecordError::Codec { .. } => ErrorCode::UNKNOWN_SERVER_ERROR,
        _ => ErrorCode::INVALID_RECORD,
    }
}

/// Writes the records anew, for a topic that has a codec of its own.
fn rebuild(
    batch: &RecordBatch<'_>,
    plain: Plain<'_>,
    options: &BatchOptions,
) -> Result<Vec<u8>, ErrorCode> {
    plain.builder.clear();
    let mut headers = Vec::new();
    for record in RecordIter::new(batch, plain.body) {
        let record = record.map_err(internal)?;
        headers.clear();
        headers.extend(record.headers);
        plain
            .builder
            .append(record.timestamp, record.key, record.value, &headers)
            .map_err(internal)?;
    }
    plain
        .builder
        .finish(options, plain.compressor)
        .map_err(internal)
}

fn stamped(
    mut bytes: Vec<u8>,
    stamp: Stamp,
    append_time: Option<i64>,
    max_timestamp: i64,
) -> Result<Stored, Refusal> {
    let parts = BatchMut::split_first(&mut bytes).map_err(internal)?;
    let (mut batch, _) = parts.ok_or(ErrorCode::UNKNOWN_SERVER_ERROR)?;
    batch
        .set_base_offset(stamp.base_offset)
        .map_err(|_| ErrorCode::UNKNOWN_SERVER_ERROR)?;
    batch.set_partition_leader_epoch(Some(stamp.leader_epoch));
    match append_time {
        Some(time) => batch.set_append_time(time),
        None => batch.set_create_time(max_timestamp),
    }
    drop(batch);
    stored(bytes).map_err(Refusal::from)
}

/// Takes bytes that were written here.
pub(super) fn stored(bytes: Vec<u8>) -> Result<Stored, ErrorCode> {
    let header = RecordBatch::split_first(&bytes)
        .ok()
        .flatten()
        .map(|(batch, _)| batch.header());
    let header = header.ok_or(ErrorCode::UNKNOWN_SERVER_ERROR)?;
    Ok(Stored::new(header, Bytes::from(bytes)))
}
