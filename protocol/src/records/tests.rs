//! What is built is read back; what is damaged is refused, by name, without a panic and within its limits.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::compress::tests::codec;
use super::*;

const LIMIT: usize = 1 << 20;

/// A record by value.
#[derive(Clone, Debug, PartialEq)]
struct Owned {
    timestamp: i64,
    key: Option<Vec<u8>>,
    value: Option<Vec<u8>>,
    headers: Vec<(String, Option<Vec<u8>>)>,
}

fn record() -> impl Strategy<Value = Owned> {
    let bytes = |most| option::weighted(0.8, vec(any::<u8>(), 0..most));
    // Mostly near each other, as timestamps are; now and then anything that a distance can be told of.
    let timestamp = prop_oneof![
        9 => 1_700_000_000_000..1_700_000_100_000i64,
        1 => any::<i64>(),
    ];
    let headers = vec(("[a-z]{0,9}", bytes(20)), 0..3);
    (timestamp, bytes(40), bytes(300), headers).prop_map(|(timestamp, key, value, headers)| Owned {
        timestamp,
        key,
        value,
        headers,
    })
}

fn build(records: &[Owned], options: &BatchOptions) -> Vec<u8> {
    let mut builder = BatchBuilder::new();
    for record in records {
        let headers: Vec<Header<'_>> = record
            .headers
            .iter()
            .map(|(name, value)| Header::new(name, value.as_deref()))
            .collect();
        let (key, value) = (record.key.as_deref(), record.value.as_deref());
        let before = builder.len();
        builder
            .append(record.timestamp, key, value, &headers)
            .unwrap();
        assert!(builder.len() - before <= BatchBuilder::most_bytes(key, value, &headers));
    }
    builder.finish(options, &mut Compressor::new()).unwrap()
}

fn options(compression: Compression) -> BatchOptions {
    BatchOptions {
        compression,
        ..BatchOptions::default()
    }
}

fn only(bytes: &[u8]) -> RecordBatch<'_> {
    let (batch, rest) = RecordBatch::split_first(bytes).unwrap().unwrap();
    assert!(rest.is_empty());
    batch
}

fn owned(record: Record<'_>) -> Owned {
    Owned {
        timestamp: record.timestamp,
        key: record.key.map(<[u8]>::to_vec),
        value: record.value.map(<[u8]>::to_vec),
        headers: record
            .headers
            .map(|header| {
                let name = header.name_lossy().into_owned();
                (name, header.value.map(<[u8]>::to_vec))
            })
            .collect(),
    }
}

/// Walks everything there is and gives the first error, or how many records there were.
fn walk(bytes: &[u8]) -> Result<usize, RecordError> {
    let (mut decompressor, mut buffer) = (Decompressor::new(), Vec::new());
    let mut count = 0;
    for batch in Records::new(bytes) {
        let batch = batch?;
        for record in batch.records(&mut decompressor, LIMIT, &mut buffer)? {
            record?.headers.for_each(drop);
            count += 1;
        }
        assert!(buffer.capacity() <= 2 * LIMIT);
    }
    Ok(count)
}

/// Walks `bytes` as the body of a batch that says it has `record_count` records without compression.
fn walk_body(body: &[u8], record_count: i32) -> Result<usize, RecordError> {
    let mut bytes = build(&[plain(b"x")], &BatchOptions::default());
    let mut header = only(&bytes).header();
    bytes.truncate(header::HEADER_BYTES);
    bytes.extend_from_slice(body);
    header.length = (bytes.len() - header::LENGTH_END) as i32;
    header.record_count = record_count;
    header.last_offset_delta = (record_count - 1).max(0);
    header.write(&mut bytes);
    walk(&bytes)
}

fn plain(value: &[u8]) -> Owned {
    Owned {
        timestamp: 1_700_000_000_000,
        key: None,
        value: Some(value.to_vec()),
        headers: Vec::new(),
    }
}

fn why(result: Result<usize, RecordError>) -> (i32, usize, Malformed) {
    match result {
        Err(RecordError::Record { index, at, why, .. }) => (index, at, why),
        other => panic!("not a malformed record: {other:?}"),
    }
}

