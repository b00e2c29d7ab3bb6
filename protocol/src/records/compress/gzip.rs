//! Gzip. The codec's state (some 40 KiB) is made anew for each batch: who chooses gzip has time.

use std::io::{Read, Write};

use flate2::Compression as Level;
use flate2::bufread::MultiGzDecoder;
use flate2::write::GzEncoder;

use super::{CodecError, Compression};

pub(super) fn decompress(body: &[u8], limit: usize, out: &mut Vec<u8>) -> Result<(), CodecError> {
    out.clear();
    let most = u64::try_from(limit).unwrap_or(u64::MAX);
    // One byte more than allowed shows that there is more.
    let read = MultiGzDecoder::new(body)
        .take(most.saturating_add(1))
        .read_to_end(out)
        .map_err(|why| CodecError::refused(Compression::Gzip, why))?;
    if read > limit {
        return Err(CodecError::too_large(Compression::Gzip, limit));
    }
    Ok(())
}

pub(super) fn compress(plain: &[u8], out: &mut Vec<u8>) -> Result<(), CodecError> {
    let mut encoder = GzEncoder::new(out, Level::default());
    encoder
        .write_all(plain)
        .and_then(|()| encoder.try_finish())
        .map_err(|why| CodecError::refused(Compression::Gzip, why))
}
