//! What grows beyond the limit when it is decompressed is refused, early, and without the memory it asks for.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::io::Write;

use ottla_hostile::budget::{self, Gauge};
use ottla_protocol::records::{
    CodecError, Compression, Compressor, Decompressor, RecordError, Records,
};

const LIMIT: usize = 1 << 20;
/// Zeros, of which each codec makes next to nothing.
const MUCH: usize = 4 << 20;

/// The error of decompressing, and what is left in the vector. Checks the memory that it takes.
fn refused(codec: Compression, body: &[u8]) -> CodecError {
    let (mut out, mut gauge) = (Vec::new(), Gauge::default());
    let read = gauge.measure(|| Decompressor::new().decompress(codec, body, LIMIT, &mut out));
    assert!(out.capacity() <= LIMIT, "{codec}: {}", out.capacity());
    assert!(
        gauge.peak <= budget::of_records(LIMIT),
        "{codec}: {}",
        gauge.peak
    );
    read.expect_err("a bomb")
}

#[track_caller]
fn too_large(codec: Compression, body: &[u8]) {
    let error = refused(codec, body);
    assert!(
        matches!(error, CodecError::TooLarge { limit: LIMIT, .. }),
        "{error:?}"
    );
}

#[track_caller]
fn no_data(codec: Compression, body: &[u8]) {
    let error = refused(codec, body);
    assert!(matches!(error, CodecError::Refused { .. }), "{error:?}");
}

fn packed(codec: Compression, plain: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    Compressor::new().compress(codec, plain, &mut out).unwrap();
    out
}

#[test]
fn one_stream_of_each_codec() {
    for codec in Compression::ALL {
        too_large(codec, &packed(codec, &vec![0; MUCH]));
        too_large(codec, &packed(codec, &vec![0; LIMIT + 1]));
        let mut out = Vec::new();
        let exact = packed(codec, &vec![0; LIMIT]);
        Decompressor::new()
            .decompress(codec, &exact, LIMIT, &mut out)
            .unwrap();
        assert_eq!((out.len(), out.capacity()), (LIMIT, LIMIT), "{codec}");
    }
}

#[test]
fn a_vector_that_was_longer_is_no_way_around_the_limit() {
    for codec in Compression::ALL {
        let mut out = vec![7; 2 * MUCH];
        let read =
            Decompressor::new().decompress(codec, &packed(codec, &vec![0; MUCH]), LIMIT, &mut out);
        assert!(
            matches!(read, Err(CodecError::TooLarge { .. })),
            "{codec}: {read:?}"
        );
    }
}

#[test]
fn gzip_of_many_members() {
    let member = packed(Compression::Gzip, &vec![0; LIMIT / 16]);
    too_large(Compression::Gzip, &member.repeat(17));
    // Members of nothing, each of which takes time to begin: some are read, many refused.
    let nothing = packed(Compression::Gzip, b"");
    let mut out = vec![7];
    let read =
        Decompressor::new().decompress(Compression::Gzip, &nothing.repeat(1024), LIMIT, &mut out);
    read.unwrap();
    assert_eq!(out, b"");
    no_data(Compression::Gzip, &nothing.repeat(1025));
}

