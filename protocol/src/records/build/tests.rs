//! What is built is what was asked for, wherever it is built, and whatever it is split into.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::super::compress::tests::codec;
use super::super::{
    CodecError, DEFAULT_DECOMPRESSED_LIMIT, Decompressor, RecordBatch, RecordError, Records,
    TimestampType,
};
use super::*;

/// A record by value: offset, timestamp, key, value, headers.
type Read = (
    i64,
    i64,
    Option<Vec<u8>>,
    Option<Vec<u8>>,
    Vec<(Vec<u8>, Option<Vec<u8>>)>,
);

#[derive(Clone, Debug)]
struct Sent {
    gap: i32,
    timestamp: i64,
    key: Option<Vec<u8>>,
    value: Option<Vec<u8>>,
    headers: Vec<(Vec<u8>, Option<Vec<u8>>)>,
}

impl Sent {
    fn headers(&self) -> Vec<Header<'_>> {
        let pairs = self.headers.iter();
        pairs
            .map(|(name, value)| Header {
                name,
                value: value.as_deref(),
            })
            .collect()
    }
}

fn sent() -> impl Strategy<Value = Vec<Sent>> {
    let bytes = |most: usize| option::weighted(0.8, vec(any::<u8>(), 0..most));
    let timestamp = prop_oneof![
        9 => 1_700_000_000_000..1_700_000_100_000i64,
        1 => any::<i64>(),
    ];
    let gap = prop_oneof![9 => Just(0), 1 => 1..300i32];
    let headers = vec((vec(any::<u8>(), 0..9), bytes(20)), 0..3);
    // Around the lengths where a varint grows.
    let value = prop_oneof![bytes(300), bytes(20)];
    let one = (gap, timestamp, bytes(70), value, headers).prop_map(
        |(gap, timestamp, key, value, headers)| Sent {
            gap,
            timestamp,
            key,
            value,
            headers,
        },
    );
    vec(one, 1..40)
}

/// Appends all to `$batch`, its exact size checked at each step; gives what is to be read of them.
macro_rules! append_all {
    ($batch:expr, $sent:expr) => {{
        let mut expected: Vec<Read> = Vec::new();
        let mut delta = -1;
        for record in $sent {
            delta += 1 + record.gap;
            let (key, value) = (record.key.as_deref(), record.value.as_deref());
            let headers = record.headers();
            let before = $batch.len();
            $batch
                .append_at(delta, record.timestamp, key, value, &headers)
                .unwrap();
            assert!($batch.len() - before <= BatchBuilder::most_bytes(key, value, &headers));
            let (key, value) = (record.key.clone(), record.value.clone());
            let headers = record.headers.clone();
            expected.push((delta.into(), record.timestamp, key, value, headers));
        }
        expected
    }};
}

fn read(batch: &RecordBatch<'_>) -> Vec<Read> {
    batch.check_crc().unwrap();
    let mut buffer = Vec::new();
    batch
        .records(
            &mut Decompressor::new(),
            DEFAULT_DECOMPRESSED_LIMIT,
            &mut buffer,
        )
        .unwrap()
        .map(|record| {
            let record = record.unwrap();
            let owned = |bytes: Option<&[u8]>| bytes.map(<[u8]>::to_vec);
            let headers = record.headers.map(|h| (h.name.to_vec(), owned(h.value)));
            (
                record.offset,
                record.timestamp,
                owned(record.key),
                owned(record.value),
                headers.collect(),
            )
        })
        .collect()
}

fn only(bytes: &[u8]) -> RecordBatch<'_> {
    let (batch, rest) = RecordBatch::split_first(bytes).unwrap().unwrap();
    assert!(rest.is_empty());
    batch
}

fn split_all(bytes: &[u8], most_bytes: usize) -> Vec<Vec<u8>> {
    split(
        &only(bytes),
        most_bytes,
        DEFAULT_DECOMPRESSED_LIMIT,
        &mut Decompressor::new(),
        &mut Compressor::new(),
    )
    .unwrap()
}

