//! Deletion by command, by retention, by compaction, and by an election that went wrong.

use super::TransactionResult::{Abort, Commit};
use super::*;

const DAY_MS: i64 = 24 * 3_600_000;

fn keyed(keys: &str) -> Vec<u8> {
    let records: Vec<_> = keys
        .chars()
        .map(|key| sent(NOW_MS, &key.to_string(), "v"))
        .collect();
    batch(&records, &BatchOptions::default())
}

fn compact(bench: &mut Bench, wall_ms: i64) -> Compacted {
    bench.log.compact(wall_ms, &mut bench.codecs).unwrap()
}

#[test]
fn records_are_deleted_up_to_the_high_watermark() {
    let mut bench = Bench::new(LogConfig::default());
    for _ in 0..4 {
        bench.send(&keyed("abc")).unwrap();
    }
    bench.log.hold_high_watermark(Some(9));
    let out = Err(ErrorCode::OFFSET_OUT_OF_RANGE);
    assert_eq!(bench.log.delete_records(10), out);
    assert_eq!(bench.log.delete_records(-2), out);
    assert_eq!(bench.log.delete_records(4), Ok(4));
    assert_eq!(bench.log.delete_records(2), Ok(4), "never back");
    assert_eq!(
        bench.offsets()[0],
        3,
        "a batch goes when all of it is deleted"
    );
    assert_eq!(bench.log.rewrites(), 1);
    assert_eq!(bench.log.delete_records(-1), Ok(9));
    bench.log.set_config(LogConfig {
        compact: true,
        delete: false,
        ..LogConfig::default()
    });
    assert_eq!(
        bench.log.delete_records(-1),
        Err(ErrorCode::POLICY_VIOLATION)
    );
}

#[test]
fn retention_goes_by_age_and_by_size() {
    let mut bench = Bench::new(LogConfig {
        retention_ms: 5000,
        ..LogConfig::default()
    });
    for age in [9000, 3000, 8000, 0] {
        let record = sent(NOW_MS - age, "k", "v");
        bench
            .send(&batch(&[record], &BatchOptions::default()))
            .unwrap();
    }
    assert_eq!(
        bench.log.apply_retention(NOW_MS),
        1,
        "the third waits for the second"
    );
    let bytes = bench.log.bytes() as i64 / 3;
    bench.log.set_config(LogConfig {
        retention_bytes: bytes + 1,
        ..LogConfig::default()
    });
    assert_eq!(
        bench.log.apply_retention(NOW_MS),
        2,
        "what is left must reach the limit"
    );
    bench.log.hold_high_watermark(Some(3));
    assert_eq!(bench.log.apply_retention(NOW_MS + 8 * DAY_MS), 3);
    bench.log.hold_high_watermark(None);
    bench.log.set_config(LogConfig {
        delete: false,
        ..LogConfig::default()
    });
    assert_eq!(bench.log.apply_retention(i64::MAX), 3);
    bench.log.set_config(LogConfig::default());
    assert_eq!(bench.log.apply_retention(NOW_MS + 8 * DAY_MS), 4);
    assert_eq!((bench.log.log_end(), bench.log.bytes()), (4, 0));
    assert_eq!(bench.offset(&keyed("a")), Ok(4));
}

#[test]
fn compaction_keeps_the_last_record_of_each_key_at_its_offset() {
    for codec in Compression::ALL {
        let mut bench = Bench::new(LogConfig::default());
        for keys in ["abc", "aa", "bd", "x", "e"] {
            let records: Vec<_> = keys
                .chars()
                .map(|key| sent(NOW_MS, &key.to_string(), "v"))
                .collect();
            bench.send(&batch(&records, &compressed(codec))).unwrap();
        }
        let mut keyless = sent(NOW_MS, "", "v");
        keyless.key = None;
        bench
            .send(&batch(
                &[keyless, sent(NOW_MS, "x", "w")],
                &compressed(codec),
            ))
            .unwrap();
        let done = compact(&mut bench, NOW_MS);
        assert_eq!(bench.offsets(), [2, 4, 5, 6, 8, 10]);
        assert_eq!((done.records_removed, done.batches_removed), (5, 1));
        assert_eq!(bench.log.log_end(), 11);
        let read = bench
            .log
            .read(read_all(Isolation::ReadUncommitted))
            .unwrap();
        let span = |bytes: &Bytes| {
            let batch = Records::new(bytes).next().unwrap().unwrap();
            (batch.base_offset(), batch.last_offset())
        };
        let spans: Vec<_> = read.batches.iter().map(span).collect();
        assert_eq!(spans, [(0, 2), (3, 4), (5, 6), (8, 8), (9, 10)]);
        assert_eq!(
            compact(&mut bench, NOW_MS),
            Compacted::default(),
            "nothing more"
        );
    }
}

#[test]
fn deletions_outlive_what_they_delete_by_the_retention() {
    let mut bench = Bench::new(LogConfig::default());
    bench.send(&keyed("ab")).unwrap();
    let deletion = batch(&[tombstone(NOW_MS, "a")], &BatchOptions::default());
    bench.send(&deletion).unwrap();
    bench.send(&keyed("z")).unwrap();
    compact(&mut bench, NOW_MS);
    assert_eq!(bench.offsets(), [1, 2, 3]);
    compact(&mut bench, NOW_MS + DAY_MS - 1);
    assert_eq!(
        bench.offsets(),
        [1, 2, 3],
        "the horizon counts from the first compaction"
    );
    assert_eq!(
        bench.list(-3),
        (1, NOW_MS, 0),
        "timestamps are what they were"
    );
    compact(&mut bench, NOW_MS + DAY_MS);
    assert_eq!(bench.offsets(), [1, 3]);
}

