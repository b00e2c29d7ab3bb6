//! Message sets that are built are read back; what no set is is refused by name.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::super::compress::Compressor;
use super::super::compress::tests::codec;
use super::super::{
    BatchBuilder, BatchOptions, BuildError, CodecError, Decompressor, Field, Malformed, Records,
    TimestampType,
};
use super::*;

const LIMIT: usize = 1 << 20;

/// Timestamp, key, value.
type Sent = (i64, Option<Vec<u8>>, Option<Vec<u8>>);
/// With its offset.
type Read = (i64, i64, Option<Vec<u8>>, Option<Vec<u8>>);

fn messages() -> impl Strategy<Value = Vec<Sent>> {
    let bytes = |most| option::weighted(0.8, vec(any::<u8>(), 0..most));
    vec((0..1i64 << 60, bytes(30), bytes(200)), 1..20)
}

fn options() -> impl Strategy<Value = MessageSetOptions> {
    let magic = prop_oneof![Just(Magic::V0), Just(Magic::V1)];
    let codec = codec().prop_filter("zstd needs magic 2", |codec| *codec != Compression::Zstd);
    let append_time = option::of(0..1i64 << 60);
    (magic, codec, 0..1i64 << 60, append_time).prop_map(
        |(magic, compression, base_offset, append_time)| MessageSetOptions {
            magic,
            compression,
            base_offset,
            append_time,
        },
    )
}

fn build(messages: &[Sent], options: MessageSetOptions) -> Vec<u8> {
    let mut bytes = b"in front".to_vec();
    let mut set = MessageSetBuilder::new(&mut bytes, options);
    for (timestamp, key, value) in messages {
        set.append(*timestamp, key.as_deref(), value.as_deref())
            .unwrap();
    }
    set.finish(&mut Compressor::new()).unwrap();
    bytes.split_off(8)
}

/// All records of all batches, checksums checked.
fn read(bytes: &[u8]) -> Result<Vec<Read>, RecordError> {
    for batch in Records::new(bytes) {
        batch?.check_crc()?;
    }
    walk(bytes)
}

fn walk(bytes: &[u8]) -> Result<Vec<Read>, RecordError> {
    let (mut decompressor, mut buffer) = (Decompressor::new(), Vec::new());
    let mut records = Vec::new();
    for batch in Records::new(bytes) {
        let batch = batch?;
        for record in batch.records(&mut decompressor, LIMIT, &mut buffer)? {
            let record = record?;
            assert_eq!(record.headers.len(), 0);
            let owned = |bytes: Option<&[u8]>| bytes.map(<[u8]>::to_vec);
            let (key, value) = (owned(record.key), owned(record.value));
            records.push((record.offset, record.timestamp, key, value));
        }
        assert!(buffer.capacity() <= 2 * LIMIT);
    }
    Ok(records)
}

/// One message without a key, as it lies in a set, with a checksum that fits.
fn entry(offset: i64, magic: i8, attributes: u8, value: Option<&[u8]>) -> Vec<u8> {
    let mut bytes = offset.to_be_bytes().to_vec();
    bytes.extend_from_slice(&[0; 8]);
    bytes.extend_from_slice(&[magic as u8, attributes]);
    if magic > 0 {
        bytes.extend_from_slice(&77i64.to_be_bytes());
    }
    bytes.extend_from_slice(&(-1i32).to_be_bytes());
    bytes.extend_from_slice(&value.map_or(-1, |value| value.len() as i32).to_be_bytes());
    bytes.extend_from_slice(value.unwrap_or_default());
    sealed(bytes)
}

/// Its length and checksum put right.
fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let length = (bytes.len() - 12) as i32;
    bytes[8..12].copy_from_slice(&length.to_be_bytes());
    let crc = checksum(&bytes);
    bytes[12..16].copy_from_slice(&crc.to_be_bytes());
    bytes
}

#[cfg(feature = "gzip")]
const GZIP: u8 = 1;