proptest! {
    #[test]
    fn what_is_built_is_read_back(
        records in vec(record(), 1..40),
        compression in codec(),
        producer_id in -1..i64::MAX,
        base_offset in 0..1i64 << 60,
        transactional: bool,
    ) {
        let options = BatchOptions {
            producer_id,
            producer_epoch: 3,
            base_sequence: 7,
            transactional,
            base_offset,
            ..options(compression)
        };
        let bytes = build(&records, &options);
        let batch = only(&bytes);

        prop_assert!(batch.check_crc().is_ok());
        prop_assert_eq!(batch.batch_bytes(), bytes.len());
        prop_assert_eq!(batch.record_count() as usize, records.len());
        prop_assert_eq!(batch.next_offset(), base_offset + records.len() as i64);
        prop_assert_eq!(batch.compression(), compression);
        prop_assert_eq!(batch.producer_id(), producer_id);
        prop_assert_eq!((batch.producer_epoch(), batch.base_sequence()), (3, 7));
        prop_assert_eq!((batch.is_transactional(), batch.is_control()), (transactional, false));
        prop_assert_eq!(batch.partition_leader_epoch(), None);
        prop_assert_eq!(Some(batch.max_timestamp()), records.iter().map(|r| r.timestamp).max());

        let mut buffer = b"from an earlier batch".to_vec();
        let read: Vec<_> = batch
            .records(&mut Decompressor::new(), LIMIT, &mut buffer)?
            .collect::<Result<_, _>>()?;
        for (record, at) in read.iter().zip(base_offset..) {
            prop_assert_eq!(record.offset, at);
        }
        prop_assert_eq!(read.into_iter().map(owned).collect::<Vec<_>>(), records);
    }

    #[test]
    fn one_changed_byte_never_passes_the_checksum(
        records in vec(record(), 1..8),
        compression in codec(),
        at in any::<prop::sample::Index>(),
        change in 1..=255u8,
    ) {
        let mut bytes = build(&records, &options(compression));
        // In front of the checksum are the fields that brokers set, the length and the magic.
        let at = header::CRC_AT + at.index(bytes.len() - header::CRC_AT);
        bytes[at] ^= change;
        // What the header alone gives away is refused even earlier.
        if let Ok(Some((batch, _))) = RecordBatch::split_first(&bytes) {
            let refused = matches!(batch.check_crc(), Err(RecordError::Crc { .. }));
            prop_assert!(refused);
        }
    }

    #[test]
    fn damage_behind_a_right_checksum_is_no_panic_and_stays_in_its_limits(
        records in vec(record(), 1..8),
        compression in codec(),
        damage in vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = build(&records, &options(compression));
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(cut.map_or(bytes.len(), |cut| cut.index(bytes.len())));
        let _ = walk(&bytes);
    }

    #[test]
    fn any_bytes_as_a_body_are_no_panic(body in vec(any::<u8>(), 0..200), count in 0..400i32) {
        let _ = walk_body(&body, count);
    }

    #[test]
    fn a_cut_is_an_end_wherever_it_is(records in vec(record(), 1..4), at in any::<prop::sample::Index>()) {
        let whole = build(&records, &BatchOptions::default());
        let mut bytes = whole.clone();
        bytes.extend_from_slice(&whole[..at.index(whole.len())]);
        let mut batches = Records::new(&bytes);
        prop_assert!(batches.next().is_some_and(|batch| batch.is_ok()));
        prop_assert!(batches.next().is_none());
        prop_assert_eq!(batches.rest().len(), at.index(whole.len()));
    }
}

#[test]
fn a_builder_is_used_again_with_the_memory_given_back() {
    let mut builder = BatchBuilder::new();
    let mut compressor = Compressor::new();
    let mut batch = |builder: &mut BatchBuilder, value: &[u8]| {
        builder.append(5, None, Some(value), &[]).unwrap();
        builder
            .finish(&BatchOptions::default(), &mut compressor)
            .unwrap()
    };
    let first = batch(&mut builder, b"one");
    builder.recycle(first.clone());
    let again = batch(&mut builder, b"one");
    assert_eq!(first, again);
    assert!(matches!(
        builder.finish(&BatchOptions::default(), &mut Compressor::new()),
        Err(BuildError::Empty)
    ));
}

#[test]
fn timestamps_further_apart_than_a_delta_can_tell_wrap_around_and_back() {
    for pair in [[-1, i64::MAX], [i64::MIN, 1], [i64::MAX, i64::MIN]] {
        let records = pair.map(|timestamp| Owned {
            timestamp,
            ..plain(b"x")
        });
        let bytes = build(&records, &BatchOptions::default());
        let (mut decompressor, mut buffer) = (Decompressor::new(), Vec::new());
        let read = only(&bytes).records(&mut decompressor, LIMIT, &mut buffer);
        let read: Vec<i64> = read
            .unwrap()
            .map(|record| record.unwrap().timestamp)
            .collect();
        assert_eq!(read, pair);
    }
}

