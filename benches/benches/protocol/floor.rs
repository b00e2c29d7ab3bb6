//! The least that reading and building a batch can take: what no decoder of any shape is spared.
//!
//! Reading: CRC32C over the batch, compared with the one in its header; the codec, into memory that is kept; and a walk
//! over the varints of each record that touches its value's first byte. The walk is as tight as safe code gets: it
//! follows each record's length to the next, so that the processor overlaps them, keeps no field and explains no fault.
//! Seven ways to write it were tried; slices, whole records cut off in front, and 64-bit loads are slower.
//!
//! The floor that counts sums as the peers do, with the crate `crc32c`. Ours sums faster, and so can be below it: what it
//! does beyond the least is seen next to the lower floor, which sums as ours does.

use ottla_protocol::records::Compression;

use crate::case::Who;

const HEADER: usize = 61;
const CRC_AT: usize = 17;
const CRC_FROM: usize = 21;
/// What batches of 62 KB decompress to, at most.
const ROOM: usize = 128 * 1024;

/// CRC-32C.
pub(crate) type Checksum = fn(&[u8]) -> u32;

/// Both floors.
pub(crate) const BOTH: [(Who, Checksum); 2] = [
    (Who::Floor, crc32c::crc32c),
    (Who::LowerFloor, crc_fast::crc32_iscsi),
];

/// Reads batches; keeps what the codecs need.
pub(crate) struct Reader {
    checksum: Checksum,
    zstd: zstd::bulk::Decompressor<'static>,
    plain: Vec<u8>,
}

impl Reader {
    pub(crate) fn new(checksum: Checksum) -> Self {
        Self {
            checksum,
            zstd: zstd::bulk::Decompressor::new().unwrap(),
            plain: vec![0; ROOM],
        }
    }

    /// Sums the first bytes of all values.
    pub(crate) fn read(&mut self, mut stored: &[u8], codec: Compression) -> u64 {
        let mut sum = 0;
        while !stored.is_empty() {
            let (batch, rest) = stored.split_at(12 + be_u32(stored, 8) as usize);
            assert_eq!((self.checksum)(&batch[CRC_FROM..]), be_u32(batch, CRC_AT));
            let body = self.plain(&batch[HEADER..], codec);
            sum += walk(body, be_u32(batch, HEADER - 4)).unwrap();
            stored = rest;
        }
        sum
    }

    fn plain<'b>(&'b mut self, body: &'b [u8], codec: Compression) -> &'b [u8] {
        match codec {
            Compression::None => body,
            Compression::Lz4 => {
                let end = lz4(body, &mut self.plain);
                &self.plain[..end]
            }
            Compression::Zstd => {
                self.zstd
                    .decompress_to_buffer(body, &mut self.plain)
                    .unwrap();
                &self.plain
            }
            other => unreachable!("no floor for {other}"),
        }
    }
}

/// A frame whose blocks are independent and have no checksums, as they were written here.
fn lz4(frame: &[u8], plain: &mut [u8]) -> usize {
    let (mut at, mut end) = (7, 0);
    loop {
        let length = u32::from_le_bytes(frame[at..at + 4].try_into().unwrap()) as usize;
        if length == 0 {
            return end;
        }
        at += 4;
        let block = &frame[at..at + length];
        end += lz4_flex::block::decompress_into(block, &mut plain[end..]).unwrap();
        at += length;
    }
}

/// What building a batch can't be spared: its bytes are copied and summed.
pub(crate) fn build(batch: &[u8], checksum: Checksum, out: &mut Vec<u8>) -> u64 {
    out.clear();
    out.extend_from_slice(batch);
    u64::from(checksum(&out[CRC_FROM..]))
}

/// The first bytes of so many records' values, summed.
fn walk(bytes: &[u8], count: u32) -> Option<u64> {
    let (mut sum, mut end) = (0, 0);
    for _ in 0..count {
        let (at, length) = varint(bytes, end)?;
        end = at + (length >> 1) as usize;
        // Attributes, then the distances of timestamp and offset.
        let (at, _) = varint(bytes, at + 1)?;
        let (at, _) = varint(bytes, at)?;
        let (at, key) = varint(bytes, at)?;
        let (at, value) = varint(bytes, at + content(key))?;
        sum += u64::from(*bytes.get(at)?);
        let (at, headers) = varint(bytes, at + content(value))?;
        if headers != 0 || at != end {
            return None;
        }
    }
    Some(sum)
}

/// How many bytes follow a length, which is zigzag: odd is below zero, and null.
#[inline(always)]
fn content(length: u32) -> usize {
    if length & 1 == 0 {
        (length >> 1) as usize
    } else {
        0
    }
}

#[inline(always)]
fn varint(bytes: &[u8], at: usize) -> Option<(usize, u32)> {
    let a = u32::from(*bytes.get(at)?);
    if a < 0x80 {
        return Some((at + 1, a));
    }
    let b = u32::from(*bytes.get(at + 1)?);
    if b < 0x80 {
        return Some((at + 2, a & 0x7f | b << 7));
    }
    long(bytes, at)
}

#[cold]
#[inline(never)]
fn long(bytes: &[u8], at: usize) -> Option<(usize, u32)> {
    let mut raw = 0;
    for (n, &byte) in bytes.get(at..)?.iter().take(5).enumerate() {
        raw |= u32::from(byte & 0x7f) << (7 * n);
        if byte < 0x80 {
            return Some((at + n + 1, raw));
        }
    }
    None
}

fn be_u32(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap())
}