/// A wrapper with these messages in it.
#[cfg(feature = "gzip")]
fn wrapper(offset: i64, magic: i8, flags: u8, inner: &[Vec<u8>]) -> Vec<u8> {
    let mut packed = Vec::new();
    Compressor::new()
        .compress(Compression::Gzip, &inner.concat(), &mut packed)
        .unwrap();
    entry(offset, magic, GZIP | flags, Some(&packed))
}

fn malformed(result: Result<Vec<Read>, RecordError>) -> (i32, Field, usize, Malformed) {
    match result {
        Err(RecordError::Record {
            index,
            field,
            at,
            why,
            ..
        }) => (index, field, at, why),
        other => panic!("not a malformed record: {other:?}"),
    }
}

proptest! {
    #[test]
    fn what_is_built_is_read_back(messages in messages(), options in options()) {
        let bytes = build(&messages, options);
        let expected: Vec<Read> = messages
            .into_iter()
            .zip(options.base_offset..)
            .map(|((timestamp, key, value), offset)| {
                let timestamp = match options.magic {
                    Magic::V0 => -1,
                    Magic::V1 => options.append_time.unwrap_or(timestamp),
                };
                (offset, timestamp, key, value)
            })
            .collect();
        let batches: Vec<_> = Records::new(&bytes).collect::<Result<_, _>>()?;
        let wrapped = options.compression != Compression::None;
        prop_assert_eq!(batches.len(), if wrapped { 1 } else { expected.len() });
        let next = batches.last().map(|batch| batch.next_offset());
        prop_assert_eq!(next, Some(options.base_offset + expected.len() as i64));
        for batch in batches {
            prop_assert_eq!(batch.magic(), options.magic as i8);
            prop_assert_eq!(batch.compression(), options.compression);
            prop_assert_eq!(batch.record_count(), if wrapped { -1 } else { 1 });
            let appended = batch.timestamp_type() == TimestampType::LogAppendTime;
            let says = options.magic == Magic::V1 && options.append_time.is_some();
            prop_assert_eq!(appended, says);
        }
        prop_assert_eq!(read(&bytes)?, expected);
    }

    #[test]
    fn one_changed_byte_never_passes_the_checksum(
        messages in messages(),
        options in options(),
        at in any::<prop::sample::Index>(),
        change in 1..=255u8,
    ) {
        let mut bytes = build(&messages, options);
        let first = Records::new(&bytes).next().unwrap().unwrap().batch_bytes();
        // Offset and length are not covered.
        let at = 12 + at.index(first - 12);
        bytes[at] ^= change;
        prop_assert!(read(&bytes[..first]).is_err());
    }

    #[test]
    fn damage_behind_a_right_checksum_is_no_panic_and_stays_in_its_limits(
        messages in messages(),
        options in options(),
        damage in vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = build(&messages, options);
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(cut.map_or(bytes.len(), |cut| cut.index(bytes.len())));
        let _ = walk(&bytes);
    }

    #[test]
    fn a_cut_is_an_end_wherever_it_is(
        messages in messages(),
        options in options(),
        at in any::<prop::sample::Index>(),
    ) {
        let whole = build(&messages, options);
        let first = Records::new(&whole).next().unwrap().unwrap().batch_bytes();
        let mut bytes = whole.clone();
        bytes.extend_from_slice(&whole[..at.index(first)]);
        prop_assert_eq!(read(&bytes)?, read(&whole)?);
    }
}

#[cfg(feature = "gzip")]
proptest! {
    #[test]
    fn any_bytes_in_a_wrapper_are_no_panic(
        inner in vec(any::<u8>(), 0..200),
        magic in 0..2i8,
        offset: i64,
    ) {
        let _ = walk(&wrapper(offset, magic, 0, &[inner]));
    }
}

