//! Record batches in memory: what reading and building a record costs, without any network.
//!
//! Each element is one record. Reading checks the checksum, decompresses, and touches each value; all buffers are
//! reused, as in the consumer. The values are JSON-like text, half of it random: lz4 shrinks them to about a half.

#![allow(clippy::unwrap_used, missing_docs)]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ottla_protocol::records::{
    BatchBuilder, BatchOptions, Compression, Compressor, Decompressor, Record, Records,
};

const BATCHES: usize = 20;
const LIMIT: usize = 16 << 20;

/// So many records of this size in a batch: 54 to 62 KB, as producers make them.
const SMALL: (usize, usize) = (100, 500);
const LARGE: (usize, usize) = (1024, 60);

fn read(c: &mut Criterion) {
    let mut group = c.benchmark_group("read");
    for (codec, (bytes, records)) in [
        (Compression::None, SMALL),
        (Compression::Lz4, SMALL),
        (Compression::Zstd, SMALL),
        (Compression::Snappy, SMALL),
        (Compression::Gzip, SMALL),
        (Compression::None, LARGE),
    ] {
        let stored = stored(codec, bytes, records);
        let (mut decompressor, mut buffer) = (Decompressor::new(), Vec::new());
        group.throughput(Throughput::Elements((BATCHES * records) as u64));
        group.bench_function(BenchmarkId::new(codec.name(), bytes), |b| {
            b.iter(|| walk(black_box(&stored), &mut decompressor, &mut buffer));
        });
    }
    group.finish();
}

fn build(c: &mut Criterion) {
    let mut group = c.benchmark_group("build");
    let (bytes, records) = SMALL;
    let values: Vec<Vec<u8>> = (0..records).map(|n| value(n, bytes)).collect();
    for codec in [Compression::None, Compression::Lz4, Compression::Zstd] {
        let (mut builder, mut compressor) = (BatchBuilder::new(), Compressor::new());
        group.throughput(Throughput::Elements(records as u64));
        group.bench_function(BenchmarkId::new(codec.name(), bytes), |b| {
            b.iter(|| {
                let batch = batch(black_box(&values), codec, &mut builder, &mut compressor);
                builder.recycle(batch);
            });
        });
    }
    group.finish();
}

fn walk(stored: &[u8], decompressor: &mut Decompressor, buffer: &mut Vec<u8>) -> u64 {
    let mut sum = 0;
    for batch in Records::new(stored) {
        let batch = batch.unwrap();
        batch.check_crc().unwrap();
        for record in batch.records(decompressor, LIMIT, buffer).unwrap() {
            sum += touch(&record.unwrap());
        }
    }
    sum
}

fn touch(record: &Record<'_>) -> u64 {
    let value = record.value.unwrap_or_default();
    let edge = |byte: Option<&u8>| u64::from(*byte.unwrap_or(&0));
    record.offset as u64 + record.timestamp as u64 + edge(value.first()) + edge(value.last())
}

fn stored(codec: Compression, bytes: usize, records: usize) -> Vec<u8> {
    let (mut builder, mut compressor) = (BatchBuilder::new(), Compressor::new());
    let values: Vec<Vec<u8>> = (0..records).map(|n| value(n, bytes)).collect();
    (0..BATCHES)
        .flat_map(|_| batch(&values, codec, &mut builder, &mut compressor))
        .collect()
}

fn batch(
    values: &[Vec<u8>],
    codec: Compression,
    builder: &mut BatchBuilder,
    compressor: &mut Compressor,
) -> Vec<u8> {
    for (n, value) in values.iter().enumerate() {
        let timestamp = 1_700_000_000_000 + n as i64 / 8;
        builder.append(timestamp, None, Some(value), &[]).unwrap();
    }
    let options = BatchOptions {
        compression: codec,
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

criterion_group!(benches, read, build);
criterion_main!(benches);