#[test]
fn an_empty_batch_may_name_a_codec() {
    let mut bytes = build(&[plain(b"x")], &BatchOptions::default());
    let mut header = only(&bytes).header();
    bytes.truncate(header::HEADER_BYTES);
    header.length = (bytes.len() - header::LENGTH_END) as i32;
    for codec in 0..=4 {
        header.attributes = codec;
        for (record_count, read) in [(0, Some(0)), (1, None)] {
            header.record_count = record_count;
            header.write(&mut bytes);
            assert_eq!(walk(&bytes).ok(), read, "codec {codec}");
        }
    }
}

#[test]
fn unknown_magics_are_refused_by_name() {
    for magic in [3, -1, i8::MAX] {
        let mut bytes = build(&[plain(b"x")], &BatchOptions::default());
        bytes[16] = magic as u8;
        let refused = RecordBatch::split_first(&bytes).unwrap_err();
        assert!(matches!(refused, RecordError::UnsupportedMagic { magic: m, .. } if m == magic));
    }
}

#[test]
fn a_length_that_no_batch_has_is_an_error_not_a_cut() {
    for length in [-1, 0, 13, 14, 48, i32::MIN] {
        let mut bytes = build(&[plain(b"x")], &BatchOptions::default());
        bytes[8..12].copy_from_slice(&length.to_be_bytes());
        let refused = RecordBatch::split_first(&bytes).unwrap_err();
        assert!(matches!(refused, RecordError::Length { length: l, .. } if l == length));
        assert_eq!(Records::new(&bytes).count(), 1, "it ends after an error");
    }
}

#[test]
fn impossible_headers_are_refused_by_field() {
    let field = |change: fn(&mut BatchHeader)| {
        let mut bytes = build(&[plain(b"x")], &BatchOptions::default());
        let mut header = only(&bytes).header();
        change(&mut header);
        header.write(&mut bytes);
        match RecordBatch::split_first(&bytes) {
            Err(RecordError::Header { field, .. }) => field,
            other => panic!("not refused: {other:?}"),
        }
    };
    assert_eq!(field(|h| h.base_offset = -1), "base_offset");
    assert_eq!(field(|h| h.base_offset = i64::MAX), "last_offset_delta");
    assert_eq!(field(|h| h.last_offset_delta = -1), "last_offset_delta");
    assert_eq!(field(|h| h.record_count = -1), "record_count");
    assert_eq!(field(|h| h.attributes = 5), "compression");
}

#[test]
fn the_largest_offset_that_has_a_next_one_is_read() {
    let options = BatchOptions {
        base_offset: i64::MAX - 1,
        ..BatchOptions::default()
    };
    let bytes = build(&[plain(b"x")], &options);
    assert_eq!(only(&bytes).next_offset(), i64::MAX);
    assert_eq!(walk(&bytes).unwrap(), 1);
}

#[test]
fn malformed_records_are_refused_where_they_are() {
    // length, attributes, timestamp delta, offset delta, key, value, headers: all zigzag.
    let good = [14, 0, 0, 0, 1, 2, b'x', 0];
    assert_eq!(walk_body(&good, 1).unwrap(), 1);
    let bad = |at: usize, byte: u8| {
        let mut record = good;
        record[at] = byte;
        why(walk_body(&record, 1))
    };
    assert_eq!(bad(0, 12), (0, 7, Malformed::Ends));
    assert_eq!(bad(0, 16), (0, 1, Malformed::Ends));
    assert_eq!(bad(0, 1), (0, 0, Malformed::Negative));
    assert_eq!(bad(3, 1), (0, 4, Malformed::OffsetDelta));
    assert_eq!(bad(3, 2), (0, 4, Malformed::OffsetDelta));
    assert_eq!(bad(4, 20), (0, 5, Malformed::Ends));
    assert_eq!(bad(5, 0), (0, 8, Malformed::Ends));
    assert_eq!(bad(7, 1), (0, 8, Malformed::Negative));
    assert_eq!(bad(7, 2), (0, 8, Malformed::Ends));
    assert_eq!(
        why(walk_body(&[0xff; 9], 1)),
        (0, 0, Malformed::VarintTooLong)
    );
    assert_eq!(why(walk_body(&good, 2)), (1, 8, Malformed::Ends));
    assert_eq!(
        why(walk_body(&good.repeat(2), 1)),
        (1, 8, Malformed::BatchNotEmpty)
    );
    // A header with a name that is null.
    assert_eq!(
        why(walk_body(&[18, 0, 0, 0, 1, 2, b'x', 2, 1, 1], 1)),
        (0, 9, Malformed::Negative)
    );
}

#[test]
fn a_count_beyond_the_bytes_takes_no_memory_and_ends_in_an_error() {
    let good = [14, 0, 0, 0, 1, 2, b'x', 0];
    assert_eq!(why(walk_body(&good, i32::MAX)), (1, 8, Malformed::Ends));
    let headers = [22, 0, 0, 0, 1, 2, b'x', 0xfe, 0xff, 0xff, 0xff, 0x0f];
    assert_eq!(why(walk_body(&headers, 1)), (0, 12, Malformed::Ends));
}

