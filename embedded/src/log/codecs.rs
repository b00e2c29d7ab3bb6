//! What compressing and decompressing take of memory: one for all logs of a broker, handed in.

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::records::{
    BatchBuilder, Compressor, DEFAULT_DECOMPRESSED_LIMIT, Decompressor, RecordBatch, RecordError,
};

/// Buffers and codecs that logs borrow while they look into batches.
#[derive(Debug, Default)]
pub struct Codecs {
    decompressor: Decompressor,
    pub(super) compressor: Compressor,
    pub(super) builder: BatchBuilder,
    buffer: Vec<u8>,
}

impl Codecs {
    /// Takes memory only when it is first used.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A batch's records without compression.
    pub(super) fn plain<'b>(
        &'b mut self,
        batch: &RecordBatch<'b>,
    ) -> Result<Plain<'b>, RecordError> {
        let body = batch.plain_body(
            &mut self.decompressor,
            DEFAULT_DECOMPRESSED_LIMIT,
            &mut self.buffer,
        )?;
        Ok(Plain {
            body,
            compressor: &mut self.compressor,
            builder: &mut self.builder,
        })
    }
}

/// A batch's records without compression, and what it takes to write them anew.
pub(super) struct Plain<'b> {
    pub(super) body: &'b [u8],
    pub(super) compressor: &'b mut Compressor,
    pub(super) builder: &'b mut BatchBuilder,
}

/// A batch of our own that can't be read or built: nothing that a client did.
pub(super) fn internal<E>(_: E) -> ErrorCode {
    ErrorCode::UNKNOWN_SERVER_ERROR
}
