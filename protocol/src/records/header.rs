//! The 61 bytes in front of each batch.

use nom::IResult;
use nom::number::complete::{be_i8, be_i16, be_i32, be_i64, be_u32};

use super::compress::Compression;
use super::crc;
use super::error::RecordError;

/// How many bytes the header takes.
pub(super) const HEADER_BYTES: usize = 61;
/// The bytes in front of what the length field counts: base offset and the length itself.
pub(super) const LENGTH_END: usize = 12;
/// How many bytes tell the magic, whatever it is.
pub(super) const MAGIC_END: usize = 17;
/// The smallest length that any magic allows (a message of magic 0 without key and value).
pub(super) const MIN_LENGTH_ANY_MAGIC: i32 = 14;
pub(super) const LEADER_EPOCH_AT: usize = 12;
pub(super) const CRC_AT: usize = 17;
/// The checksum covers all from here on (not the leader epoch, so that brokers can set it).
pub(super) const CRC_FROM: usize = 21;
pub(super) const ATTRIBUTES_AT: usize = 21;
const LAST_OFFSET_DELTA_AT: usize = 23;
const RECORD_COUNT_AT: usize = 57;

const CODEC: i16 = 0x07;
pub(super) const LOG_APPEND_TIME: i16 = 0x08;
pub(super) const TRANSACTIONAL: i16 = 0x10;
pub(super) const CONTROL: i16 = 0x20;
pub(super) const DELETE_HORIZON: i16 = 0x40;

/// Who set the timestamps of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimestampType {
    /// The producer, when it made the record.
    CreateTime,
    /// The broker, when it appended the batch: one time for all records.
    LogAppendTime,
}

/// A batch's header, checked: a small copy that outlives the bytes.
///
/// For messages of magic 0 and 1, the header that a batch of the same contents would have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchHeader {
    pub(super) base_offset: i64,
    pub(super) length: i32,
    pub(super) partition_leader_epoch: i32,
    pub(super) magic: i8,
    pub(super) crc: u32,
    pub(super) attributes: i16,
    pub(super) last_offset_delta: i32,
    pub(super) base_timestamp: i64,
    pub(super) max_timestamp: i64,
    pub(super) producer_id: i64,
    pub(super) producer_epoch: i16,
    pub(super) base_sequence: i32,
    pub(super) record_count: i32,
    pub(super) compression: Compression,
}

