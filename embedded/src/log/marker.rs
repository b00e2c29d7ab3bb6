//! The control batches that end transactions: made and read.

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::payload::control::{ControlRecord, EndTxnMarker};
use ottla_protocol::records::{BatchBuilder, BatchOptions, Compressor, RecordBatch, RecordIter};

use super::producers::Marker;

/// How a transaction ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionResult {
    /// Its records stand.
    Commit,
    /// Its records are not to be read.
    Abort,
}

/// Where and when a marker is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) offset: i64,
    pub(super) leader_epoch: i32,
    pub(super) timestamp: i64,
    pub(super) append_time: Option<i64>,
}

pub(super) fn build(
    marker: Marker,
    result: TransactionResult,
    place: Place,
) -> Result<Vec<u8>, ErrorCode> {
    let failed = |_| ErrorCode::UNKNOWN_SERVER_ERROR;
    let end = EndTxnMarker {
        coordinator_epoch: marker.coordinator_epoch,
    };
    let record = match result {
        TransactionResult::Commit => ControlRecord::Commit(end),
        TransactionResult::Abort => ControlRecord::Abort(end),
    };
    let mut value = Vec::new();
    record
        .write_value(&mut value)
        .map_err(|_| ErrorCode::UNKNOWN_SERVER_ERROR)?;
    let mut batch = BatchBuilder::new();
    batch
        .append(place.timestamp, Some(&record.key()), Some(&value), &[])
        .map_err(failed)?;
    let options = BatchOptions {
        producer_id: marker.producer_id,
        producer_epoch: marker.producer_epoch,
        transactional: true,
        control: true,
        base_offset: place.offset,
        partition_leader_epoch: Some(place.leader_epoch),
        append_time: place.append_time,
        ..BatchOptions::default()
    };
    batch
        .finish(&options, &mut Compressor::new())
        .map_err(failed)
}

/// The marker that a control batch holds; `None`: it was compacted away, or is something else.
pub(super) fn read(batch: &RecordBatch<'_>) -> Option<(Marker, TransactionResult)> {
    let record = RecordIter::new(batch, batch.body()).next()?.ok()?;
    let (end, result) = match ControlRecord::read(record.key, record.value).ok()? {
        ControlRecord::Commit(end) => (end, TransactionResult::Commit),
        ControlRecord::Abort(end) => (end, TransactionResult::Abort),
        _ => return None,
    };
    let marker = Marker {
        producer_id: batch.producer_id(),
        producer_epoch: batch.producer_epoch(),
        coordinator_epoch: end.coordinator_epoch,
    };
    Some((marker, result))
}