proptest! {
    #[test]
    fn a_batch_is_the_same_wherever_it_is_built(sent in sent(), compression in codec(), front in vec(any::<u8>(), 0..9)) {
        let options = BatchOptions { compression, ..BatchOptions::default() };
        let mut compressor = Compressor::new();
        let mut builder = BatchBuilder::new();
        let expected = append_all!(builder, &sent);
        let plain = builder.len();
        let alone = builder.finish(&options, &mut compressor)?;
        if compression == Compression::None {
            prop_assert_eq!(alone.len(), plain, "exact as it grew");
        }
        prop_assert_eq!(read(&only(&alone)), expected);

        let mut frame = front.clone();
        let mut writer = BatchWriter::new(&mut frame);
        append_all!(writer, &sent);
        prop_assert_eq!(writer.len(), plain);
        let header = writer.finish(&options, &mut compressor)?;
        prop_assert_eq!(header, only(&alone).header());
        append_all!(builder, &sent);
        builder.finish_into(&mut frame, &options, &mut compressor)?;
        prop_assert_eq!(frame, [front, alone.clone(), alone].concat());
        prop_assert_eq!(builder.record_count(), 0, "and begins anew");
    }

    #[test]
    fn pieces_hold_all_records_in_batches_small_enough(
        sent in sent(),
        compression in codec(),
        most_bytes in 61..3000usize,
        base_sequence in prop_oneof![Just(-1), 0..=i32::MAX],
    ) {
        let options = BatchOptions {
            compression,
            producer_id: 7,
            producer_epoch: 2,
            base_sequence,
            transactional: true,
            ..BatchOptions::default()
        };
        let mut builder = BatchBuilder::new();
        let expected = append_all!(builder, &sent);
        let whole = builder.finish(&options, &mut Compressor::new())?;

        let mut seen = Vec::new();
        for piece in split_all(&whole, most_bytes) {
            let batch = only(&piece);
            prop_assert!(piece.len() <= most_bytes || batch.record_count() == 1);
            prop_assert_eq!((batch.base_offset(), batch.compression()), (0, compression));
            prop_assert_eq!((batch.producer_id(), batch.producer_epoch()), (7, 2));
            prop_assert!(batch.is_transactional());
            let from = expected[seen.len()].0;
            let sequence = match base_sequence {
                -1 => -1,
                base => ((i64::from(base) + from) % (1 << 31)) as i32,
            };
            prop_assert_eq!(batch.base_sequence(), sequence);
            let records = read(&batch);
            prop_assert_eq!(Some(batch.max_timestamp()), records.iter().map(|record| record.1).max());
            seen.extend(records.into_iter().map(|mut record| {
                record.0 += from;
                record
            }));
        }
        prop_assert_eq!(seen, expected);
    }
}

proptest! {
    /// `append` writes usual records by another way than `append_at`: nobody can tell which it was.
    #[test]
    fn both_ways_of_appending_write_the_same(sent in sent(), long in 8100..8300usize) {
        let mut sent = sent;
        // About where a record's length begins to take three bytes.
        sent[0].value = Some(vec![7; long]);
        sent.push(sent[0].clone());
        let (mut short, mut any) = (BatchBuilder::new(), BatchBuilder::new());
        for (delta, record) in (0..).zip(&sent) {
            let (key, value) = (record.key.as_deref(), record.value.as_deref());
            let headers = record.headers();
            short.append(record.timestamp, key, value, &headers)?;
            any.append_at(delta, record.timestamp, key, value, &headers)?;
            prop_assert_eq!(short.len(), any.len());
        }
        let options = BatchOptions::default();
        let mut compressor = Compressor::new();
        prop_assert_eq!(short.finish(&options, &mut compressor)?, any.finish(&options, &mut compressor)?);
    }
}

