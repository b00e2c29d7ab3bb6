//! Gzip. For compressing the codec's state is made anew for each batch: who chooses gzip has time.

use std::error::Error;
use std::io::{Cursor, Read, Write};
use std::mem;

use flate2::Compression as Level;
use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;

use super::{CodecError, Compression, lengthen};

/// The least room for what comes out.
const LEAST_ROOM: usize = 4 * 1024;
/// How far records usually grow.
const USUAL_GROWTH: usize = 4;
/// What is kept of the memory for a body, at most.
const KEPT: usize = 1024 * 1024;
/// A body may be several members, one behind the other. No producer makes more than one; to begin one costs as much as
/// a kilobyte, and an empty one takes twenty bytes.
const MEMBERS_MOST: u32 = 1024;

/// Keeps the codec's state, some 40 KiB. It reads from bytes of its own, since a borrow would end with the batch: to copy
/// the body costs a hundredth of what decompressing it does.
#[derive(Default)]
pub(super) struct Decoder(Option<GzDecoder<Cursor<Vec<u8>>>>);

impl Decoder {
    pub(super) fn decompress(
        &mut self,
        body: &[u8],
        limit: usize,
        out: &mut Vec<u8>,
    ) -> Result<(), CodecError> {
        let decoder = self
            .0
            .get_or_insert_with(|| GzDecoder::new(Cursor::default()));
        let mut own = mem::take(decoder.get_mut()).into_inner();
        own.clear();
        own.extend_from_slice(body);
        decoder.reset(Cursor::new(own));
        let done = decompress(decoder, body.len(), limit, out);
        if body.len() > KEPT {
            *decoder.get_mut() = Cursor::default();
        }
        done
    }
}

fn decompress(
    decoder: &mut GzDecoder<Cursor<Vec<u8>>>,
    bytes: usize,
    limit: usize,
    out: &mut Vec<u8>,
) -> Result<(), CodecError> {
    let mut room = bytes.saturating_mul(USUAL_GROWTH).max(LEAST_ROOM);
    let (mut end, mut members) = (0, 1);
    out.truncate(limit);
    loop {
        // Not `read_to_end`: it would double the vector past the limit.
        lengthen(out, room.min(limit), limit);
        match read(
            decoder,
            &mut members,
            out.get_mut(end..).unwrap_or_default(),
        )? {
            0 if end < out.len() => break,
            0 => match read(decoder, &mut members, &mut [0])? {
                0 => break,
                _ => return Err(CodecError::too_large(Compression::Gzip, limit)),
            },
            bytes => end += bytes,
        }
        if end == out.len() {
            room = end.saturating_mul(2);
        }
    }
    out.truncate(end);
    Ok(())
}

/// Reads on over the ends of members.
fn read(
    decoder: &mut GzDecoder<Cursor<Vec<u8>>>,
    members: &mut u32,
    to: &mut [u8],
) -> Result<usize, CodecError> {
    loop {
        match decoder.read(to) {
            Ok(0) if !to.is_empty() && has_more(decoder.get_ref()) => {
                *members += 1;
                if *members > MEMBERS_MOST {
                    return Err(refused(decoder, "too many members".into()));
                }
                let rest = mem::take(decoder.get_mut());
                decoder.reset(rest);
            }
            Ok(bytes) => return Ok(bytes),
            Err(why) => return Err(refused(decoder, why.into())),
        }
    }
}

fn has_more(input: &Cursor<Vec<u8>>) -> bool {
    input.position() < input.get_ref().len() as u64
}

#[cold]
fn refused(decoder: &GzDecoder<Cursor<Vec<u8>>>, why: Box<dyn Error + Send + Sync>) -> CodecError {
    let at = usize::try_from(decoder.get_ref().position()).unwrap_or(usize::MAX);
    CodecError::refused(Compression::Gzip, why).at_byte(at)
}

pub(super) fn compress(plain: &[u8], out: &mut Vec<u8>) -> Result<(), CodecError> {
    let mut encoder = GzEncoder::new(out, Level::default());
    encoder
        .write_all(plain)
        .and_then(|()| encoder.try_finish())
        .map_err(|why| CodecError::refused(Compression::Gzip, why))
}