#[test]
fn all_magics_are_walked_in_one_row() {
    let sent = [
        (5, Some(b"k".to_vec()), None),
        (6, None, Some(b"v".to_vec())),
    ];
    let old = |magic, compression, base_offset| {
        build(
            &sent,
            MessageSetOptions {
                magic,
                compression,
                base_offset,
                append_time: None,
            },
        )
    };
    let mut builder = BatchBuilder::new();
    builder.append(8, None, Some(b"new"), &[]).unwrap();
    let options = BatchOptions {
        base_offset: 8,
        ..BatchOptions::default()
    };
    let packed = if cfg!(feature = "gzip") {
        Compression::Gzip
    } else {
        Compression::None
    };
    let bytes = [
        old(Magic::V0, Compression::None, 0),
        old(Magic::V0, packed, 2),
        old(Magic::V1, Compression::None, 4),
        old(Magic::V1, packed, 6),
        builder.finish(&options, &mut Compressor::new()).unwrap(),
    ]
    .concat();
    let seen: Vec<_> = read(&bytes)
        .unwrap()
        .into_iter()
        .map(|(offset, timestamp, ..)| (offset, timestamp))
        .collect();
    let times = [-1, -1, -1, -1, 5, 6, 5, 6, 8];
    assert_eq!(seen, (0..9).zip(times).collect::<Vec<_>>());
}

#[cfg(feature = "gzip")]
#[test]
fn offsets_in_a_wrapper_count_from_its_last() {
    let inner = [3, 5, 9].map(|offset| entry(offset, 1, 0, Some(b"x")));
    let offsets = |wrapper: Vec<u8>| -> Vec<i64> {
        read(&wrapper)
            .unwrap()
            .into_iter()
            .map(|read| read.0)
            .collect()
    };
    assert_eq!(offsets(wrapper(109, 1, 0, &inner)), [103, 105, 109]);
    // As some versions of librdkafka produce.
    assert_eq!(offsets(wrapper(0, 1, 0, &inner)), [3, 5, 9]);
    // Magic 0's are absolute, whatever the wrapper's.
    let absolute = [3, 5, 9].map(|offset| entry(offset, 0, 0, Some(b"x")));
    assert_eq!(offsets(wrapper(9, 0, 0, &absolute)), [3, 5, 9]);
    // Kafka's own reader takes mixed magics too.
    let mixed = [entry(0, 0, 0, None), entry(1, 1, 0, None)];
    assert_eq!(offsets(wrapper(8, 1, 0, &mixed)), [7, 8]);

    let below = malformed(read(&wrapper(8, 1, 0, &inner)));
    assert_eq!(below, (0, Field::Offset, 0, Malformed::OffsetDelta));
}

#[cfg(feature = "gzip")]
#[test]
fn the_wrappers_time_of_appending_stands_for_all() {
    let inner = [entry(0, 1, 0, Some(b"x")), entry(1, 1, 8, Some(b"y"))];
    let times = |flags| -> Vec<i64> {
        let mut bytes = wrapper(1, 1, flags, &inner);
        bytes[18..26].copy_from_slice(&1234i64.to_be_bytes());
        read(&sealed(bytes))
            .unwrap()
            .into_iter()
            .map(|read| read.1)
            .collect()
    };
    assert_eq!(times(8), [1234, 1234]);
    assert_eq!(times(0), [77, 77]);
}

#[cfg(feature = "gzip")]
#[test]
fn wrappers_that_hold_no_messages_are_refused() {
    let nothing = malformed(read(&wrapper(4, 1, 0, &[])));
    assert_eq!(nothing, (0, Field::Whole, 0, Malformed::NoRecords));
    let cut = entry(0, 1, 0, Some(b"x"))[..20].to_vec();
    let only_cut = malformed(read(&wrapper(4, 1, 0, std::slice::from_ref(&cut))));
    assert_eq!(only_cut, (0, Field::Whole, 0, Malformed::NoRecords));
    let whole = entry(0, 1, 0, Some(b"x"));
    let dropped = read(&wrapper(4, 1, 0, &[whole, cut])).unwrap();
    assert_eq!(dropped.len(), 1);

    let null = read(&entry(4, 1, GZIP, None)).unwrap_err();
    assert_eq!(
        null.to_string(),
        "batch at offset 4: value (at byte 30): -1 can't be the length of compressed messages"
    );
}