/// One batch of records of a byte each, with some options.
/// The numbers of a record change their length, its bytes the way they are copied: at each of these lengths.
#[test]
fn records_of_all_short_shapes_are_written_the_same_both_ways() {
    let lengths = (0..=260).chain(8150..8200);
    let values: Vec<Vec<u8>> = lengths
        .map(|length| (0..length).map(|n| n as u8).collect())
        .collect();
    let keys = [
        None,
        Some(&[][..]),
        Some(&[1; 5]),
        Some(&[2; 63]),
        Some(&[3; 64]),
    ];
    for (timestamp, key) in [0, 63, 64, -64, -65]
        .into_iter()
        .flat_map(|it| keys.map(|key| (it, key)))
    {
        // From either the offsets of some values take one byte, and those of the others two.
        for first in [0, 63] {
            let (mut short, mut any) = (BatchBuilder::new(), BatchBuilder::new());
            for builder in [&mut short, &mut any] {
                builder.append_at(first, 0, None, None, &[]).unwrap();
            }
            for (offset_delta, value) in (first + 1..).zip(values.iter().map(Some).chain([None])) {
                let value = value.map(|value| &value[..]);
                short.append(timestamp, key, value, &[]).unwrap();
                any.append_at(offset_delta, timestamp, key, value, &[])
                    .unwrap();
                assert_eq!(short.len(), any.len());
            }
            let (options, mut compressor) = (BatchOptions::default(), Compressor::new());
            let [short, any] =
                [&mut short, &mut any].map(|it| it.finish(&options, &mut compressor));
            assert_eq!(short.unwrap(), any.unwrap());
        }
    }
}

fn batch(options: &BatchOptions) -> Vec<u8> {
    let mut builder = BatchBuilder::new();
    for time in [30, 10, 20] {
        builder.append(time, None, Some(b"x"), &[]).unwrap();
    }
    builder.finish(options, &mut Compressor::new()).unwrap()
}

fn times(batch: &RecordBatch<'_>) -> Vec<i64> {
    read(batch).into_iter().map(|record| record.1).collect()
}

#[test]
fn pieces_are_not_smaller_than_need_be() {
    let mut builder = BatchBuilder::new();
    for _ in 0..1000 {
        builder.append(0, None, Some(&[b'x'; 100]), &[]).unwrap();
    }
    let whole = builder
        .finish(&BatchOptions::default(), &mut Compressor::new())
        .unwrap();
    let pieces = split_all(&whole, whole.len().div_ceil(4) + 61);
    assert_eq!(pieces.len(), 4);
    assert_eq!(split_all(&whole, whole.len()), [whole]);
}

#[test]
fn a_broker_says_what_only_brokers_know() {
    let options = BatchOptions {
        base_offset: 500,
        partition_leader_epoch: Some(9),
        append_time: Some(77),
        control: true,
        last_offset_delta: Some(6),
        ..BatchOptions::default()
    };
    let bytes = batch(&options);
    let read = only(&bytes);
    assert_eq!(read.partition_leader_epoch(), Some(9));
    assert_eq!(read.timestamp_type(), TimestampType::LogAppendTime);
    assert_eq!((read.base_timestamp(), read.max_timestamp()), (30, 77));
    assert_eq!((read.last_offset(), read.record_count()), (506, 3));
    assert!(read.is_control());
    assert_eq!(times(&read), [77, 77, 77]);
}

#[test]
fn a_delete_horizon_leaves_the_times_as_they_are() {
    let mut builder = BatchBuilder::new();
    builder.set_delete_horizon(1_000_000).unwrap();
    builder.append(30, Some(b"k"), None, &[]).unwrap();
    builder.append(20, Some(b"l"), None, &[]).unwrap();
    let late = builder.set_delete_horizon(5);
    assert!(matches!(
        late,
        Err(BuildError::NotEmpty { record_count: 2 })
    ));
    let bytes = builder
        .finish(&BatchOptions::default(), &mut Compressor::new())
        .unwrap();
    let read = only(&bytes);
    assert_eq!(read.delete_horizon(), Some(1_000_000));
    assert_eq!(read.max_timestamp(), 30);
    assert_eq!(times(&read), [30, 20]);
    let pieces = split_all(&bytes, 0);
    assert_eq!(pieces.len(), 2);
    assert_eq!(only(&pieces[1]).delete_horizon(), Some(1_000_000));
    assert_eq!(times(&only(&pieces[1])), [20]);
}

