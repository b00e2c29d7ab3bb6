//! What a fetch, a listing of offsets and a question for an epoch are answered.

use super::TransactionResult::Abort;
use super::*;

/// Ten records, one a batch, their timestamps a second apart.
fn ten() -> Bench {
    let mut bench = Bench::new(LogConfig::default());
    for at in 0..10 {
        let record = sent(NOW_MS - 9000 + 1000 * at, &format!("k{at}"), "v");
        bench
            .send(&batch(&[record], &BatchOptions::default()))
            .unwrap();
    }
    bench
}

fn from(offset: i64) -> ReadFrom {
    ReadFrom {
        offset,
        ..read_all(Isolation::ReadUncommitted)
    }
}

fn offsets(read: &Read) -> Vec<i64> {
    let records = records_of(&read.batches);
    records.into_iter().map(|record| record.offset).collect()
}

#[test]
fn a_read_ends_where_it_is_full_but_holds_one_batch_if_it_must() {
    let bench = ten();
    let bytes = bench.log.bytes() as usize / 10;
    let read = |max_bytes, at_least_one| {
        let from = ReadFrom {
            max_bytes,
            at_least_one,
            ..from(4)
        };
        offsets(&bench.log.read(from).unwrap())
    };
    assert_eq!(read(3 * bytes, false), [4, 5, 6]);
    assert_eq!(read(3 * bytes - 1, false), [4, 5]);
    assert_eq!(read(1, true), [4]);
    assert_eq!(read(1, false), [0_i64; 0]);
    assert_eq!(read(usize::MAX, false), [4, 5, 6, 7, 8, 9]);
}

#[test]
fn offsets_beyond_the_log_are_out_of_range() {
    let mut bench = ten();
    bench.log.delete_records(3).unwrap();
    let out = Err(ErrorCode::OFFSET_OUT_OF_RANGE);
    for offset in [-1, 2, 11, i64::MAX] {
        assert_eq!(bench.log.read(from(offset)), out, "{offset}");
    }
    assert_eq!(bench.log.read(from(3)).unwrap().batches.len(), 7);
    let end = bench.log.read(from(10)).unwrap();
    assert_eq!(
        (end.batches.len(), end.log_start_offset, end.high_watermark),
        (0, 3, 10)
    );
    bench.log.hold_high_watermark(Some(5));
    let held = bench.log.read(from(8)).unwrap();
    assert_eq!(
        (held.batches.len(), held.high_watermark),
        (0, 5),
        "no error"
    );
    assert_eq!(offsets(&bench.log.read(from(3)).unwrap()), [3, 4]);
}

#[test]
fn a_reader_of_committed_records_is_told_only_what_overlaps() {
    let mut bench = Bench::new(LogConfig::default());
    for round in 0..3 {
        bench.send(&transactional(7, 0, round)).unwrap();
        bench.end(7, 0, Abort);
    }
    bench.send(&transactional(8, 0, 0)).unwrap();
    bench.send(&idempotent(9, 0, 0, 1)).unwrap();
    let aborted = |offset, max_bytes| {
        let from = ReadFrom {
            offset,
            max_bytes,
            ..read_all(Isolation::ReadCommitted)
        };
        let read = bench.log.read(from).unwrap();
        let aborted = read.aborted.iter().flatten();
        let firsts: Vec<_> = aborted.map(|it| it.first_offset).collect();
        (offsets(&read), firsts)
    };
    assert_eq!(
        aborted(0, usize::MAX),
        (vec![0, 1, 2, 3, 4, 5], vec![0, 2, 4])
    );
    assert_eq!(aborted(0, 1), (vec![0], vec![0]));
    assert_eq!(aborted(1, 1), (vec![1], vec![0]), "its marker");
    assert_eq!(aborted(3, usize::MAX), (vec![3, 4, 5], vec![2, 4]));
    assert_eq!(aborted(6, usize::MAX), (vec![], vec![]), "open");
    let all = bench.log.read(from(0)).unwrap();
    assert_eq!((all.batches.len(), all.aborted), (8, None));
}

#[test]
fn requests_of_another_leadership_are_fenced() {
    let mut bench = ten();
    bench.log.lead(4);
    bench.log.lead(3);
    assert_eq!(bench.log.leader_epoch(), 4, "never back");
    for (epoch, code) in [
        (3, Some(ErrorCode::FENCED_LEADER_EPOCH)),
        (4, None),
        (5, Some(ErrorCode::UNKNOWN_LEADER_EPOCH)),
    ] {
        let current_leader_epoch = Some(epoch);
        let from = ReadFrom {
            current_leader_epoch,
            ..from(0)
        };
        assert_eq!(bench.log.read(from).err(), code);
        let it = Isolation::ReadUncommitted;
        let listed = bench
            .log
            .list_offset(-1, it, current_leader_epoch, &mut bench.codecs);
        assert_eq!(listed.err(), code);
        let end = bench.log.offset_for_leader_epoch(0, current_leader_epoch);
        assert_eq!(end.err(), code);
    }
}

