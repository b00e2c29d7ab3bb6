//! The codecs, each behind a feature of its name, and what they have in common.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

#[cfg(feature = "gzip")]
mod gzip;
#[cfg(feature = "lz4")]
mod lz4;
#[cfg(feature = "snappy")]
mod snappy;
#[cfg(feature = "zstd")]
mod zstd;

/// How the records of a batch are compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Compression {
    /// Not at all.
    #[default]
    None,
    /// The slowest; small.
    Gzip,
    /// Snappy, framed as the Java library frames it.
    Snappy,
    /// The fastest.
    Lz4,
    /// The smallest. Needs Fetch v10 and Produce v7.
    Zstd,
}

impl Compression {
    /// All of them, in the order of their codes.
    pub const ALL: [Self; 5] = [Self::None, Self::Gzip, Self::Snappy, Self::Lz4, Self::Zstd];

    /// The code in a batch's attributes.
    #[must_use]
    pub fn code(self) -> u8 {
        self as u8
    }

    /// The codec of a code, if there is one.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }

    /// Kafka's name, as in `compression.type`; also the name of the feature.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Snappy => "snappy",
            Self::Lz4 => "lz4",
            Self::Zstd => "zstd",
        }
    }

    /// Whether the codec is compiled in.
    #[must_use]
    pub fn is_available(self) -> bool {
        match self {
            Self::None => true,
            Self::Gzip => cfg!(feature = "gzip"),
            Self::Snappy => cfg!(feature = "snappy"),
            Self::Lz4 => cfg!(feature = "lz4"),
            Self::Zstd => cfg!(feature = "zstd"),
        }
    }
}

impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A name that is no codec's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no compression: one of none, gzip, snappy, lz4, zstd")]
pub struct UnknownCompression(String);

impl FromStr for Compression {
    type Err = UnknownCompression;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|codec| codec.name() == name)
            .ok_or_else(|| UnknownCompression(name.to_owned()))
    }
}

/// Data that can't be compressed or decompressed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CodecError {
    /// The codec was left out when this crate was compiled.
    #[error("{codec} is not compiled in: it needs the feature `{codec}` of ottla-protocol")]
    NotCompiled {
        /// The codec, whose name is the feature's.
        codec: Compression,
    },
    /// The data grows beyond what the caller allows: a bomb, or a limit too low.
    #[error("{codec}: the data grows beyond {limit} bytes")]
    TooLarge {
        /// The codec.
        codec: Compression,
        /// The limit given, in bytes.
        limit: usize,
    },
    /// The codec refused the data.
    #[error("{codec}: the codec refused the data from byte {at} on")]
    Refused {
        /// The codec.
        codec: Compression,
        /// Where in the compressed bytes: the block that is at fault (lz4, snappy), or how far they were read (gzip). Zstd
        /// takes them as a whole: 0.
        at: usize,
        /// What it says.
        source: Box<dyn Error + Send + Sync>,
    },
}

impl CodecError {
    #[cfg(any(
        feature = "gzip",
        feature = "snappy",
        feature = "lz4",
        feature = "zstd"
    ))]
    fn refused(codec: Compression, why: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Refused {
            codec,
            at: 0,
            source: why.into(),
        }
    }

    /// Says where the bytes are that the codec refused.
    #[cfg(any(feature = "gzip", feature = "snappy", feature = "lz4"))]
    fn at_byte(mut self, start: usize) -> Self {
        if let Self::Refused { at, .. } = &mut self {
            *at = start;
        }
        self
    }

    #[cfg(any(
        feature = "gzip",
        feature = "snappy",
        feature = "lz4",
        feature = "zstd"
    ))]
    fn too_large(codec: Compression, limit: usize) -> Self {
        Self::TooLarge { codec, limit }
    }
}

