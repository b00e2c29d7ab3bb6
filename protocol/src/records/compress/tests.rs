//! What codecs write is read back; what is no codec's data is refused within the limits.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

const LIMIT: usize = 1 << 20;

/// A codec that is compiled in, or none.
pub(in crate::records) fn codec() -> impl Strategy<Value = Compression> {
    let compiled: Vec<_> = Compression::ALL
        .into_iter()
        .filter(|codec| codec.is_available())
        .collect();
    prop::sample::select(compiled)
}

proptest! {
    #[test]
    fn any_bytes_are_no_panic(codec in codec(), body in vec(any::<u8>(), 0..200)) {
        let mut out = Vec::new();
        let _ = Decompressor::new().decompress(codec, &body, LIMIT, &mut out);
        prop_assert!(out.capacity() <= LIMIT.min((body.len() + 1) * 1024 + 8192));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_compressed_is_read_back(
        codec in codec(),
        // Up to some 200 KiB: several blocks where codecs have blocks.
        piece in vec(any::<u8>(), 1..100),
        times in 1..2000usize,
    ) {
        let plain = piece.repeat(times);
        let (mut compressor, mut decompressor) = (Compressor::new(), Decompressor::new());
        let mut out = Vec::new();
        for _ in 0..2 {
            let mut packed = b"in front".to_vec();
            compressor.compress(codec, &plain, &mut packed)?;
            decompressor.decompress(codec, &packed[8..], plain.len(), &mut out)?;
            prop_assert_eq!(&out, &plain);
        }
    }

    #[test]
    fn what_does_not_compress_is_read_back(codec in codec(), plain in vec(any::<u8>(), 0..150_000)) {
        let mut packed = Vec::new();
        Compressor::new().compress(codec, &plain, &mut packed)?;
        let mut out = Vec::new();
        Decompressor::new().decompress(codec, &packed, plain.len(), &mut out)?;
        prop_assert_eq!(&out, &plain);
    }

    #[test]
    fn a_cut_is_refused(codec in codec(), plain in vec(0..9u8, 1..900), at in any::<prop::sample::Index>()) {
        prop_assume!(codec != Compression::None);
        let mut packed = Vec::new();
        Compressor::new().compress(codec, &plain, &mut packed)?;
        packed.truncate(at.index(packed.len()));
        let mut out = Vec::new();
        let read = Decompressor::new().decompress(codec, &packed, LIMIT, &mut out);
        prop_assert!(read.is_err() || out.len() < plain.len());
    }
}

#[test]
fn bombs_are_refused() {
    let plain = vec![0; 8 << 20];
    for codec in Compression::ALL.into_iter().filter(|c| c.is_available()) {
        let mut packed = Vec::new();
        Compressor::new()
            .compress(codec, &plain, &mut packed)
            .unwrap();
        let mut out = Vec::new();
        let refused = Decompressor::new().decompress(codec, &packed, LIMIT, &mut out);
        assert!(
            matches!(refused, Err(CodecError::TooLarge { limit: LIMIT, .. })),
            "{codec}: {refused:?}"
        );
        assert!(out.capacity() <= LIMIT, "{codec}: {}", out.capacity());
    }
}

#[test]
fn a_codec_left_out_is_named_with_its_feature() {
    for codec in Compression::ALL.into_iter().filter(|c| !c.is_available()) {
        let refused = Decompressor::new()
            .decompress(codec, b"", LIMIT, &mut Vec::new())
            .unwrap_err();
        assert_eq!(
            refused.to_string(),
            format!("{codec} is not compiled in: it needs the feature `{codec}` of ottla-protocol")
        );
    }
}

#[test]
fn names_of_codecs_are_kafkas() {
    for codec in Compression::ALL {
        assert_eq!(codec.to_string().parse(), Ok(codec));
        assert_eq!(Compression::from_code(codec.code()), Some(codec));
    }
    assert_eq!(Compression::from_code(5), None);
    assert!("LZ4".parse::<Compression>().is_err());
}

#[cfg(feature = "snappy")]
#[test]
fn snappy_without_the_frame_is_read() {
    let packed = snap::raw::Encoder::new()
        .compress_vec(b"one raw block")
        .unwrap();
    let mut out = Vec::new();
    Decompressor::new()
        .decompress(Compression::Snappy, &packed, LIMIT, &mut out)
        .unwrap();
    assert_eq!(out, b"one raw block");
}

#[cfg(feature = "lz4")]
#[test]
fn lz4_of_other_writers_is_read() {
    use std::io::Write;

    use lz4_flex::frame::{BlockMode, BlockSize, FrameEncoder, FrameInfo};

    let plain: Vec<u8> = (0..200_000u32)
        .flat_map(|n| (n / 7).to_be_bytes())
        .collect();
    let with = |info: FrameInfo| {
        let mut encoder = FrameEncoder::with_frame_info(info, Vec::new());
        encoder.write_all(&plain).unwrap();
        let packed = encoder.finish().unwrap();
        let mut out = Vec::new();
        Decompressor::new()
            .decompress(Compression::Lz4, &packed, LIMIT, &mut out)
            .unwrap();
        assert_eq!(out, plain);
    };
    with(
        FrameInfo::new()
            .block_mode(BlockMode::Linked)
            .block_size(BlockSize::Max64KB),
    );
    with(
        FrameInfo::new()
            .block_checksums(true)
            .content_checksum(true)
            .block_size(BlockSize::Max4MB),
    );
    with(
        FrameInfo::new()
            .content_size(Some(plain.len() as u64))
            .block_size(BlockSize::Max256KB),
    );
}
