//! A record of any size as it is written.

use super::super::record::Header;
use super::super::varint::Varint;
use super::open::NewRecord;

/// All numbers of a record, as they are written.
pub(super) struct Layout {
    length: Varint,
    timestamp_delta: Varint,
    offset_delta: Varint,
    key: Varint,
    value: Varint,
    header_count: Varint,
    pub(super) bytes: usize,
}

/// One byte, always 0: none are defined.
const ATTRIBUTES: usize = 1;

impl Layout {
    #[inline]
    pub(super) fn new(base_timestamp: i64, offset_delta: i32, record: NewRecord<'_>) -> Self {
        // Wraps around, and does so again on reading.
        let timestamp_delta = Varint::new(record.timestamp.wrapping_sub(base_timestamp));
        let offset_delta = Varint::new(offset_delta.into());
        let (key, key_bytes) = nullable(record.key);
        let (value, value_bytes) = nullable(record.value);
        let header_count = Varint::new(record.headers.len() as i64);
        let numbers = timestamp_delta.len() + offset_delta.len() + header_count.len();
        let length = (ATTRIBUTES + numbers)
            .saturating_add(key_bytes)
            .saturating_add(value_bytes)
            .saturating_add(headers_len(record.headers));
        let bytes = length;
        let length = Varint::new(length as i64);
        Self {
            bytes: bytes.saturating_add(length.len()),
            length,
            timestamp_delta,
            offset_delta,
            key,
            value,
            header_count,
        }
    }

    /// Writes the record in front of `room`.
    #[inline]
    pub(super) fn put(&self, room: &mut [u8], record: NewRecord<'_>) {
        let mut out = Cursor { room, at: 0 };
        out.number(self.length);
        out.number(Varint::new(0));
        out.number(self.timestamp_delta);
        out.number(self.offset_delta);
        out.number(self.key);
        out.bytes(record.key);
        out.number(self.value);
        out.bytes(record.value);
        out.number(self.header_count);
        for header in record.headers {
            out.number(nullable(Some(header.name)).0);
            out.bytes(Some(header.name));
            out.number(nullable(header.value).0);
            out.bytes(header.value);
        }
        debug_assert_eq!(out.at, self.bytes);
    }
}

/// Bytes that are written from their start on.
struct Cursor<'b> {
    room: &'b mut [u8],
    at: usize,
}

impl Cursor<'_> {
    #[inline]
    fn number(&mut self, number: Varint) {
        number.put(self.room.get_mut(self.at..).unwrap_or_default());
        self.at += number.len();
    }

    #[inline]
    fn bytes(&mut self, bytes: Option<&[u8]>) {
        let bytes = bytes.unwrap_or_default();
        let end = self.at + bytes.len();
        if let Some(room) = self.room.get_mut(self.at..end) {
            room.copy_from_slice(bytes);
        }
        self.at = end;
    }
}

/// The length of something that may be null, and what both take.
#[inline]
fn nullable(bytes: Option<&[u8]>) -> (Varint, usize) {
    match bytes {
        Some(bytes) => {
            let length = Varint::new(bytes.len() as i64);
            (length, length.len().saturating_add(bytes.len()))
        }
        None => (Varint::new(-1), 1),
    }
}

#[inline]
pub(super) fn headers_len(headers: &[Header<'_>]) -> usize {
    headers.iter().fold(0, |sum: usize, header| {
        sum.saturating_add(nullable(Some(header.name)).1)
            .saturating_add(nullable(header.value).1)
    })
}
