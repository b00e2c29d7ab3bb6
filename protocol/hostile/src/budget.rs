//! How much memory reading may take.
//!
//! A value is larger in memory than on the wire: an empty string is one byte there and a slice of sixteen here, a null
//! array three words, and a tagged field that is left out takes none there and its room here. So the measure is not the
//! input's length but a multiple of it. The most wasteful element of all is 24 times as large as its bytes
//! ([`crate::stuffed`] makes inputs of nothing else), and an array that grows is moved, so that for a moment there are
//! two of it, one twice as large as the other.

/// Bytes of memory for each byte of a message, at most: three times 24, and room for tagged fields that nobody knows.
pub const PER_BYTE: u64 = 80;

/// Bytes of memory whatever the length: an error with its path, and what a small array takes at once.
pub const AT_ONCE: u64 = 32 << 10;

/// How large records may become when they are decompressed, in these checks.
pub const PLAIN_LIMIT: usize = 1 << 20;

/// The codecs' own state. That of zstd's context is C's, and not seen.
pub const CODEC_STATE: u64 = 128 << 10;

/// What reading a message of so many bytes may take.
#[must_use]
pub fn of_message(bytes: usize) -> u64 {
    AT_ONCE + PER_BYTE * bytes as u64
}

/// What reading records may take, however many batches there are: the buffer for the plain records, which is moved
/// where it grows, so that for a moment there are two of it.
#[must_use]
pub fn of_records(limit: usize) -> u64 {
    2 * limit as u64 + CODEC_STATE
}

/// Tells how much memory was taken at once.
#[derive(Clone, Copy, Debug, Default)]
pub struct Gauge {
    /// The most bytes that were taken at one time; 0 without the feature `budget`.
    pub peak: u64,
}

impl Gauge {
    /// Runs what is to be measured.
    pub fn measure<T>(&mut self, run: impl FnOnce() -> T) -> T {
        #[cfg(feature = "budget")]
        {
            let mut result = None;
            let taken = allocation_counter::measure(|| result = Some(run()));
            self.peak = self.peak.max(taken.bytes_max);
            if let Some(result) = result {
                return result;
            }
            unreachable!("it was run")
        }
        #[cfg(not(feature = "budget"))]
        run()
    }
}
