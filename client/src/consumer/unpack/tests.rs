use ottla_protocol::records::legacy::{Magic, MessageSetBuilder, MessageSetOptions};
use ottla_protocol::records::{BatchBuilder, BatchOptions, Compressor};
use proptest::prelude::*;

use super::super::aborted::Aborted;
use super::*;

const SETTINGS: UnpackSettings = UnpackSettings {
    check_crcs: true,
    max_decompressed_bytes: 1 << 20,
};

fn unpacker(position: i64) -> Unpacker {
    let partition = TopicPartition::new("orders", 0);
    Unpacker::new(
        partition,
        TopicId::UNKNOWN,
        Position::at(position),
        SETTINGS,
    )
}

fn fetched(batches: &[Vec<u8>]) -> Fetched {
    Fetched {
        records: batches.concat().into(),
        aborted: Vec::new(),
        bounds: Bounds::UNKNOWN,
        leader_epoch: None,
    }
}

/// A batch of `count` records, each with its offset as value.
fn batch(base_offset: i64, count: i64, compression: Compression) -> Vec<u8> {
    let options = BatchOptions {
        base_offset,
        compression,
        ..BatchOptions::default()
    };
    build(base_offset..base_offset + count, &options)
}

fn transactional(base_offset: i64, count: i64, producer_id: i64) -> Vec<u8> {
    let options = BatchOptions {
        base_offset,
        producer_id,
        producer_epoch: 0,
        base_sequence: 0,
        transactional: true,
        ..BatchOptions::default()
    };
    build(base_offset..base_offset + count, &options)
}

fn marker(base_offset: i64, producer_id: i64, kind: ControlType) -> Vec<u8> {
    let options = BatchOptions {
        base_offset,
        producer_id,
        producer_epoch: 0,
        transactional: true,
        control: true,
        ..BatchOptions::default()
    };
    let mut builder = BatchBuilder::new();
    builder
        .append(0, Some(&kind.key()), Some(&[0; 6]), &[])
        .unwrap();
    builder.finish(&options, &mut Compressor::new()).unwrap()
}

fn build(offsets: std::ops::Range<i64>, options: &BatchOptions) -> Vec<u8> {
    let mut builder = BatchBuilder::new();
    for offset in offsets {
        builder
            .append(0, None, Some(offset.to_string().as_bytes()), &[])
            .unwrap();
    }
    builder.finish(options, &mut Compressor::new()).unwrap()
}

/// What the user sees: offsets and values agree, and each batch's bounds with its records.
fn offsets(batch: &Batch) -> Vec<i64> {
    let offsets: Vec<_> = batch.records().map(|record| record.offset).collect();
    for record in batch {
        assert_eq!(record.value, Some(record.offset.to_string().as_bytes()));
    }
    assert_eq!(batch.record_count(), offsets.len());
    assert_eq!(batch.first_offset(), offsets.first().copied());
    assert_eq!(batch.last_offset(), offsets.last().copied());
    assert!(offsets.iter().all(|offset| *offset < batch.next_offset()));
    offsets
}

fn drain(unpacker: &mut Unpacker) -> Vec<i64> {
    let mut all = Vec::new();
    while let Some(batch) = unpacker.next() {
        all.extend(offsets(&batch.unwrap()));
    }
    all
}

fn compression() -> impl Strategy<Value = Compression> {
    prop_oneof![
        Just(Compression::None),
        Just(Compression::Gzip),
        Just(Compression::Snappy),
        Just(Compression::Lz4),
        Just(Compression::Zstd)
    ]
}

proptest! {
    /// However a log is cut into responses, each record from the start on comes once, in order.
    #[test]
    fn each_record_comes_once(
        shape in prop::collection::vec((1..5_i64, compression()), 1..12),
        start in 0..20_i64,
        reach in 1..4_usize,
        cut in 0..60_usize,
    ) {
        let mut log = Vec::new();
        let mut end = 0;
        for (count, compression) in shape {
            log.push((end + count, batch(end, count, compression)));
            end += count;
        }
        let start = start.min(end);
        let mut unpacker = unpacker(start);
        let mut seen = Vec::new();
        while unpacker.position() < end {
            let holding = log.iter().filter(|(next, _)| *next > unpacker.position());
            let mut bytes: Vec<Vec<u8>> = holding.map(|(_, bytes)| bytes.clone()).take(reach + 1).collect();
            // The last batch of a response may be cut (KIP-74).
            if bytes.len() > reach {
                let last = bytes.pop().unwrap_or_default();
                bytes.push(last[..cut.min(last.len() - 1)].to_vec());
            }
            unpacker.open(fetched(&bytes));
            seen.extend(drain(&mut unpacker));
        }
        prop_assert_eq!(seen, (start..end).collect::<Vec<_>>());
    }

    /// Whatever the bytes: an end or an error, never a panic, never an endless loop.
    #[test]
    fn damaged_bytes_are_found(at in 0..400_usize, change in 1..=255_u8) {
        let mut bytes = batch(0, 20, Compression::None);
        let at = at % bytes.len();
        bytes[at] ^= change;
        let mut unpacker = unpacker(0);
        unpacker.open(fetched(&[bytes]));
        let harmless = (0..8).contains(&at) || (12..16).contains(&at);
        let seen = unpacker.next();
        // Base offset and leader epoch are outside of the checksum: brokers write them.
        if !harmless {
            prop_assert!(!matches!(seen, Some(Ok(_))), "byte {} of the batch", at);
            prop_assert_eq!(unpacker.position(), 0);
        }
    }
}

