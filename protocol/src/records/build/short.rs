//! The usual record: no headers, less than 8 KiB, a short key, near its batch's first. All its numbers take one or two
//! bytes, so that they are put together in a register and written at once; that is what makes appending cost little
//! more than copying.

use super::open::NewRecord;

/// Numbers of one byte are below this, as they are written (zigzag).
const ONE_BYTE: u64 = 0x80;
/// Numbers of two bytes.
const TWO_BYTES: u64 = 0x4000;
/// No short record takes more bytes.
pub(super) const SHORT_MOST: usize = TWO_BYTES as usize;
/// How many bytes are written at once in front.
const FRONT: usize = 16;

/// The numbers of a short record, as they are written.
pub(super) struct Short {
    length: Number,
    /// Timestamp, offset, the key's length, and the value's if there is no key.
    front: Number,
    /// The value's length where there is a key.
    value: Number,
    pub(super) bytes: usize,
}

impl Short {
    /// `None`: the record is not that short.
    #[inline(always)]
    pub(super) fn new(
        base_timestamp: i64,
        offset_delta: i32,
        record: NewRecord<'_>,
    ) -> Option<Self> {
        let delta = record.timestamp.checked_sub(base_timestamp)?;
        let timestamp = (delta << 1 ^ delta >> 63) as u64;
        let offset = (offset_delta as u64) << 1;
        let (key, value) = (raw_length(record.key), raw_length(record.value));
        // As it is a power of two, all are below it if all together are.
        if (timestamp | offset | value) >= TWO_BYTES
            || key >= ONE_BYTE
            || !record.headers.is_empty()
        {
            return None;
        }
        let key = Number { bytes: key, len: 1 };
        let front = Number::new(timestamp).then(Number::new(offset)).then(key);
        let value = Number::new(value);
        // The two that are not numbers: attributes and the count of the headers, both 0.
        let fields = front.len + value.len + bytes(record.key) + bytes(record.value) + 2;
        let raw = (fields as u64) << 1;
        if raw >= TWO_BYTES {
            return None;
        }
        let length = Number::new(raw);
        Some(Self {
            front: match record.key {
                Some(_) => front,
                None => front.then(value),
            },
            bytes: fields + length.len,
            length,
            value,
        })
    }

    /// Writes the record in front of `room`, which is longer by what is written at once.
    #[inline(always)]
    pub(super) fn put(&self, room: &mut [u8], record: NewRecord<'_>) {
        let Some(front) = room.first_chunk_mut::<FRONT>() else {
            return;
        };
        // The third byte, or the second, are the attributes.
        let mut at = 1 + self.length.len;
        front[..4].copy_from_slice(&(self.length.bytes as u32).to_le_bytes());
        front[at..at + 8].copy_from_slice(&self.front.bytes.to_le_bytes());
        at += self.front.len;
        if let Some(key) = record.key {
            at = copy(key, room, at);
            if let Some(behind) = room.get_mut(at..).and_then(<[u8]>::first_chunk_mut) {
                *behind = (self.value.bytes as u16).to_le_bytes();
            }
            at += self.value.len;
        }
        at = copy(record.value.unwrap_or_default(), room, at);
        if let Some(header_count) = room.get_mut(at) {
            *header_count = 0;
        }
    }
}

/// One number of one or two bytes, or some of them in a row; the first byte lowest.
#[derive(Clone, Copy)]
struct Number {
    bytes: u64,
    len: usize,
}

impl Number {
    #[inline(always)]
    fn new(raw: u64) -> Self {
        if raw < ONE_BYTE {
            return Self { bytes: raw, len: 1 };
        }
        // The upper bits move up by one, for the sign that more follows.
        let bytes = (raw + (raw & !0x7f)) | 0x80;
        Self { bytes, len: 2 }
    }

    #[inline(always)]
    fn then(self, next: Self) -> Self {
        Self {
            bytes: self.bytes | next.bytes << (8 * self.len),
            len: self.len + next.len,
        }
    }
}

/// Zigzag; null is -1.
#[inline(always)]
fn raw_length(bytes: Option<&[u8]>) -> u64 {
    bytes.map_or(1, |bytes| (bytes.len() as u64) << 1)
}

#[inline(always)]
fn bytes(bytes: Option<&[u8]>) -> usize {
    bytes.map_or(0, <[u8]>::len)
}

#[inline(always)]
fn copy(bytes: &[u8], room: &mut [u8], at: usize) -> usize {
    let end = at + bytes.len();
    if let Some(room) = room.get_mut(at..end) {
        room.copy_from_slice(bytes);
    }
    end
}
