//! Short records: no headers, less than 8 KiB, a short key, near their batch's first. All their numbers take one or two
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
/// The null key, as it is written.
const NO_KEY: u64 = 1;
/// The bytes of all numbers of a usual record, see [`put_usual`].
const USUAL_NUMBERS: usize = 10;

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
    if room.len() < key.len() + value.len() + NUMBERS_MOST {
        return None;
    }
    if raw_key == NO_KEY && timestamp < ONE_BYTE && offset >= ONE_BYTE && raw_value >= ONE_BYTE {
        put_usual(room, timestamp, offset, value)
    } else {
        let front = Numbers::new(timestamp).and(offset).and(raw_key);
        put_any(room, front, key, Numbers::new(raw_value), value)
    }
}

/// A record without a key, whose value has 64 bytes and more, as most have that fill a batch: each number has its place.
#[inline(always)]
fn put_usual(room: &mut [u8], timestamp: u64, offset: u64, value: &[u8]) -> Option<usize> {
    let bytes = USUAL_NUMBERS + value.len();
    let length = ((bytes - 2) as u64) << 1;
    if length >= TWO_BYTES {
        return None;
    }
    // Behind the length the attributes, which are 0.
    let front = two_bytes(length) | timestamp << 24 | two_bytes(offset) << 32 | NO_KEY << 48;
    *room.first_chunk_mut()? = front.to_le_bytes();
    let raw_value = two_bytes((value.len() as u64) << 1) as u16;
    *room.get_mut(7..)?.first_chunk_mut()? = raw_value.to_le_bytes();
    let (header_count, room) = room.get_mut(9..bytes)?.split_last_mut()?;
    *header_count = 0;
    copy(room, value);
    Some(bytes)
}

#[inline(always)]
fn put_any(
    room: &mut [u8],
    front: Numbers,
    key: &[u8],
    raw_value: Numbers,
    value: &[u8],
) -> Option<usize> {
    // The two that are not numbers: attributes and the count of the headers, both 0.
    let length = front.len() + key.len() + raw_value.len() + value.len() + 2;
    if length >= TWO_BYTES as usize / 2 {
        return None;
    }
    let raw = Numbers::new((length as u64) << 1);
    // The third byte, or the second, are the attributes.
    let mut at = 1 + raw.len();
    *room.first_chunk_mut()? = (raw.bytes as u32).to_le_bytes();
    *room.get_mut(at..)?.first_chunk_mut()? = front.bytes.to_le_bytes();
    at += front.len();
    copy(room.get_mut(at..at + key.len())?, key);
    at += key.len();
    *room.get_mut(at..)?.first_chunk_mut()? = (raw_value.bytes as u16).to_le_bytes();
    at += raw_value.len();
    let (header_count, room) = room.get_mut(at..=at + value.len())?.split_last_mut()?;
    *header_count = 0;
    copy(room, value);
    Some(at + value.len() + 1)
}

/// Numbers of one or two bytes in a row; the first byte lowest.
#[derive(Clone, Copy)]
struct Numbers {
    bytes: u64,
    bits: u32,
}

impl Numbers {
    #[inline(always)]
    fn new(raw: u64) -> Self {
        let (bytes, bits) = (0, 0);
        Self { bytes, bits }.and(raw)
    }

    #[inline(always)]
    fn and(self, raw: u64) -> Self {
        let (bytes, bits) = match raw {
            ..ONE_BYTE => (raw, 8),
            _ => (two_bytes(raw), 16),
        };
        Self {
            bytes: self.bytes | bytes << self.bits,
            bits: self.bits + bits,
        }
    }

    #[inline(always)]
    fn len(self) -> usize {
        self.bits as usize / 8
    }
}

/// A number that takes two bytes, the first one lowest.
#[inline(always)]
fn two_bytes(raw: u64) -> u64 {
    // The upper bits move up by one, for the sign that more follows.
    (raw + (raw & !0x7f)) | 0x80
}

/// Zigzag; null is -1.
#[inline(always)]
fn raw_length(bytes: Option<&[u8]>) -> u64 {
    bytes.map_or(1, |bytes| (bytes.len() as u64) << 1)
}

/// Copies what is as long as `room`. Up to 128 bytes by two moves of fixed size, which overlap in the middle: a call has
/// to find out first how to copy, and takes longer over that than over such a copy.
#[inline(always)]
fn copy(room: &mut [u8], bytes: &[u8]) {
    let copied = match bytes.len() {
        65..=128 => copy_ends::<64>(room, bytes),
        33..=64 => copy_ends::<32>(room, bytes),
        17..=32 => copy_ends::<16>(room, bytes),
        8..=16 => copy_ends::<8>(room, bytes),
        _ => None,
    };
    if copied.is_none() {
        room.copy_from_slice(bytes);
    }
}

/// Copies the first and the last `N` bytes; `None` where there are fewer.
#[inline(always)]
fn copy_ends<const N: usize>(room: &mut [u8], bytes: &[u8]) -> Option<()> {
    *room.first_chunk_mut::<N>()? = *bytes.first_chunk()?;
    *room.last_chunk_mut::<N>()? = *bytes.last_chunk()?;
    Some(())
}
