//! The data: batches as producers make them, 54 to 62 KB each.
//!
//! The values are JSON-like text, half of it random: lz4 shrinks them to about a half.

use ottla_protocol::records::{BatchBuilder, BatchOptions, Compression, Compressor};

/// Batches in what is read at once: a Fetch response of a megabyte.
pub(crate) const BATCHES: usize = 20;

/// So many records of so many bytes in a batch.
#[derive(Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) bytes: usize,
    pub(crate) records: usize,
}

pub(crate) const SMALL: Shape = Shape {
    bytes: 100,
    records: 500,
};
pub(crate) const LARGE: Shape = Shape {
    bytes: 1024,
    records: 60,
};

impl Shape {
    pub(crate) fn values(self) -> Vec<Vec<u8>> {
        (0..self.records).map(|n| value(n, self.bytes)).collect()
    }

    /// [`BATCHES`] batches, one behind the other.
    pub(crate) fn stored(self, codec: Compression) -> Vec<u8> {
        let (mut builder, mut compressor) = (BatchBuilder::new(), Compressor::new());
        let values = self.values();
        (0..BATCHES)
            .flat_map(|_| batch(&values, codec, &mut builder, &mut compressor))
            .collect()
    }
}

/// Milliseconds since the epoch: eight records a millisecond.
pub(crate) fn timestamp(n: usize) -> i64 {
    1_700_000_000_000 + n as i64 / 8
}

pub(crate) fn batch(
    values: &[Vec<u8>],
    compression: Compression,
    builder: &mut BatchBuilder,
    compressor: &mut Compressor,
) -> Vec<u8> {
    for (n, value) in values.iter().enumerate() {
        builder
            .append(timestamp(n), None, Some(value), &[])
            .unwrap();
    }
    let options = BatchOptions {
        compression,
        ..BatchOptions::default()
    };
    builder.finish(&options, compressor).unwrap()
}

/// JSON-like, about half of it random.
fn value(n: usize, bytes: usize) -> Vec<u8> {
    let mut state = n as u64 + 1;
    let mut text =
        format!("{{\"id\":{n},\"user\":\"customer\",\"state\":\"open\",\"token\":\"").into_bytes();
    while text.len() < bytes {
        // xorshift64: no more is asked of it than to be hard to compress.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        text.extend_from_slice(format!("{state:016x}").as_bytes());
        if text.len() % 3 == 0 {
            text.extend_from_slice(b"\",\"field\":\"");
        }
    }
    text.truncate(bytes);
    text
}
