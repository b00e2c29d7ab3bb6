//! A batch that its broker finds too large, made into smaller ones (KIP-126).

use super::super::batch::RecordBatch;
use super::super::compress::{Compression, Compressor, Decompressor};
use super::super::header::{BatchHeader, HEADER_BYTES, TimestampType};
use super::super::record::{Header, Record, RecordIter};
use super::open::NewRecord;
use super::{BatchBuilder, BatchOptions, BuildError};

/// Splits `batch` into batches of at most `most_bytes` bytes, of the same kind and compressed as it was.
///
/// A record that is too large by itself gets a batch of its own, for its broker to refuse. The offsets of each batch
/// begin at 0, the sequences go on from one to the next; all else is as in `batch`, whose gaps between offsets stay.
/// The records of one that is compressed are decompressed up to `limit` bytes. One of magic 0 or 1 gives such of magic 2.
///
/// # Errors
/// The batch can't be read, or its codec is not compiled in.
pub fn split(
    batch: &RecordBatch<'_>,
    most_bytes: usize,
    limit: usize,
    decompressor: &mut Decompressor,
    compressor: &mut Compressor,
) -> Result<Vec<Vec<u8>>, BuildError> {
    let mut buffer = Vec::new();
    let body = batch.plain_body(decompressor, limit, &mut buffer)?;
    let mut walk = RecordIter::new(&batch.header(), body);
    let mut piece = Piece {
        builder: BatchBuilder::new(),
        headers: Vec::new(),
        first_offset: 0,
    };
    let mut room = first_room(batch, body.len(), most_bytes);
    let mut pieces = Vec::new();
    loop {
        let begin = walk.clone();
        piece.fill(&mut walk, room, batch.delete_horizon())?;
        let (plain, records) = (piece.builder.len(), piece.builder.record_count());
        if records == 0 {
            return Ok(pieces);
        }
        let options = options(batch, piece.first_offset);
        let bytes = piece.builder.finish(&options, compressor)?;
        if bytes.len() <= most_bytes || records == 1 {
            pieces.push(bytes);
        } else {
            // It compressed worse than was thought: the same records again, fewer at a time.
            room = scaled(plain, most_bytes, bytes.len()).min(plain - 1);
            walk = begin;
            piece.builder.recycle(bytes);
        }
    }
}

/// How large a piece may be before compression, if all of the batch compresses alike.
fn first_room(batch: &RecordBatch<'_>, plain: usize, most_bytes: usize) -> usize {
    match batch.compression() {
        Compression::None => most_bytes,
        _ => scaled(plain + HEADER_BYTES, most_bytes, batch.batch_bytes()),
    }
}

/// `plain` bytes became `packed`: how many become `most`, with a tenth to spare.
fn scaled(plain: usize, most: usize, packed: usize) -> usize {
    let room = plain as u128 * most as u128 / packed.max(1) as u128 / 10 * 9;
    usize::try_from(room).unwrap_or(usize::MAX)
}

/// One batch after the other.
struct Piece<'a> {
    builder: BatchBuilder,
    headers: Vec<Header<'a>>,
    first_offset: i64,
}

impl<'a> Piece<'a> {
    /// Takes records while they fit, one at least if there is one.
    fn fill(
        &mut self,
        walk: &mut RecordIter<'a>,
        room: usize,
        delete_horizon: Option<i64>,
    ) -> Result<(), BuildError> {
        self.builder.clear();
        if let Some(horizon) = delete_horizon {
            self.builder.set_delete_horizon(horizon)?;
        }
        loop {
            let mut ahead = walk.clone();
            match ahead.next().transpose()? {
                Some(record) if self.take(&record, room)? => *walk = ahead,
                _ => return Ok(()),
            }
        }
    }

    /// Whether the record went in.
    fn take(&mut self, record: &Record<'a>, room: usize) -> Result<bool, BuildError> {
        if self.builder.record_count() == 0 {
            self.first_offset = record.offset;
        }
        let Ok(offset_delta) = i32::try_from(record.offset - self.first_offset) else {
            return Ok(false);
        };
        self.headers.clear();
        self.headers.extend(record.headers);
        let record = NewRecord {
            timestamp: record.timestamp,
            key: record.key,
            value: record.value,
            headers: &self.headers,
        };
        let builder = &mut self.builder;
        let grown = builder.len() + builder.open.grows_by(offset_delta, record);
        if grown > room && builder.record_count() > 0 {
            return Ok(false);
        }
        builder
            .open
            .append_at(&mut builder.bytes, offset_delta, record)?;
        Ok(true)
    }
}

fn options(batch: &BatchHeader, first_offset: i64) -> BatchOptions {
    let append_time = batch.timestamp_type() == TimestampType::LogAppendTime;
    BatchOptions {
        compression: batch.compression(),
        producer_id: batch.producer_id(),
        producer_epoch: batch.producer_epoch(),
        base_sequence: sequence(batch, first_offset),
        transactional: batch.is_transactional(),
        control: batch.is_control(),
        append_time: append_time.then_some(batch.max_timestamp()),
        ..BatchOptions::default()
    }
}

/// Sequences run with the offsets, and after the largest of 32 bits follows 0.
fn sequence(batch: &BatchHeader, offset: i64) -> i32 {
    let base = batch.base_sequence();
    if base < 0 {
        return base;
    }
    let sequence = i64::from(base) + (offset - batch.base_offset());
    (sequence & i64::from(i32::MAX)) as i32
}