#[test]
fn compaction_may_leave_gaps_and_nothing() {
    let options = BatchOptions {
        base_offset: 100,
        last_offset_delta: Some(9),
        compression: Compression::Gzip,
        ..BatchOptions::default()
    };
    let mut builder = BatchBuilder::new();
    let emptied = builder.finish(&options, &mut Compressor::new()).unwrap();
    assert_eq!(emptied.len(), 61);
    let read_back = only(&emptied);
    assert_eq!(
        (read_back.record_count(), read_back.next_offset()),
        (0, 110)
    );
    assert_eq!(read_back.compression(), Compression::None);
    assert!(read(&read_back).is_empty());
    assert!(split_all(&emptied, 0).is_empty());

    for delta in [2, 7] {
        builder.append_at(delta, 0, None, Some(b"x"), &[]).unwrap();
    }
    for delta in [7, 3, -1] {
        let refused = builder.append_at(delta, 0, None, None, &[]);
        assert!(matches!(
            refused,
            Err(BuildError::OffsetDelta { after: 7, .. })
        ));
    }
    let plain = BatchOptions {
        compression: Compression::None,
        ..options
    };
    let too_low = BatchOptions {
        last_offset_delta: Some(6),
        ..plain
    };
    assert!(builder.finish(&too_low, &mut Compressor::new()).is_err());
    let bytes = builder.finish(&plain, &mut Compressor::new()).unwrap();
    let offsets: Vec<_> = read(&only(&bytes)).into_iter().map(|read| read.0).collect();
    assert_eq!(offsets, [102, 107]);
    assert_eq!(only(&bytes).next_offset(), 110);
}

#[test]
fn what_is_not_finished_leaves_nothing() {
    let mut frame = b"before".to_vec();
    let mut writer = BatchWriter::new(&mut frame);
    writer.append(0, None, Some(b"x"), &[]).unwrap();
    drop(writer);
    assert_eq!(frame, b"before");
    let empty =
        BatchWriter::new(&mut frame).finish(&BatchOptions::default(), &mut Compressor::new());
    assert!(matches!(empty, Err(BuildError::Empty)));
    let mut builder = BatchBuilder::new();
    let empty = builder.finish_into(&mut frame, &BatchOptions::default(), &mut Compressor::new());
    assert!(matches!(empty, Err(BuildError::Empty)));
    assert_eq!(frame, b"before");
}

#[test]
fn a_batch_that_can_not_be_read_is_not_split() {
    let mut bytes = batch(&BatchOptions::default());
    let last = bytes.len() - 1;
    bytes[last] = 9;
    let refused = split(
        &only(&bytes),
        100,
        100,
        &mut Decompressor::new(),
        &mut Compressor::new(),
    );
    assert!(matches!(
        refused,
        Err(BuildError::Unreadable(RecordError::Record { index: 2, .. }))
    ));
    if Compression::Gzip.is_available() {
        let options = BatchOptions {
            compression: Compression::Gzip,
            ..BatchOptions::default()
        };
        let bytes = batch(&options);
        let refused = split(
            &only(&bytes),
            100,
            2,
            &mut Decompressor::new(),
            &mut Compressor::new(),
        );
        assert!(matches!(
            refused,
            Err(BuildError::Unreadable(RecordError::Codec {
                at: 61,
                source: CodecError::TooLarge { limit: 2, .. },
                ..
            }))
        ));
    }
}

#[test]
fn old_messages_are_split_into_new_batches() {
    use super::super::legacy::{MessageSetBuilder, MessageSetOptions};
    let mut bytes = Vec::new();
    let mut set = MessageSetBuilder::new(&mut bytes, MessageSetOptions::default());
    set.append(5, Some(b"k"), Some(b"v")).unwrap();
    set.finish(&mut Compressor::new()).unwrap();
    let [piece] = split_all(&bytes, 1000).try_into().unwrap();
    assert_eq!(Records::new(&piece).count(), 1);
    assert_eq!(only(&piece).magic(), 2);
    assert_eq!(times(&only(&piece)), [5]);
}