#[test]
fn the_time_of_appending_stands_for_all_records() {
    let mut bytes = build(&[plain(b"x"), plain(b"y")], &BatchOptions::default());
    let mut header = only(&bytes).header();
    header.attributes |= 8;
    header.max_timestamp = 77;
    header.write(&mut bytes);
    let batch = only(&bytes);
    assert_eq!(batch.timestamp_type(), TimestampType::LogAppendTime);
    for record in RecordIter::new(&batch.header(), batch.body()) {
        assert_eq!(record.unwrap().timestamp, 77);
    }
}

#[test]
fn the_last_header_of_a_name_counts() {
    let bytes = build(
        &[Owned {
            headers: vec![
                ("a".into(), Some(vec![1])),
                ("b".into(), None),
                ("a".into(), Some(vec![2])),
            ],
            ..plain(b"x")
        }],
        &BatchOptions::default(),
    );
    let batch = only(&bytes);
    let record = RecordIter::new(&batch.header(), batch.body())
        .next()
        .unwrap()
        .unwrap();
    let in_order: Vec<_> = record.headers.map(|header| header.name_lossy()).collect();
    assert_eq!(in_order, ["a", "b", "a"], "also those of one name");
    assert_eq!(record.headers.last("a"), Some(Some(&[2][..])));
    assert_eq!(record.headers.last("b"), Some(None));
    assert_eq!(record.headers.last("c"), None);
}

#[test]
fn control_records_say_what_they_are() {
    for kind in [
        ControlType::Abort,
        ControlType::Commit,
        ControlType::Unknown(9),
    ] {
        let marker = Owned {
            key: Some(kind.key().to_vec()),
            ..plain(&[0; 6])
        };
        let options = BatchOptions {
            control: true,
            transactional: true,
            ..BatchOptions::default()
        };
        let bytes = build(&[marker], &options);
        let batch = only(&bytes);
        assert!(batch.is_control() && batch.is_transactional());
        let record = RecordIter::new(&batch.header(), batch.body())
            .next()
            .unwrap()
            .unwrap();
        assert_eq!(ControlType::of(&record).unwrap(), kind);
    }
    let record = Record {
        offset: 4,
        timestamp: 0,
        key: Some(b"\xff\xff\0\0"),
        value: None,
        headers: Headers::default(),
    };
    assert!(matches!(
        ControlType::of(&record),
        Err(RecordError::ControlKey { offset: 4, .. })
    ));
    assert!(
        ControlType::of(&Record {
            key: None,
            ..record
        })
        .is_err()
    );
    assert!(
        ControlType::of(&Record {
            key: Some(b"\0\0\0"),
            ..record
        })
        .is_err()
    );
}

#[test]
fn errors_say_what_was_read_at_which_byte_and_why() {
    let good = build(&[plain(b"x")], &BatchOptions::default());
    let changed = |at: usize, bytes: &[u8]| {
        let mut batch = good.clone();
        batch[at..at + bytes.len()].copy_from_slice(bytes);
        let error = Records::new(&batch).next().unwrap().and_then(|batch| {
            batch.check_crc()?;
            Ok(())
        });
        error.unwrap_err().to_string()
    };
    assert_eq!(
        changed(8, &[0, 0, 0, 20]),
        "batch at offset 0: length (at byte 8): 20 is too small for a header"
    );
    assert_eq!(
        changed(16, &[3]),
        "batch at offset 0: magic (at byte 16): 3 is not 0, 1 or 2"
    );
    assert_eq!(
        changed(21, &[0, 6]),
        "batch at offset 0: compression (at byte 21): 6 is no codec"
    );
    assert_eq!(
        changed(23, &[0xff; 4]),
        "batch at offset 0: last_offset_delta (at byte 23): -1 is below zero"
    );
    assert_eq!(
        changed(57, &[0xff; 4]),
        "batch at offset 0: record_count (at byte 57): -1 is below zero"
    );
    assert!(
        changed(17, &[0; 4]).starts_with("batch at offset 0: crc (at byte 17): the bytes give 0x")
    );
    // A name and a value in the second header that reach too far.
    for (name, value, field) in [(60, 2, "name"), (2, 60, "value")] {
        let record = [
            28, 0, 0, 0, 1, 2, b'x', 4, 2, b'a', 1, name, b'b', value, b'v',
        ];
        let refused = walk_body(&record, 1).unwrap_err().to_string();
        let start = format!("batch at offset 0: record 0: headers[1].{field} (at byte 1");
        assert!(refused.starts_with(&start), "{refused}");
    }
}
