//! Snappy, in the frame of the Java library that Kafka uses: a magic, two versions, then blocks with their lengths.
//!
//! Some other clients write one raw block without the frame; that is read, not written.

use std::error::Error;

use nom::bytes::complete::{tag, take};
use nom::multi::length_data;
use nom::number::complete::be_u32;
use nom::{IResult, Parser};

use super::{CodecError, Compression, lengthen};

const MAGIC: &[u8] = b"\x82SNAPPY\0";
/// Version 1, readable by version 1.
const VERSIONS: [u8; 8] = [0, 0, 0, 1, 0, 0, 0, 1];
const BLOCK: usize = 32 * 1024;
/// Snappy's densest element copies 64 bytes and takes 3 itself, so a longer claim is a lie.
const MOST_GROWTH: usize = 22;

pub(super) struct Decoder(snap::raw::Decoder);

impl Default for Decoder {
    fn default() -> Self {
        Self(snap::raw::Decoder::new())
    }
}

impl Decoder {
    pub(super) fn decompress(
        &mut self,
        body: &[u8],
        limit: usize,
        out: &mut Vec<u8>,
    ) -> Result<(), CodecError> {
        let mut end = 0;
        match frame_start(body) {
            Ok((mut blocks, _)) => {
                while !blocks.is_empty() {
                    let at = body.len() - blocks.len();
                    let block;
                    (blocks, block) =
                        next_block(blocks).map_err(|_| refused("the block is cut").at_byte(at))?;
                    end = self
                        .block(block, end, limit, out)
                        .map_err(|error| error.at_byte(at))?;
                }
            }
            Err(_) => end = self.block(body, 0, limit, out)?,
        }
        out.truncate(end);
        Ok(())
    }

    /// Decompresses a block to `out[at..]`; gives the end.
    fn block(
        &mut self,
        block: &[u8],
        at: usize,
        limit: usize,
        out: &mut Vec<u8>,
    ) -> Result<usize, CodecError> {
        let plain = snap::raw::decompress_len(block).map_err(refused)?;
        if plain > block.len().saturating_mul(MOST_GROWTH) {
            return Err(refused("the block claims more than it can hold"));
        }
        let end = at.saturating_add(plain);
        if end > limit {
            return Err(CodecError::too_large(Compression::Snappy, limit));
        }
        lengthen(out, end, limit);
        let room = out.get_mut(at..end).unwrap_or_default();
        self.0.decompress(block, room).map_err(refused)?;
        Ok(end)
    }
}

pub(super) struct Encoder(snap::raw::Encoder);

impl Default for Encoder {
    fn default() -> Self {
        Self(snap::raw::Encoder::new())
    }
}

impl Encoder {
    pub(super) fn compress(&mut self, plain: &[u8], out: &mut Vec<u8>) -> Result<(), CodecError> {
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&VERSIONS);
        for block in plain.chunks(BLOCK) {
            let start = out.len();
            let from = start + 4;
            out.resize(from + snap::raw::max_compress_len(block.len()), 0);
            let room = out.get_mut(from..).unwrap_or_default();
            let written = self.0.compress(block, room).map_err(refused)?;
            out.truncate(from + written);
            if let Some(length) = out.get_mut(start..from) {
                length.copy_from_slice(&(written as u32).to_be_bytes());
            }
        }
        Ok(())
    }
}

fn frame_start(i: &[u8]) -> IResult<&[u8], (), ()> {
    let (i, _) = tag(MAGIC)(i)?;
    let (i, _) = take(VERSIONS.len())(i)?;
    Ok((i, ()))
}

fn next_block(i: &[u8]) -> IResult<&[u8], &[u8], ()> {
    length_data(be_u32).parse(i)
}

fn refused(why: impl Into<Box<dyn Error + Send + Sync>>) -> CodecError {
    CodecError::refused(Compression::Snappy, why)
}