#[cfg(feature = "gzip")]
#[test]
fn messages_in_a_wrapper_are_refused_where_they_are_wrong() {
    let good = entry(0, 1, 0, Some(b"x"));
    let second = |bad: Vec<u8>| malformed(read(&wrapper(5, 1, 0, &[good.clone(), bad])));
    let start = good.len();
    let nested = wrapper(1, 1, 0, std::slice::from_ref(&good));
    assert_eq!(
        second(nested),
        (1, Field::Attributes, start + 17, Malformed::Nested)
    );
    assert_eq!(
        second(entry(1, 2, 0, Some(b"x"))),
        (1, Field::Magic, start + 16, Malformed::Magic)
    );
    let mut lies = good.clone();
    lies[33] = 200;
    assert_eq!(second(lies), (1, Field::Value, start + 30, Malformed::Ends));
    let mut longer = good.clone();
    longer.push(0);
    assert_eq!(
        second(sealed(longer)),
        (1, Field::Whole, start + 35, Malformed::RecordLength)
    );
    let mut short = good.clone();
    short[11] = 13;
    assert_eq!(
        second(short),
        (1, Field::Length, start + 8, Malformed::RecordLength)
    );
}

#[test]
fn headers_are_refused_by_field() {
    let why = |bytes: &[u8]| read(bytes).unwrap_err().to_string();
    assert_eq!(
        why(&entry(4, 1, 4, Some(b"x"))),
        "batch at offset 4: compression (at byte 17): 4 is zstd, which needs magic 2"
    );
    assert_eq!(
        why(&entry(4, 0, 5, Some(b"x"))),
        "batch at offset 4: compression (at byte 17): 5 is no codec"
    );
    assert_eq!(
        why(&entry(-1, 0, 0, Some(b"x"))),
        "batch at offset -1: offset (at byte 0): -1 is no offset"
    );
    let mut negative = entry(4, 0, 0, Some(b"x"));
    negative[11] = 13;
    assert_eq!(
        why(&negative),
        "batch at offset 4: length (at byte 8): 13 is too small for a header"
    );
    let mut lies = entry(4, 0, 0, Some(b"x"));
    lies[21] = 9;
    lies[18..21].fill(0);
    assert_eq!(
        why(&lies),
        "batch at offset 4: record 0: key (at byte 18 of the records): the bytes end too early"
    );
}

#[test]
fn null_and_empty_are_told_apart() {
    let sent = vec![
        (1, None, None),
        (2, Some(Vec::new()), Some(Vec::new())),
        (3, None, Some(Vec::new())),
    ];
    let bytes = build(&sent, MessageSetOptions::default());
    let seen: Vec<Sent> = read(&bytes)
        .unwrap()
        .into_iter()
        .map(|(_, timestamp, key, value)| (timestamp, key, value))
        .collect();
    assert_eq!(seen, sent);
}

#[cfg(feature = "gzip")]
#[test]
fn a_bomb_is_refused() {
    let big = entry(0, 1, 0, Some(&vec![0; 2 * LIMIT]));
    let refused = read(&wrapper(0, 1, 0, &[big])).unwrap_err();
    assert!(matches!(
        refused,
        RecordError::Codec {
            source: CodecError::TooLarge { limit: LIMIT, .. },
            at: 34,
            ..
        }
    ));
}

#[test]
fn a_set_that_is_not_finished_leaves_nothing() {
    let mut bytes = b"before".to_vec();
    let mut set = MessageSetBuilder::new(&mut bytes, MessageSetOptions::default());
    set.append(0, None, Some(b"x")).unwrap();
    assert_eq!(set.len(), 35);
    drop(set);
    assert_eq!(bytes, b"before");
    let empty = MessageSetBuilder::new(&mut bytes, MessageSetOptions::default());
    assert!(matches!(
        empty.finish(&mut Compressor::new()),
        Err(BuildError::Empty)
    ));
    let options = MessageSetOptions {
        compression: Compression::Zstd,
        ..MessageSetOptions::default()
    };
    let mut zstd = MessageSetBuilder::new(&mut bytes, options);
    zstd.append(0, None, None).unwrap();
    assert!(matches!(
        zstd.finish(&mut Compressor::new()),
        Err(BuildError::ZstdInOldMagic)
    ));
    assert_eq!(bytes, b"before");
}
