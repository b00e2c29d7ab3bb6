//! A log that is made again of what was written down.

use super::TransactionResult::{Abort, Commit};
use super::*;

fn eventful() -> Bench {
    let mut bench = Bench::new(LogConfig::default());
    bench.send(&idempotent(1, 0, 0, 2)).unwrap();
    bench.send(&transactional(7, 0, 0)).unwrap();
    bench.end(7, 0, Abort);
    bench.log.lead(3);
    bench.send(&transactional(8, 0, 0)).unwrap();
    bench.send(&idempotent(1, 0, 2, 3)).unwrap();
    bench
}

fn batches(log: &PartitionLog) -> Bytes {
    let all: Vec<&[u8]> = log.batches_from(0).map(|bytes| &bytes[..]).collect();
    all.concat().into()
}

fn state(log: &PartitionLog) -> Vec<u8> {
    let mut state = Vec::new();
    log.encode(&mut state);
    state
}

fn again(state: &[u8], batches: &Bytes) -> PartitionLog {
    PartitionLog::decode(state, batches, LogConfig::default()).unwrap()
}

#[test]
fn a_log_without_state_is_learned_from_its_batches() {
    let log = eventful().log;
    assert_eq!(again(&[], &batches(&log)), log);
    let empty = PartitionLog::new(LogConfig::default(), 0);
    assert_eq!(again(&[], &Bytes::new()), empty);
}

#[test]
fn a_state_that_lags_behind_is_made_good_by_the_batches() {
    let mut bench = eventful();
    bench.log.delete_records(3).unwrap();
    let old = state(&bench.log);
    bench.send(&transactional(8, 0, 1)).unwrap();
    bench.end(8, 0, Abort);
    assert_eq!(again(&old, &batches(&bench.log)), bench.log);
    bench.log.delete_records(-1).unwrap();
    let old = state(&bench.log);
    assert_eq!(again(&old, &Bytes::new()), bench.log, "all deleted");
    bench.send(&idempotent(1, 0, 5, 1)).unwrap();
    assert_eq!(again(&old, &batches(&bench.log)), bench.log);
}

/// A kill between the two files leaves the state ahead.
#[test]
fn batches_that_the_state_knows_to_be_deleted_are_passed_over() {
    let mut bench = eventful();
    bench.end(8, 0, Abort);
    let old = batches(&bench.log);
    for before in [3, -1] {
        bench.log.delete_records(before).unwrap();
        let again = again(&state(&bench.log), &old);
        assert_eq!(again, bench.log, "deleted before {before}");
    }
}

#[test]
fn what_was_aborted_stays_so_where_only_the_state_knows_of_a_compaction() {
    let mut bench = Bench::new(LogConfig {
        compact: true,
        ..LogConfig::default()
    });
    for (sequence, result) in [(0, Abort), (1, Commit)] {
        bench.send(&transactional(7, 0, sequence)).unwrap();
        bench.end(7, 0, result);
    }
    bench.send(&idempotent(1, 0, 0, 2)).unwrap();
    let (old, aborted) = (batches(&bench.log), bench.log.aborted.clone());
    assert_eq!(aborted.list().len(), 1);
    // The marker outlives its records by a day.
    for days in 0..4 {
        let at = NOW_MS + days * 86_400_000;
        bench.log.compact(at, &mut bench.codecs).unwrap();
    }
    assert!(bench.log.aborted.list().is_empty());
    let again = again(&state(&bench.log), &old);
    assert_eq!(again.aborted, aborted);
    assert_eq!(again.log_end(), bench.log.log_end());
    let known: Vec<_> = again.active_producers().collect();
    assert_eq!(known, bench.log.active_producers().collect::<Vec<_>>());
}

#[test]
fn batches_end_with_the_first_that_is_damaged() {
    let log = eventful().log;
    let whole = batches(&log);
    let mut shorter = log.clone();
    shorter.truncate_to(5);
    let cut = again(&state(&log), &whole.slice(..whole.len() - 1));
    assert_eq!(cut.log_end(), 5);
    assert_eq!(batches(&cut), batches(&shorter));
    assert_eq!(cut.last_stable_offset(), 4);
    let known: Vec<_> = cut.active_producers().map(|it| it.last_sequence).collect();
    assert_eq!(known, [1, 0, 0], "no sequence of what is lost");
}

#[test]
fn bytes_that_are_no_state_are_refused() {
    let log = eventful().log;
    let (state, batches) = (state(&log), batches(&log));
    let config = LogConfig::default;
    for end in 1..state.len() {
        let cut = PartitionLog::decode(&state[..end], &batches, config());
        assert_eq!(cut, Err(Damaged), "{end}");
    }
    let longer = [&state[..], &[0]].concat();
    assert_eq!(
        PartitionLog::decode(&longer, &batches, config()),
        Err(Damaged)
    );
    let mut other = state;
    other[0] = 9;
    assert_eq!(
        PartitionLog::decode(&other, &batches, config()),
        Err(Damaged)
    );
}
