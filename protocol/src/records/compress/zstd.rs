//! Zstandard, by its C library. Contexts are kept: making one costs more than decompressing a batch.
//!
//! A batch is decompressed in one call straight into the output. Streaming would take a window of up to 128 MiB
//! because a frame of a few bytes says so; like this, memory is bounded by the output alone.

use std::error::Error;
use std::io::Cursor;

use zstd::zstd_safe::zstd_sys::ZSTD_ErrorCode::ZSTD_error_dstSize_tooSmall;
use zstd::zstd_safe::{DCtx, compress_bound, get_error_name, is_error_kind};
use zstd::{DEFAULT_COMPRESSION_LEVEL, bulk};

use super::{CodecError, Compression};

const LEAST_ROOM: usize = 4 * 1024;
/// How far records usually grow, to begin with.
const USUAL_GROWTH: usize = 4;

pub(super) struct Decoder {
    context: Option<DCtx<'static>>,
    /// How far the last batch grew: Java's streams don't say their size, and guessing too low means doing it again.
    growth: usize,
}

impl Default for Decoder {
    fn default() -> Self {
        Self {
            context: None,
            growth: USUAL_GROWTH,
        }
    }
}

impl Decoder {
    pub(super) fn decompress(
        &mut self,
        body: &[u8],
        limit: usize,
        out: &mut Vec<u8>,
    ) -> Result<(), CodecError> {
        let guess = body.len().saturating_mul(self.growth).max(LEAST_ROOM);
        let mut room = guess.max(out.capacity()).min(limit);
        let context = match &mut self.context {
            Some(context) => context,
            none => none.insert(DCtx::try_create().ok_or_else(|| refused("no memory"))?),
        };
        let written = loop {
            if out.capacity() < room {
                // What is there is of no use: it goes before the new room is taken.
                *out = Vec::new();
            }
            out.clear();
            out.reserve_exact(room);
            match context.decompress(out, body) {
                Ok(written) => break written,
                Err(code) if !is_error_kind(code, ZSTD_error_dstSize_tooSmall) => {
                    return Err(refused(get_error_name(code)));
                }
                Err(_) if room >= limit => {
                    return Err(CodecError::too_large(Compression::Zstd, limit));
                }
                Err(_) => room = room.saturating_mul(2).min(limit),
            }
        };
        if written > limit {
            return Err(CodecError::too_large(Compression::Zstd, limit));
        }
        self.growth = (written / body.len().max(1) + 1).max(USUAL_GROWTH);
        Ok(())
    }
}

#[derive(Default)]
pub(super) struct Encoder(Option<bulk::Compressor<'static>>);

impl Encoder {
    pub(super) fn compress(&mut self, plain: &[u8], out: &mut Vec<u8>) -> Result<(), CodecError> {
        let compressor = match &mut self.0 {
            Some(compressor) => compressor,
            none => none.insert(bulk::Compressor::new(DEFAULT_COMPRESSION_LEVEL).map_err(refused)?),
        };
        out.reserve(compress_bound(plain.len()));
        let at = out.len() as u64;
        let mut behind = Cursor::new(out);
        behind.set_position(at);
        compressor
            .compress_to_buffer(plain, &mut behind)
            .map_err(refused)?;
        Ok(())
    }
}

fn refused(why: impl Into<Box<dyn Error + Send + Sync>>) -> CodecError {
    CodecError::refused(Compression::Zstd, why)
}
