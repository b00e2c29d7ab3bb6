//! Gzip. The codec's state (some 40 KiB) is made anew for each batch: who chooses gzip has time.

use std::io::{Read, Write};

use flate2::Compression as Level;
use flate2::bufread::MultiGzDecoder;
use flate2::write::GzEncoder;

use super::{CodecError, Compression, lengthen};

/// The least room for what comes out.
const LEAST_ROOM: usize = 4 * 1024;
/// How far records usually grow.
const USUAL_GROWTH: usize = 4;

pub(super) fn decompress(body: &[u8], limit: usize, out: &mut Vec<u8>) -> Result<(), CodecError> {
    let mut decoder = MultiGzDecoder::new(body);
    let mut room = body.len().saturating_mul(USUAL_GROWTH).max(LEAST_ROOM);
    let mut end = 0;
    out.truncate(limit);
    loop {
        // Not `read_to_end`: it would double the vector past the limit.
        lengthen(out, room.min(limit), limit);
        match read(&mut decoder, body, out.get_mut(end..).unwrap_or_default())? {
            0 if end < out.len() => break,
            0 => match read(&mut decoder, body, &mut [0])? {
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

fn read(
    decoder: &mut MultiGzDecoder<&[u8]>,
    body: &[u8],
    to: &mut [u8],
) -> Result<usize, CodecError> {
    decoder.read(to).map_err(|why| {
        let at = body.len() - decoder.get_ref().len();
        CodecError::refused(Compression::Gzip, why).at_byte(at)
    })
}

pub(super) fn compress(plain: &[u8], out: &mut Vec<u8>) -> Result<(), CodecError> {
    let mut encoder = GzEncoder::new(out, Level::default());
    encoder
        .write_all(plain)
        .and_then(|()| encoder.try_finish())
        .map_err(|why| CodecError::refused(Compression::Gzip, why))
}