#[test]
fn the_last_batch_stays_to_tell_where_the_log_ends() {
    let mut bench = Bench::new(LogConfig::default());
    let mut keyless = sent(NOW_MS, "", "v");
    keyless.key = None;
    bench.send(&keyed("a")).unwrap();
    bench
        .send(&batch(&[keyless], &BatchOptions::default()))
        .unwrap();
    compact(&mut bench, NOW_MS);
    assert_eq!(bench.offsets(), [0]);
    let last = bench.log.batches_from(1).next().unwrap();
    let last = Records::new(last).next().unwrap().unwrap();
    assert_eq!((last.base_offset(), last.next_offset()), (1, 2));
    assert_eq!((last.record_count(), last.max_timestamp()), (0, NOW_MS));
    assert_eq!(bench.list(-3), (0, NOW_MS, 0), "of a record that is there");
}

#[test]
fn a_marker_stays_as_long_as_a_record_of_its_transaction() {
    let mut bench = Bench::new(LogConfig::default());
    bench.send(&transactional(7, 0, 0)).unwrap();
    bench.end(7, 0, Commit);
    bench.send(&keyed("a")).unwrap();
    bench.log.expire_producers(NOW_MS + DAY_MS, DAY_MS);
    for days in 0..3 {
        compact(&mut bench, NOW_MS + days * DAY_MS);
        assert_eq!(bench.offsets(), [0, 1, 2]);
    }
    bench.send(&keyed("k")).unwrap();
    compact(&mut bench, NOW_MS);
    assert_eq!(bench.offsets(), [1, 2, 3], "seen with its record still");
    compact(&mut bench, NOW_MS);
    compact(&mut bench, NOW_MS + DAY_MS);
    assert_eq!(bench.offsets(), [2, 3]);
}

#[test]
fn compaction_stops_at_what_is_open_or_young() {
    let mut bench = Bench::new(LogConfig {
        min_compaction_lag_ms: 1000,
        ..LogConfig::default()
    });
    bench.send(&keyed("kk")).unwrap();
    bench.send(&transactional(7, 0, 0)).unwrap();
    bench.send(&keyed("k")).unwrap();
    assert_eq!(compact(&mut bench, NOW_MS + 999), Compacted::default());
    compact(&mut bench, NOW_MS + 1000);
    assert_eq!(bench.offsets(), [1, 2, 3]);
    bench.end(7, 0, Commit);
    compact(&mut bench, NOW_MS + 1000);
    assert_eq!(bench.offsets(), [3, 4]);
}

#[test]
fn aborted_records_go_and_their_marker_follows() {
    let mut bench = Bench::new(LogConfig::default());
    bench.send(&transactional(7, 0, 0)).unwrap();
    bench.send(&transactional(7, 0, 1)).unwrap();
    bench.end(7, 0, Abort);
    bench.send(&keyed("a")).unwrap();
    compact(&mut bench, NOW_MS);
    assert_eq!(
        bench.offsets(),
        [2, 3],
        "the aborted key is no last record either"
    );
    let batches: Vec<_> = bench.log.batches_from(0).cloned().collect();
    assert_eq!(
        batches.len(),
        3,
        "the producer's last sequence stays, in an empty batch"
    );
    assert!(bench.send(&transactional(7, 0, 1)).unwrap().duplicate);
    bench.log.expire_producers(NOW_MS + DAY_MS, DAY_MS);
    compact(&mut bench, NOW_MS);
    assert_eq!(bench.log.batches_from(0).count(), 2);
    let read = bench.log.read(read_all(Isolation::ReadCommitted)).unwrap();
    assert_eq!(read.aborted, Some(vec![]));
    compact(&mut bench, NOW_MS);
    compact(&mut bench, NOW_MS + DAY_MS - 1);
    assert_eq!(bench.offsets(), [2, 3]);
    compact(&mut bench, NOW_MS + DAY_MS);
    assert_eq!(bench.offsets(), [3]);
}

#[test]
fn an_unclean_election_takes_the_end_and_what_it_told() {
    let mut bench = Bench::new(LogConfig::default());
    bench.send(&idempotent(1, 0, 0, 2)).unwrap();
    bench.send(&transactional(7, 0, 0)).unwrap();
    bench.send(&idempotent(1, 0, 2, 2)).unwrap();
    bench.end(7, 0, Abort);
    bench.log.truncate_to(9);
    assert_eq!(bench.log.log_end(), 6, "nothing to cut");
    bench.log.truncate_to(5);
    assert_eq!(bench.log.last_stable_offset(), 2, "open again");
    bench.log.truncate_to(4);
    assert_eq!(bench.offsets(), [0, 1, 2], "a batch that is cut goes whole");
    assert_eq!(bench.log.log_end(), 4);
    assert_eq!(
        bench.offset(&idempotent(1, 0, 2, 2)),
        Ok(4),
        "no duplicate any more"
    );
    bench.log.truncate_to(2);
    assert_eq!(bench.log.active_producers().count(), 1);
    bench.log.delete_records(2).unwrap();
    bench.log.truncate_to(1);
    assert_eq!((bench.log.log_start(), bench.log.log_end()), (1, 1));
    bench.log.lead(5);
    assert_eq!(bench.offset(&keyed("a")), Ok(1));
}