#[test]
fn records_below_the_position_are_left_out() {
    let mut unpacker = unpacker(7);
    unpacker.open(fetched(&[
        batch(0, 5, Compression::None),
        batch(5, 5, Compression::None),
    ]));
    let first = unpacker.next().unwrap().unwrap();
    assert_eq!(offsets(&first), [7, 8, 9]);
    assert!(unpacker.next().is_none());
    assert_eq!(unpacker.position(), 10);
}

#[test]
fn what_is_not_for_the_user_still_moves_the_position() {
    let mut unpacker = unpacker(0);
    let log = [
        batch(0, 2, Compression::None),
        transactional(2, 3, 7),
        marker(5, 7, ControlType::Abort),
        transactional(6, 1, 7),
        marker(7, 7, ControlType::Commit),
    ];
    unpacker.open(Fetched {
        aborted: vec![Aborted {
            producer_id: 7,
            first_offset: 2,
        }],
        ..fetched(&log)
    });
    let batches: Vec<_> = std::iter::from_fn(|| unpacker.next())
        .map(Result::unwrap)
        .collect();
    let seen: Vec<_> = batches
        .iter()
        .map(|batch| (offsets(batch), batch.next_offset()))
        .collect();
    assert_eq!(seen, [(vec![0, 1], 2), (vec![6], 7), (vec![], 8)]);
    assert!(batches[2].is_empty());
}

#[test]
fn a_bomb_is_refused() {
    let mut builder = BatchBuilder::new();
    builder
        .append(0, None, Some(&vec![0; 3 << 20]), &[])
        .unwrap();
    let options = BatchOptions {
        compression: Compression::Zstd,
        ..BatchOptions::default()
    };
    let bomb = builder.finish(&options, &mut Compressor::new()).unwrap();
    let mut unpacker = unpacker(0);
    unpacker.open(fetched(&[bomb]));
    let error = unpacker.next().unwrap().unwrap_err();
    assert!(matches!(error, RecordError::Codec { .. }), "{error}");
    assert!(unpacker.next().is_none(), "nothing is open after an error");
}

#[test]
fn a_batch_that_is_kept_is_not_written_over() {
    let mut unpacker = unpacker(0);
    let log: Vec<_> = (0..6)
        .map(|at| batch(at * 10, 10, Compression::Lz4))
        .collect();
    unpacker.open(fetched(&log));
    let kept: Vec<_> = std::iter::from_fn(|| unpacker.next())
        .map(Result::unwrap)
        .collect();
    let seen: Vec<_> = kept.iter().flat_map(offsets).collect();
    assert_eq!(seen, (0..60).collect::<Vec<_>>());
}

#[test]
fn the_buffer_is_used_again_once_a_batch_is_dropped() {
    let mut unpacker = unpacker(0);
    let log: Vec<_> = (1..9)
        .map(|at| batch(at * 10, 10, Compression::Lz4))
        .collect();
    unpacker.open(fetched(&log));
    let mut places = std::collections::HashSet::new();
    while let Some(batch) = unpacker.next() {
        let batch = batch.unwrap();
        places.extend(
            batch
                .records()
                .take(1)
                .map(|record| record.value.unwrap().as_ptr()),
        );
    }
    assert_eq!(places.len(), 1, "one buffer serves all 8 batches");
}

#[test]
fn messages_from_before_kafka_0_11_are_read() {
    let old = |base_offset, magic, compression| {
        let options = MessageSetOptions {
            magic,
            compression,
            base_offset,
            append_time: None,
        };
        let mut bytes = Vec::new();
        let mut set = MessageSetBuilder::new(&mut bytes, options);
        for offset in base_offset..base_offset + 5 {
            set.append(7, None, Some(offset.to_string().as_bytes()))
                .unwrap();
        }
        set.finish(&mut Compressor::new()).unwrap();
        bytes
    };
    let mut unpacker = unpacker(3);
    unpacker.open(fetched(&[
        old(0, Magic::V0, Compression::Gzip),
        old(5, Magic::V1, Compression::None),
        old(10, Magic::V1, Compression::Snappy),
        batch(15, 5, Compression::None),
    ]));
    assert_eq!(drain(&mut unpacker), (3..20).collect::<Vec<_>>());
    assert_eq!(unpacker.position(), 20);
}
