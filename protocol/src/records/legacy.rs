//! Message sets of magic 0 and 1: the format before Kafka 0.11, which brokers before 4.0 may still hold and send.
//!
//! Each message is an entry of its own. Compressed ones lie together in the value of another message, their wrapper.
//! Here each entry that is no part of a wrapper is a batch: a plain message is a batch of one record, a wrapper is the
//! batch of those in it. What [`RecordBatch::plain_body`](super::RecordBatch::plain_body) gives of either is a message
//! set, so that one walk reads both.
//!
//! ```text
//! offset i64 | length i32 | crc u32 | magic i8 | attributes i8 | [timestamp i64, from magic 1] | key | value
//! ```

mod build;
mod message;
mod walk;

use super::compress::Compression;
use super::crc;
use super::error::RecordError;
use super::header::{BatchHeader, LOG_APPEND_TIME};
use message::{Message, entry_start, read_message};

pub use build::{Magic, MessageSetBuilder, MessageSetOptions};
pub(super) use walk::Walk;

/// The checksum (CRC-32 of IEEE, not Castagnoli's) lies here and covers all from [`CRC_FROM`] on.
pub(super) const CRC_AT: usize = 12;
const CRC_FROM: usize = 16;
const MAGIC_AT: usize = 16;
const ATTRIBUTES_AT: usize = 17;
/// Offset, length, checksum, magic, attributes, the lengths of key and value.
const LEAST_V0: usize = 26;
const TIMESTAMP_BYTES: usize = 8;

const CODEC: i8 = 0x07;

/// How many bytes the smallest message of a magic takes.
pub(super) fn least_bytes(magic: i8) -> usize {
    if magic == 0 {
        LEAST_V0
    } else {
        LEAST_V0 + TIMESTAMP_BYTES
    }
}

/// Reads a whole entry: the header that a batch of its contents would have, and the bytes that hold them.
pub(super) fn open(entry: &[u8]) -> Result<(BatchHeader, &[u8]), RecordError> {
    let message = read_message(entry).map_err(|fault| {
        let base_offset = entry_start(entry).map_or(0, |(_, (offset, _))| offset);
        fault.into_error(base_offset, 0, entry.len())
    })?;
    let header = header(&message)?;
    if header.compression == Compression::None {
        return Ok((header, entry));
    }
    match message.value {
        Some(records) => Ok((header, records)),
        None => Err(RecordError::Header {
            base_offset: header.base_offset,
            field: "value",
            at: entry.len() - 4,
            value: -1,
            why: "can't be the length of compressed messages",
        }),
    }
}

/// The checksum that the entry's bytes give.
pub(super) fn checksum(entry: &[u8]) -> u32 {
    crc::zip(entry.get(CRC_FROM..).unwrap_or_default())
}

fn header(message: &Message<'_>) -> Result<BatchHeader, RecordError> {
    let wrong = |field, at, value, why| RecordError::Header {
        base_offset: message.offset,
        field,
        at,
        value,
        why,
    };
    // The position after it must fit too.
    if message.offset < 0 || message.offset == i64::MAX {
        return Err(wrong("offset", 0, message.offset, "is no offset"));
    }
    let code = message.attributes & CODEC;
    let compression = match Compression::from_code(code as u8) {
        Some(Compression::Zstd) => Err("is zstd, which needs magic 2"),
        Some(compression) => Ok(compression),
        None => Err("is no codec"),
    };
    let compression =
        compression.map_err(|why| wrong("compression", ATTRIBUTES_AT, code.into(), why))?;
    let flags = if message.magic == 0 {
        CODEC
    } else {
        CODEC | LOG_APPEND_TIME as i8
    };
    Ok(BatchHeader {
        base_offset: message.offset,
        length: message.length,
        partition_leader_epoch: -1,
        magic: message.magic,
        crc: message.crc,
        attributes: (message.attributes & flags).into(),
        last_offset_delta: 0,
        base_timestamp: message.timestamp,
        max_timestamp: message.timestamp,
        producer_id: -1,
        producer_epoch: -1,
        base_sequence: -1,
        record_count: if compression == Compression::None {
            1
        } else {
            -1
        },
        compression,
    })
}

#[cfg(test)]
mod tests;
