//! Reading and building take no memory for a record, and none for a batch once their buffers have grown.

#![cfg(all(
    feature = "gzip",
    feature = "snappy",
    feature = "lz4",
    feature = "zstd"
))]
#![allow(clippy::unwrap_used, missing_docs)]

use allocation_counter::measure;
use ottla_protocol::records::{
    BatchBuilder, BatchOptions, Compression, Compressor, Decompressor, Header, Records,
};

// The memory of zstd's own, which is C's, is not seen by the counter.
const CODECS: [Compression; 5] = [
    Compression::None,
    Compression::Gzip,
    Compression::Snappy,
    Compression::Lz4,
    Compression::Zstd,
];

fn fill(
    builder: &mut BatchBuilder,
    compressor: &mut Compressor,
    compression: Compression,
) -> Vec<u8> {
    let headers = [Header::new("trace", Some(b"1")), Header::new("null", None)];
    for n in 0..500i64 {
        let value = [n as u8; 100];
        builder
            .append(n, Some(b"key"), Some(&value), &headers)
            .unwrap();
    }
    let options = BatchOptions {
        compression,
        ..BatchOptions::default()
    };
    builder.finish(&options, compressor).unwrap()
}

fn walk(bytes: &[u8], decompressor: &mut Decompressor, buffer: &mut Vec<u8>) -> usize {
    let mut seen = 0;
    for batch in Records::new(bytes) {
        let batch = batch.unwrap();
        batch.check_crc().unwrap();
        for record in batch.records(decompressor, 1 << 20, buffer).unwrap() {
            seen += record.unwrap().headers.count();
        }
    }
    seen
}

#[test]
fn reading_allocates_nothing_after_the_first_batch() {
    for codec in CODECS {
        let bytes = fill(&mut BatchBuilder::new(), &mut Compressor::new(), codec).repeat(3);
        let (mut decompressor, mut buffer) = (Decompressor::new(), Vec::new());
        walk(&bytes, &mut decompressor, &mut buffer);
        let mut seen = 0;
        let taken = measure(|| seen = walk(&bytes, &mut decompressor, &mut buffer));
        assert_eq!(seen, 3000);
        assert_eq!(taken.count_total, 0, "{codec}: {taken:?}");
    }
}

#[test]
fn building_allocates_nothing_once_buffers_come_back() {
    // Gzip's codec is made anew for each batch: who chooses it has time.
    for codec in CODECS.into_iter().filter(|&it| it != Compression::Gzip) {
        let (mut builder, mut compressor) = (BatchBuilder::new(), Compressor::new());
        // Compressing takes a second buffer, and the codec's own memory.
        for _ in 0..if codec == Compression::None { 1 } else { 2 } {
            let batch = fill(&mut builder, &mut compressor, codec);
            builder.recycle(batch);
        }
        let taken = measure(|| {
            let batch = fill(&mut builder, &mut compressor, codec);
            builder.recycle(batch);
        });
        assert_eq!(taken.count_total, 0, "{codec}: {taken:?}");
    }
}

#[test]
fn a_count_without_bytes_allocates_nothing() {
    let mut bytes = fill(
        &mut BatchBuilder::new(),
        &mut Compressor::new(),
        Compression::None,
    );
    // The record count: the header's last field.
    bytes[57..61].copy_from_slice(&i32::MAX.to_be_bytes());
    let taken = measure(|| {
        let (batch, _) = ottla_protocol::records::RecordBatch::split_first(&bytes)
            .unwrap()
            .unwrap();
        let mut buffer = Vec::new();
        let records = batch
            .records(&mut Decompressor::new(), 1 << 20, &mut buffer)
            .unwrap();
        assert!(records.last().unwrap().is_err());
    });
    assert_eq!(taken.bytes_total, 0, "{taken:?}");
}
