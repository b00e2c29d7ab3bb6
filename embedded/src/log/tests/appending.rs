//! What is appended as it is, what is changed, and what is refused.

use ottla_protocol::records::legacy::{MessageSetBuilder, MessageSetOptions};
use ottla_protocol::records::{BatchMut, RecordBatch, TimestampType};

use super::*;

fn compacted() -> LogConfig {
    LogConfig {
        compact: true,
        delete: false,
        ..LogConfig::default()
    }
}

fn one() -> Vec<u8> {
    batch(&[sent(NOW_MS, "k", "v")], &BatchOptions::default())
}

/// The bytes with other ones in the place of these, and a checksum that is right for them.
fn forged(at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut forged = one();
    forged[at..at + bytes.len()].copy_from_slice(bytes);
    // A change there and back makes the checksum anew.
    let (mut batch, _) = BatchMut::split_first(&mut forged).unwrap().unwrap();
    let max = batch.max_timestamp();
    batch.set_create_time(max + 1);
    drop(batch);
    let (mut batch, _) = BatchMut::split_first(&mut forged).unwrap().unwrap();
    batch.set_create_time(max);
    drop(batch);
    forged
}

#[test]
fn a_batch_is_stored_as_it_came_but_for_its_place() {
    for codec in Compression::ALL {
        let mut bench = Bench::new(LogConfig::default());
        bench.log.lead(7);
        assert_eq!(bench.offset(&one()), Ok(0));
        let records = [sent(NOW_MS, "a", "1"), sent(NOW_MS - 5, "b", "2")];
        let sent = batch(&records, &compressed(codec));
        let appended = bench.send(&sent).unwrap();
        assert_eq!((appended.base_offset, appended.last_offset), (1, 2));
        assert_eq!(appended.log_append_time, -1);
        let stored = bench.log.batches_from(1).next().unwrap();
        let (batch, _) = RecordBatch::split_first(stored).unwrap().unwrap();
        assert_eq!(batch.base_offset(), 1);
        assert_eq!(batch.partition_leader_epoch(), Some(7));
        assert_eq!(stored[16..], sent[16..], "all from the magic on");
        assert_eq!(bench.offsets(), [0, 1, 2]);
    }
}

#[test]
fn the_brokers_time_takes_the_place_of_the_producers() {
    let mut bench = Bench::new(LogConfig {
        timestamp_type: TimestampType::LogAppendTime,
        ..LogConfig::default()
    });
    let appended = bench.send(&batch(
        &[sent(5, "a", "1"), sent(6, "b", "2")],
        &BatchOptions::default(),
    ));
    assert_eq!(appended.unwrap().log_append_time, NOW_MS);
    let batches: Vec<_> = bench.log.batches_from(0).cloned().collect();
    let got = records_of(&batches);
    assert_eq!([got[0].timestamp, got[1].timestamp], [NOW_MS; 2]);
}

#[test]
fn a_topic_of_its_own_codec_writes_the_records_anew() {
    let mut bench = Bench::new(LogConfig {
        compression: Some(Compression::Lz4),
        ..LogConfig::default()
    });
    let records = [sent(NOW_MS, "a", "1"), sent(NOW_MS, "b", "2")];
    for codec in Compression::ALL {
        bench.send(&batch(&records, &compressed(codec))).unwrap();
    }
    let batches: Vec<_> = bench.log.batches_from(0).cloned().collect();
    for bytes in &batches {
        let (batch, _) = RecordBatch::split_first(bytes).unwrap().unwrap();
        assert_eq!(batch.compression(), Compression::Lz4);
    }
    let got = records_of(&batches);
    assert_eq!(got.len(), 10);
    assert_eq!(got[9].offset, 9);
    assert_eq!(got[9].value.as_deref(), Some(&b"2"[..]));
}

/// Each is refused with its code, and the log is as it was.
fn all_refused(cases: &[(&str, Vec<u8>, ErrorCode)]) {
    let mut bench = Bench::new(LogConfig {
        max_message_bytes: 200,
        ..LogConfig::default()
    });
    let before = bench.log.clone();
    for (name, records, code) in cases {
        assert_eq!(bench.offset(records), Err(*code), "{name}");
    }
    assert_eq!(bench.log, before);
}