impl BatchHeader {
    /// Reads the header of a batch of magic 2 whose length has been checked.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, RecordError> {
        let (_, mut header) = fields(bytes).map_err(|_| RecordError::Length {
            base_offset: 0,
            length: bytes.len() as i32,
        })?;
        header.check()?;
        Ok(header)
    }

    /// Whether the fields can be, and which codec they name.
    pub(super) fn check(&mut self) -> Result<(), RecordError> {
        let wrong = |field, at, value, why| RecordError::Header {
            base_offset: self.base_offset,
            field,
            at,
            value,
            why,
        };
        if self.base_offset < 0 {
            return Err(wrong("base_offset", 0, self.base_offset, "is below zero"));
        }
        if self.record_count < 0 {
            let count = self.record_count.into();
            return Err(wrong(
                "record_count",
                RECORD_COUNT_AT,
                count,
                "is below zero",
            ));
        }
        // One below `i64::MAX`, as the position after the batch must fit too.
        let room = i64::MAX - 1 - self.base_offset;
        let delta = self.last_offset_delta.into();
        if !(0..=room).contains(&delta) {
            let why = if delta < 0 {
                "is below zero"
            } else {
                "leads beyond the last offset there can be"
            };
            return Err(wrong("last_offset_delta", LAST_OFFSET_DELTA_AT, delta, why));
        }
        let code = (self.attributes & CODEC) as u8;
        self.compression = Compression::from_code(code)
            .ok_or_else(|| wrong("compression", ATTRIBUTES_AT, code.into(), "is no codec"))?;
        Ok(())
    }

    /// The format: 2, or 0 or 1 for messages of old ([`legacy`](super::legacy)).
    #[must_use]
    pub fn magic(&self) -> i8 {
        self.magic
    }

    /// The offset of the batch's first record when it was written; compaction may have removed that record.
    ///
    /// Compressed messages of magic 0 and 1 tell nothing but their last offset: it stands here too.
    #[must_use]
    pub fn base_offset(&self) -> i64 {
        self.base_offset
    }

    /// How far the last offset is from the first. Compaction keeps it.
    #[must_use]
    pub fn last_offset_delta(&self) -> i32 {
        self.last_offset_delta
    }

    /// The batch's last offset when it was written.
    #[must_use]
    pub fn last_offset(&self) -> i64 {
        self.base_offset + i64::from(self.last_offset_delta)
    }

    /// The position after this batch: where the next one may start. May be more than one after the last record, or come
    /// without any record.
    #[must_use]
    pub fn next_offset(&self) -> i64 {
        self.last_offset() + 1
    }

    /// How many bytes the whole batch takes, header included.
    #[must_use]
    pub fn batch_bytes(&self) -> usize {
        LENGTH_END + self.length as usize
    }

    /// The leadership under which the batch was appended; `None` in what a producer sends.
    #[must_use]
    pub fn partition_leader_epoch(&self) -> Option<i32> {
        (self.partition_leader_epoch >= 0).then_some(self.partition_leader_epoch)
    }

    /// How the records are compressed.
    #[must_use]
    pub fn compression(&self) -> Compression {
        self.compression
    }

    /// Who set the timestamps.
    #[must_use]
    pub fn timestamp_type(&self) -> TimestampType {
        if self.attributes & LOG_APPEND_TIME == 0 {
            TimestampType::CreateTime
        } else {
            TimestampType::LogAppendTime
        }
    }

    /// Whether the batch belongs to a transaction, which may be open or aborted.
    #[must_use]
    pub fn is_transactional(&self) -> bool {
        self.attributes & TRANSACTIONAL != 0
    }

    /// Whether the records are control records, such as the end of a transaction: never for the user.
    #[must_use]
    pub fn is_control(&self) -> bool {
        self.attributes & CONTROL != 0
    }

    /// When compaction may remove this batch's deletions or markers, in ms since the epoch, if it has said so (KIP-534).
    #[must_use]
    pub fn delete_horizon(&self) -> Option<i64> {
        (self.attributes & DELETE_HORIZON != 0).then_some(self.base_timestamp)
    }

    /// What the records' timestamps count from, in ms since the epoch.
    #[must_use]
    pub fn base_timestamp(&self) -> i64 {
        self.base_timestamp
    }

    /// The largest timestamp of a record, or the time of appending; ms since the epoch, -1: none.
    #[must_use]
    pub fn max_timestamp(&self) -> i64 {
        self.max_timestamp
    }

    /// The idempotent or transactional producer, -1: none.
    #[must_use]
    pub fn producer_id(&self) -> i64 {
        self.producer_id
    }

    /// The producer's epoch, -1: none.
    #[must_use]
    pub fn producer_epoch(&self) -> i16 {
        self.producer_epoch
    }

    /// The first record's sequence, -1: none.
    #[must_use]
    pub fn base_sequence(&self) -> i32 {
        self.base_sequence
    }

    /// How many records there are; 0 where compaction took all of them, -1 where nobody knows before the end:
    /// compressed messages of magic 0 and 1.
    #[must_use]
    pub fn record_count(&self) -> i32 {
        self.record_count
    }

    /// The checksum that the header carries.
    #[must_use]
    pub fn crc(&self) -> u32 {
        self.crc
    }

    /// Writes the header into the room in front of a batch, with a checksum over all that follows.
    pub(super) fn write(&mut self, batch: &mut [u8]) {
        put(batch, 0, self.base_offset.to_be_bytes());
        put(batch, 8, self.length.to_be_bytes());
        put(
            batch,
            LEADER_EPOCH_AT,
            self.partition_leader_epoch.to_be_bytes(),
        );
        put(batch, 16, self.magic.to_be_bytes());
        self.write_checked(batch);
    }

    /// Writes what the checksum covers, and the checksum.
    pub(super) fn write_checked(&mut self, batch: &mut [u8]) {
        put(batch, ATTRIBUTES_AT, self.attributes.to_be_bytes());
        put(
            batch,
            LAST_OFFSET_DELTA_AT,
            self.last_offset_delta.to_be_bytes(),
        );
        put(batch, 27, self.base_timestamp.to_be_bytes());
        put(batch, 35, self.max_timestamp.to_be_bytes());
        put(batch, 43, self.producer_id.to_be_bytes());
        put(batch, 51, self.producer_epoch.to_be_bytes());
        put(batch, 53, self.base_sequence.to_be_bytes());
        put(batch, RECORD_COUNT_AT, self.record_count.to_be_bytes());
        self.crc = crc::castagnoli(batch.get(CRC_FROM..).unwrap_or_default());
        put(batch, CRC_AT, self.crc.to_be_bytes());
    }
}

pub(super) fn put<const N: usize>(batch: &mut [u8], at: usize, value: [u8; N]) {
    if let Some(room) = batch.get_mut(at..at + N) {
        room.copy_from_slice(&value);
    }
}

fn fields(i: &[u8]) -> IResult<&[u8], BatchHeader, ()> {
    let (i, base_offset) = be_i64(i)?;
    let (i, length) = be_i32(i)?;
    let (i, partition_leader_epoch) = be_i32(i)?;
    let (i, magic) = be_i8(i)?;
    let (i, crc) = be_u32(i)?;
    let (i, attributes) = be_i16(i)?;
    let (i, last_offset_delta) = be_i32(i)?;
    let (i, base_timestamp) = be_i64(i)?;
    let (i, max_timestamp) = be_i64(i)?;
    let (i, producer_id) = be_i64(i)?;
    let (i, producer_epoch) = be_i16(i)?;
    let (i, base_sequence) = be_i32(i)?;
    let (i, record_count) = be_i32(i)?;
    let header = BatchHeader {
        base_offset,
        length,
        partition_leader_epoch,
        magic,
        crc,
        attributes,
        last_offset_delta,
        base_timestamp,
        max_timestamp,
        producer_id,
        producer_epoch,
        base_sequence,
        record_count,
        compression: Compression::None,
    };
    Ok((i, header))
}

/// The first three fields that every magic has at the same place: base offset, length, magic.
pub(super) fn start(i: &[u8]) -> IResult<&[u8], (i64, i32), ()> {
    let (i, base_offset) = be_i64(i)?;
    let (i, length) = be_i32(i)?;
    Ok((i, (base_offset, length)))
}
