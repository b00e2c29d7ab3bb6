//! The usual record: no headers, less than 8 KiB, a short key, near its batch's first. All its numbers take one or two
//! bytes, so that they are put together in a register and written at once; that is what makes appending cost little
//! more than copying.

/// Numbers of one byte are below this, as they are written (zigzag).
const ONE_BYTE: u64 = 0x80;
/// Numbers of two bytes.
const TWO_BYTES: u64 = 0x4000;
/// No short record takes more bytes.
pub(super) const SHORT_MOST: usize = TWO_BYTES as usize;
/// More than all numbers of a short record take, and what is written at once beyond them.
const NUMBERS_MOST: usize = 32;

/// Writes the record in front of `room`, and gives how many bytes it took. `None`: it is not that short, or the room is.
#[inline(always)]
pub(super) fn put_short(
    room: &mut [u8],
    timestamp_delta: i64,
    offset_delta: i32,
    key: Option<&[u8]>,
    value: Option<&[u8]>,
) -> Option<usize> {
    let timestamp = (timestamp_delta << 1 ^ timestamp_delta >> 63) as u64;
    let offset = (offset_delta as u64) << 1;
    let (raw_key, raw_value) = (raw_length(key), raw_length(value));
    // As it is a power of two, all are below it if all together are.
    if (timestamp | offset | raw_value) >= TWO_BYTES || raw_key >= ONE_BYTE {
        return None;
    }
    let (key, value) = (key.unwrap_or_default(), value.unwrap_or_default());
    let fields = key.len() + value.len();
    let raw_key = Number {
        bytes: raw_key,
        len: 1,
    };
    let front = Number::new(timestamp)
        .then(Number::new(offset))
        .then(raw_key);
    let raw_value = Number::new(raw_value);
    // The two that are not numbers: attributes and the count of the headers, both 0.
    let length = front.len + raw_value.len + fields + 2;
    let raw = Number::new((length as u64) << 1);
    if length >= TWO_BYTES as usize / 2 || room.len() < fields + NUMBERS_MOST {
        return None;
    }

    // The third byte, or the second, are the attributes.
    let mut at = 1 + raw.len;
    *room.first_chunk_mut()? = (raw.bytes as u32).to_le_bytes();
    if key.is_empty() {
        let front = front.then(raw_value);
        *room.get_mut(at..)?.first_chunk_mut()? = front.bytes.to_le_bytes();
        at += front.len;
    } else {
        *room.get_mut(at..)?.first_chunk_mut()? = front.bytes.to_le_bytes();
        at = copy(key, room, at + front.len);
        *room.get_mut(at..)?.first_chunk_mut()? = (raw_value.bytes as u16).to_le_bytes();
        at += raw_value.len;
    }
    at = copy(value, room, at);
    *room.get_mut(at)? = 0;
    Some(at + 1)
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
fn copy(bytes: &[u8], room: &mut [u8], at: usize) -> usize {
    let end = at + bytes.len();
    if let Some(room) = room.get_mut(at..end) {
        room.copy_from_slice(bytes);
    }
    end
}
