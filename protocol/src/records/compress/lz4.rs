//! LZ4 in its frame. The frame is read and written here and its blocks go straight from body to output: a reader over
//! a stream would hold two buffers a batch and copy everything once more.
//!
//! The frame's checksums are not looked at: the batch's own covers them, and old clients wrote a wrong one.

use std::error::Error;

use lz4_flex::block::{
    CompressTable, DecompressError, compress_into_with_table, decompress_into,
    decompress_into_with_dict, get_maximum_output_size,
};
use nom::IResult;
use nom::bytes::complete::{tag, take};
use nom::number::complete::{le_u32, u8};

use super::{CodecError, Compression, lengthen};

const MAGIC: &[u8] = &0x184D_2204u32.to_le_bytes();
/// Version 1, independent blocks, no checksums; blocks of 64 KiB; and the descriptor's checksum, which never changes.
const DESCRIPTOR: [u8; 3] = [0x60, 0x40, 0x82];
const BLOCK: usize = 64 * 1024;
/// How far back a block may reach into those before it.
const WINDOW: usize = 64 * 1024;
/// One byte adds at most 255 to a match.
const MOST_GROWTH: usize = 255;
const STORED: u32 = 0x8000_0000;

const INDEPENDENT: u8 = 0x20;
const BLOCK_CHECKSUM: u8 = 0x10;
const CONTENT_SIZE: u8 = 0x08;
const DICTIONARY: u8 = 0x01;

pub(super) fn decompress(body: &[u8], limit: usize, out: &mut Vec<u8>) -> Result<(), CodecError> {
    let (mut blocks, frame) =
        frame_start(body).map_err(|_| refused("it is no frame's beginning"))?;
    if frame.flags & DICTIONARY != 0 {
        return Err(refused("the frame needs a dictionary"));
    }
    let mut end = 0;
    loop {
        let at = body.len() - blocks.len();
        let block;
        (blocks, block) =
            next_block(blocks, frame).map_err(|_| refused("the block is cut").at_byte(at))?;
        end = match block {
            Block::End => break,
            Block::Stored(bytes) => store(bytes, end, limit, out)?,
            Block::Packed(bytes) => {
                unpack(bytes, frame, end, limit, out).map_err(|error| error.at_byte(at))?
            }
        };
    }
    out.truncate(end);
    Ok(())
}

fn store(bytes: &[u8], at: usize, limit: usize, out: &mut Vec<u8>) -> Result<usize, CodecError> {
    let end = at + bytes.len();
    if end > limit {
        return Err(CodecError::too_large(Compression::Lz4, limit));
    }
    lengthen(out, end, limit);
    if let Some(room) = out.get_mut(at..end) {
        room.copy_from_slice(bytes);
    }
    Ok(end)
}

fn unpack(
    bytes: &[u8],
    frame: Frame,
    at: usize,
    limit: usize,
    out: &mut Vec<u8>,
) -> Result<usize, CodecError> {
    let most = frame
        .block_bytes
        .min(bytes.len().saturating_mul(MOST_GROWTH));
    let end = at.saturating_add(most).min(limit);
    lengthen(out, end, limit);
    let (before, room) = out.split_at_mut(at);
    let room = room.get_mut(..end - at).unwrap_or_default();
    let unpacked = if frame.flags & INDEPENDENT != 0 {
        decompress_into(bytes, room)
    } else {
        let window = before.len().saturating_sub(WINDOW);
        decompress_into_with_dict(bytes, room, before.get(window..).unwrap_or_default())
    };
    match unpacked {
        Ok(written) => Ok(at + written),
        Err(DecompressError::OutputTooSmall { .. }) if end == limit => {
            Err(CodecError::too_large(Compression::Lz4, limit))
        }
        Err(why) => Err(refused(why)),
    }
}

pub(super) struct Encoder(CompressTable);

impl Default for Encoder {
    fn default() -> Self {
        Self(CompressTable::large())
    }
}

impl Encoder {
    pub(super) fn compress(&mut self, plain: &[u8], out: &mut Vec<u8>) -> Result<(), CodecError> {
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&DESCRIPTOR);
        for block in plain.chunks(BLOCK) {
            self.block(block, out)?;
        }
        out.extend_from_slice(&0u32.to_le_bytes());
        Ok(())
    }

    fn block(&mut self, block: &[u8], out: &mut Vec<u8>) -> Result<(), CodecError> {
        let start = out.len();
        let from = start + 4;
        out.resize(from + get_maximum_output_size(block.len()), 0);
        let room = out.get_mut(from..).unwrap_or_default();
        let written = compress_into_with_table(block, room, &mut self.0).map_err(refused)?;
        let length = if written < block.len() {
            out.truncate(from + written);
            written as u32
        } else {
            out.truncate(from);
            out.extend_from_slice(block);
            block.len() as u32 | STORED
        };
        if let Some(room) = out.get_mut(start..from) {
            room.copy_from_slice(&length.to_le_bytes());
        }
        Ok(())
    }
}

#[derive(Clone, Copy)]
struct Frame {
    flags: u8,
    block_bytes: usize,
}

enum Block<'a> {
    Stored(&'a [u8]),
    Packed(&'a [u8]),
    End,
}

fn frame_start(i: &[u8]) -> IResult<&[u8], Frame, ()> {
    let (i, _) = tag(MAGIC)(i)?;
    let (i, flags) = u8(i)?;
    let (i, sizes) = u8(i)?;
    let (i, _size) = take(if flags & CONTENT_SIZE == 0 { 0usize } else { 8 })(i)?;
    let (i, _checksum) = u8(i)?;
    // 4 to 7: 64 KiB, 256 KiB, 1 MiB, 4 MiB.
    let block_bytes = match sizes >> 4 & 7 {
        code @ 4..=7 => BLOCK << (2 * (code - 4)),
        _ => return Err(nom::Err::Error(())),
    };
    Ok((i, Frame { flags, block_bytes }))
}

fn next_block(i: &[u8], frame: Frame) -> IResult<&[u8], Block<'_>, ()> {
    let (i, length) = le_u32(i)?;
    if length == 0 {
        return Ok((i, Block::End));
    }
    let (i, bytes) = take(length & !STORED)(i)?;
    let checksum = if frame.flags & BLOCK_CHECKSUM == 0 {
        0usize
    } else {
        4
    };
    let (i, _) = take(checksum)(i)?;
    let block = if length & STORED == 0 {
        Block::Packed(bytes)
    } else {
        Block::Stored(bytes)
    };
    Ok((i, block))
}

fn refused(why: impl Into<Box<dyn Error + Send + Sync>>) -> CodecError {
    CodecError::refused(Compression::Lz4, why)
}