#[test]
fn bytes_that_are_not_one_sound_batch_are_refused() {
    let changed = |at: usize, bytes: &[u8]| {
        let mut batch = one();
        batch[at..at + bytes.len()].copy_from_slice(bytes);
        batch
    };
    let mut old = Vec::new();
    let mut set = MessageSetBuilder::new(&mut old, MessageSetOptions::default());
    set.append(NOW_MS, Some(b"k"), Some(b"v")).unwrap();
    set.finish(&mut Compressor::new()).unwrap();
    let cut = one()[..one().len() - 1].to_vec();
    let value = "v".repeat(200);
    let large = batch(&[sent(NOW_MS, "k", &value)], &BatchOptions::default());
    let last = one().len() - 1;
    all_refused(&[
        ("nothing", vec![], ErrorCode::INVALID_RECORD),
        ("a cut batch", cut, ErrorCode::INVALID_RECORD),
        (
            "two batches",
            [one(), one()].concat(),
            ErrorCode::INVALID_RECORD,
        ),
        ("an old message set", old, ErrorCode::INVALID_RECORD),
        ("magic 3", changed(16, &[3]), ErrorCode::CORRUPT_MESSAGE),
        (
            "no length",
            changed(8, &[0, 0, 0, 3]),
            ErrorCode::CORRUPT_MESSAGE,
        ),
        (
            "a wrong checksum",
            changed(last, &[9]),
            ErrorCode::CORRUPT_MESSAGE,
        ),
        ("a large batch", large, ErrorCode::MESSAGE_TOO_LARGE),
    ]);
    let mut bench = Bench::new(LogConfig::default());
    let trailing = [one(), vec![0; 9]].concat();
    assert_eq!(bench.offset(&trailing), Ok(0), "bytes behind are let go");
    assert_eq!(bench.log.bytes(), one().len() as u64);
}

#[test]
fn batches_that_no_client_may_write_are_refused() {
    let record = [sent(NOW_MS, "k", "v")];
    let plain = BatchOptions::default();
    let control = BatchOptions {
        control: true,
        ..plain
    };
    let unsequenced = BatchOptions {
        producer_id: 7,
        producer_epoch: 0,
        ..plain
    };
    let elsewhere = BatchOptions {
        base_offset: 5,
        ..plain
    };
    let invalid = [
        ("a control batch", batch(&record, &control)),
        ("no sequence", batch(&record, &unsequenced)),
        ("a base offset", batch(&record, &elsewhere)),
        ("more deltas than records", forged(23, &[0, 0, 0, 1])),
        ("a count beyond the records", forged(57, &[0, 0, 0, 2])),
        ("a record's delta", forged(64, &[4])),
    ];
    for (name, records) in invalid {
        all_refused(&[(name, records, ErrorCode::INVALID_RECORD)]);
    }
    let unreadable = forged(22, &[1]);
    all_refused(&[("gzip", unreadable, ErrorCode::UNKNOWN_SERVER_ERROR)]);
}

#[test]
fn a_batch_larger_than_a_segment_is_refused() {
    let mut bench = Bench::new(LogConfig {
        segment_bytes: 60,
        ..LogConfig::default()
    });
    assert_eq!(bench.offset(&one()), Err(ErrorCode::RECORD_LIST_TOO_LARGE));
}

#[test]
fn a_compacted_topic_names_the_records_without_a_key() {
    let mut bench = Bench::new(compacted());
    let mut records = vec![sent(NOW_MS, "k", "v"); 4];
    records[1].key = None;
    records[3].key = None;
    for codec in Compression::ALL {
        let refusal = bench
            .send(&batch(&records, &compressed(codec)))
            .unwrap_err();
        assert_eq!(refusal.code, ErrorCode::INVALID_RECORD);
        let indexes: Vec<_> = refusal.records.iter().map(|it| it.index).collect();
        assert_eq!(indexes, [1, 3]);
        assert!(refusal.message.is_some());
    }
}

#[test]
fn timestamps_out_of_range_are_refused_where_they_are_the_producers() {
    let mut config = LogConfig {
        timestamp_before_max_ms: 1000,
        timestamp_after_max_ms: 500,
        ..LogConfig::default()
    };
    let with = |timestamp| batch(&[sent(timestamp, "k", "v")], &BatchOptions::default());
    let mut bench = Bench::new(config.clone());
    for timestamp in [NOW_MS - 1000, NOW_MS + 500, -1] {
        assert!(bench.send(&with(timestamp)).is_ok(), "{timestamp}");
    }
    for timestamp in [NOW_MS - 1001, NOW_MS + 501, i64::MIN, i64::MAX] {
        let refusal = bench.send(&with(timestamp)).unwrap_err();
        assert_eq!(refusal.code, ErrorCode::INVALID_TIMESTAMP, "{timestamp}");
        assert_eq!(refusal.records[0].index, 0);
    }
    config.timestamp_type = TimestampType::LogAppendTime;
    bench.log.set_config(config);
    assert!(bench.send(&with(0)).is_ok());
    let own = BatchOptions {
        append_time: Some(NOW_MS),
        ..BatchOptions::default()
    };
    let refused = bench.offset(&batch(&[sent(0, "k", "v")], &own));
    assert_eq!(refused, Err(ErrorCode::INVALID_TIMESTAMP));
}