/// Decompresses batches, one after the other, with memory that it keeps for the next.
///
/// One for each task that reads; codecs take their memory when they are first used.
#[derive(Default)]
pub struct Decompressor {
    #[cfg(feature = "gzip")]
    gzip: gzip::Decoder,
    #[cfg(feature = "snappy")]
    snappy: snappy::Decoder,
    #[cfg(feature = "zstd")]
    zstd: zstd::Decoder,
}

impl Decompressor {
    /// A decompressor for all codecs that are compiled in.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Replaces what `out` holds by the decompressed `body`.
    ///
    /// `out` never grows beyond `limit` bytes ([`DEFAULT_DECOMPRESSED_LIMIT`](super::DEFAULT_DECOMPRESSED_LIMIT)), its spare room included, nor far
    /// beyond what a body of this size can hold. Give the same vector again: what it held is overwritten, not cleared,
    /// which spares zeroing it.
    ///
    /// # Errors
    /// [`CodecError`]; `out` then holds nothing of use.
    pub fn decompress(
        &mut self,
        codec: Compression,
        body: &[u8],
        limit: usize,
        out: &mut Vec<u8>,
    ) -> Result<(), CodecError> {
        match codec {
            Compression::None if body.len() > limit => Err(CodecError::TooLarge { codec, limit }),
            Compression::None => {
                out.clear();
                out.extend_from_slice(body);
                Ok(())
            }
            #[cfg(feature = "gzip")]
            Compression::Gzip => self.gzip.decompress(body, limit, out),
            #[cfg(feature = "snappy")]
            Compression::Snappy => self.snappy.decompress(body, limit, out),
            #[cfg(feature = "lz4")]
            Compression::Lz4 => lz4::decompress(body, limit, out),
            #[cfg(feature = "zstd")]
            Compression::Zstd => self.zstd.decompress(body, limit, out),
            #[allow(unreachable_patterns, reason = "reached where a codec is left out")]
            codec => Err(CodecError::NotCompiled { codec }),
        }
    }
}

impl fmt::Debug for Decompressor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decompressor").finish_non_exhaustive()
    }
}

/// Compresses batches, one after the other, with memory that it keeps for the next; at each codec's usual level.
#[derive(Default)]
pub struct Compressor {
    #[cfg(feature = "snappy")]
    snappy: snappy::Encoder,
    #[cfg(feature = "lz4")]
    lz4: lz4::Encoder,
    #[cfg(feature = "zstd")]
    zstd: zstd::Encoder,
}

impl Compressor {
    /// A compressor for all codecs that are compiled in.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends the compressed `plain` to `out`.
    ///
    /// # Errors
    /// [`CodecError`]; `out` may then have grown.
    pub fn compress(
        &mut self,
        codec: Compression,
        plain: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), CodecError> {
        match codec {
            Compression::None => {
                out.extend_from_slice(plain);
                Ok(())
            }
            #[cfg(feature = "gzip")]
            Compression::Gzip => gzip::compress(plain, out),
            #[cfg(feature = "snappy")]
            Compression::Snappy => self.snappy.compress(plain, out),
            #[cfg(feature = "lz4")]
            Compression::Lz4 => self.lz4.compress(plain, out),
            #[cfg(feature = "zstd")]
            Compression::Zstd => self.zstd.compress(plain, out),
            #[allow(unreachable_patterns, reason = "reached where a codec is left out")]
            codec => Err(CodecError::NotCompiled { codec }),
        }
    }
}

impl fmt::Debug for Compressor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Compressor").finish_non_exhaustive()
    }
}

/// Makes `out` at least `len` long, which is at most `limit`. What is there already is not written again.
///
/// Its memory doubles, as vectors do, but not past the limit.
#[cfg(any(feature = "gzip", feature = "snappy", feature = "lz4"))]
fn lengthen(out: &mut Vec<u8>, len: usize, limit: usize) {
    if out.capacity() < len {
        let room = out.capacity().saturating_mul(2).min(limit).max(len);
        out.reserve_exact(room.saturating_sub(out.len()));
    }
    if out.len() < len {
        out.resize(len, 0);
    }
}

#[cfg(test)]
pub(super) mod tests;