#[test]
fn snappy_that_claims() {
    // Raw: the length in front is all there is to believe.
    for claim in [LIMIT as u64 + 1, 1 << 31, u32::MAX.into(), 1 << 40] {
        let mut body = Vec::new();
        let mut rest = claim;
        while rest >= 0x80 {
            body.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        body.push(rest as u8);
        body.extend([0, 0]);
        no_data(Compression::Snappy, &body);
    }
    let raw = snap::raw::Encoder::new()
        .compress_vec(&vec![0; MUCH])
        .unwrap();
    too_large(Compression::Snappy, &raw);
}

#[test]
fn snappy_of_many_blocks() {
    let framed = packed(Compression::Snappy, &vec![0; 32 * 1024]);
    let (front, block) = framed.split_at(16);
    too_large(Compression::Snappy, &[front, &block.repeat(33)].concat());
    // A block's length that lies.
    no_data(
        Compression::Snappy,
        &[front, &[0x7f, 0xff, 0xff, 0xff], &block[4..]].concat(),
    );
    no_data(Compression::Snappy, &[front, &[0, 0, 0, 0]].concat());
}

#[test]
fn lz4_that_claims() {
    use lz4_flex::frame::{BlockMode, BlockSize, FrameEncoder, FrameInfo};
    let zeros = |info: FrameInfo| {
        let mut encoder = FrameEncoder::with_frame_info(info, Vec::new());
        encoder.write_all(&vec![0; MUCH]).unwrap();
        encoder.finish().unwrap()
    };
    let large = FrameInfo::new().block_size(BlockSize::Max4MB);
    too_large(
        Compression::Lz4,
        &zeros(large.block_mode(BlockMode::Linked)),
    );
    // The content size is a claim in the header, which nobody has to believe.
    let mut sized = zeros(FrameInfo::new().content_size(Some(MUCH as u64)));
    for claim in [0, 1 << 60, u64::MAX] {
        sized[6..14].copy_from_slice(&claim.to_le_bytes());
        too_large(Compression::Lz4, &sized);
    }
    let small = packed(Compression::Lz4, &vec![0; 64 * 1024]);
    let (front, block) = (&small[..7], &small[7..small.len() - 4]);
    too_large(
        Compression::Lz4,
        &[front, &block.repeat(17), &[0; 4]].concat(),
    );
    no_data(
        Compression::Lz4,
        &[front, &[0xff, 0xff, 0xff, 0x7f], &block[4..]].concat(),
    );
}

/// A frame of blocks that each repeat a byte 128 KiB long: four bytes each.
fn zstd_of_blocks(header: &[u8], blocks: u32) -> Vec<u8> {
    let mut body = vec![0x28, 0xb5, 0x2f, 0xfd];
    body.extend(header);
    for block in 1..=blocks {
        let last = u32::from(block == blocks);
        let block_header = last | 1 << 1 | (128 << 10) << 3;
        body.extend(&block_header.to_le_bytes()[..3]);
        body.push(0);
    }
    body
}

#[test]
fn zstd_that_claims() {
    // A window of 2 GiB, without a content size.
    too_large(Compression::Zstd, &zstd_of_blocks(&[0, 0xa8], 9));
    too_large(Compression::Zstd, &zstd_of_blocks(&[0, 0xa8], 1000));
    // A content size of 1 << 60, and one of 0.
    for claim in [1_u64 << 60, u64::MAX, 0] {
        let header = [&[0xe0][..], &claim.to_le_bytes()].concat();
        refused(Compression::Zstd, &zstd_of_blocks(&header, 1000));
    }
    let frame = packed(Compression::Zstd, &vec![0; LIMIT / 16]);
    too_large(Compression::Zstd, &frame.repeat(17));
    // A skippable frame that is longer than what is there.
    no_data(
        Compression::Zstd,
        &[0x50, 0x2a, 0x4d, 0x18, 0xff, 0xff, 0xff, 0xff, 0],
    );
}

/// A message of magic 1 whose value is `value`.
fn wrapper(codec: Compression, value: &[u8]) -> Vec<u8> {
    let mut rest = vec![1, codec.code()];
    rest.extend(7_i64.to_be_bytes());
    rest.extend((-1_i32).to_be_bytes());
    rest.extend((value.len() as i32).to_be_bytes());
    rest.extend(value);
    let mut message = 7_i64.to_be_bytes().to_vec();
    message.extend((rest.len() as i32 + 4).to_be_bytes());
    message.extend([0; 4]);
    message.extend(rest);
    message
}

#[test]
fn a_wrapper_in_a_wrapper_is_not_opened() {
    let codecs = [Compression::Gzip, Compression::Snappy, Compression::Lz4];
    for codec in codecs {
        let mut bytes = wrapper(Compression::None, b"innermost");
        for _ in 0..5 {
            bytes = wrapper(codec, &packed(codec, &bytes));
        }
        let batch = Records::new(&bytes).next().unwrap().unwrap();
        let mut plain = Vec::new();
        let mut records = batch
            .records(&mut Decompressor::new(), LIMIT, &mut plain)
            .unwrap();
        let error = records.next().unwrap().unwrap_err();
        assert!(matches!(error, RecordError::Record { .. }), "{error:?}");
        assert!(records.next().is_none());
    }
}

#[test]
fn a_bomb_in_a_batch_says_which_batch() {
    let bytes = wrapper(
        Compression::Gzip,
        &packed(Compression::Gzip, &vec![0; MUCH]),
    );
    let batch = Records::new(&bytes).next().unwrap().unwrap();
    let error = batch
        .records(&mut Decompressor::new(), LIMIT, &mut Vec::new())
        .map(|_| ())
        .unwrap_err();
    let why = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(
        (error.to_string().as_str(), why.as_str()),
        (
            "batch at offset 7: records (at byte 34): can't be decompressed",
            "gzip: the data grows beyond 1048576 bytes"
        )
    );
}