#[test]
fn a_reader_that_has_what_was_cut_off_is_told_where_the_logs_part() {
    let mut bench = ten();
    bench.log.truncate_to(6);
    bench.log.lead(2);
    bench.send(&idempotent(1, 0, 0, 4)).unwrap();
    let parted = EpochEnd {
        leader_epoch: 0,
        end_offset: 6,
    };
    assert_eq!(bench.log.offset_for_leader_epoch(0, None), Ok(parted));
    assert_eq!(bench.log.offset_for_leader_epoch(1, None), Ok(parted));
    let read = |offset, last_fetched_epoch| {
        bench.log.read(ReadFrom {
            last_fetched_epoch: Some(last_fetched_epoch),
            ..from(offset)
        })
    };
    let diverged = read(8, 0).unwrap();
    assert_eq!(
        (diverged.diverging, diverged.batches.len()),
        (Some(parted), 0)
    );
    assert_eq!(read(5, 1).unwrap().diverging, Some(parted));
    assert_eq!(read(6, 0).unwrap().diverging, None);
    assert_eq!(offsets(&read(6, 0).unwrap()), [6, 7, 8, 9]);
    assert_eq!(read(8, 2).unwrap().diverging, None);
    assert_eq!(
        read(8, 3),
        Err(ErrorCode::OFFSET_OUT_OF_RANGE),
        "an epoch of the future"
    );
}

#[test]
fn epochs_that_were_cut_off_are_forgotten() {
    let mut bench = ten();
    bench.log.lead(2);
    bench.send(&idempotent(1, 0, 0, 1)).unwrap();
    let end = |bench: &Bench, epoch| {
        let end = bench.log.offset_for_leader_epoch(epoch, None).unwrap();
        (end.leader_epoch, end.end_offset)
    };
    assert_eq!((end(&bench, 0), end(&bench, 2)), ((0, 10), (2, 11)));
    bench.log.truncate_to(6);
    assert_eq!((end(&bench, 0), end(&bench, 2)), ((0, 6), (-1, -1)));
    bench.log.lead(3);
    assert_eq!((end(&bench, 2), end(&bench, 3)), ((0, 6), (3, 6)));
    bench.log.delete_records(-1).unwrap();
    assert_eq!(end(&bench, 0), (0, 6));
}

#[test]
fn offsets_are_listed_by_name_and_by_time() {
    let mut bench = ten();
    bench.log.lead(3);
    assert_eq!(bench.list(-2), (0, -1, 0));
    assert_eq!(bench.list(-1), (10, -1, 3));
    assert_eq!(bench.list(-3), (9, NOW_MS, 0));
    assert_eq!(bench.list(-4), (0, -1, 0));
    assert_eq!(bench.list(-5), (-1, -1, -1));
    assert_eq!(bench.list(-6), (-1, -1, -1));
    assert_eq!(bench.list(0), (0, NOW_MS - 9000, 0));
    assert_eq!(bench.list(NOW_MS - 3500), (6, NOW_MS - 3000, 0));
    assert_eq!(bench.list(NOW_MS + 1), (-1, -1, -1));
    bench.log.delete_records(8).unwrap();
    assert_eq!(bench.list(-2), (8, -1, 0));
    assert_eq!(bench.list(0), (8, NOW_MS - 1000, 0));
}

#[test]
fn listed_offsets_stay_below_what_the_reader_may_see() {
    let mut bench = ten();
    bench.send(&transactional(7, 0, 0)).unwrap();
    let mut list = |timestamp, it| {
        let found = bench
            .log
            .list_offset(timestamp, it, None, &mut bench.codecs);
        found.unwrap().offset
    };
    let (all, committed) = (Isolation::ReadUncommitted, Isolation::ReadCommitted);
    assert_eq!((list(-1, all), list(-1, committed)), (11, 10));
    assert_eq!(
        (list(-3, all), list(-3, committed)),
        (9, 9),
        "the first that is so young"
    );
    let mut bench = Bench::new(LogConfig::default());
    assert_eq!(bench.list(-3), (-1, -1, -1));
    assert_eq!(bench.list(-1), (0, -1, 0));
    assert_eq!(bench.list(-2), (0, -1, 0));
}

#[test]
fn a_leader_that_has_not_caught_up_lists_only_what_it_knows() {
    let mut bench = ten();
    bench.log.hold_high_watermark(Some(4));
    bench.log.lead(1);
    let mut list = |timestamp| {
        let it = Isolation::ReadUncommitted;
        let found = bench
            .log
            .list_offset(timestamp, it, None, &mut bench.codecs);
        found.map(|found| found.offset)
    };
    let unknown = Err(ErrorCode::OFFSET_NOT_AVAILABLE);
    assert_eq!(list(-1), unknown);
    assert_eq!(list(NOW_MS), unknown);
    assert_eq!(list(NOW_MS - 7000), Ok(2));
    assert_eq!(list(-2), Ok(0));
}
