//! Sequences, epochs and transactions of producers.

use super::TransactionResult::{Abort, Commit};
use super::*;

#[test]
fn the_last_five_batches_are_told_again_and_older_ones_are_out_of_order() {
    let mut bench = Bench::new(LogConfig::default());
    for sequence in 0..6 {
        let offset = bench.offset(&idempotent(7, 0, 2 * sequence, 2));
        assert_eq!(offset, Ok(2 * i64::from(sequence)));
    }
    for sequence in 1..6 {
        let again = bench.send(&idempotent(7, 0, 2 * sequence, 2)).unwrap();
        assert!(again.duplicate);
        assert_eq!(again.base_offset, 2 * i64::from(sequence));
        assert_eq!(again.last_offset, 2 * i64::from(sequence) + 1);
        assert_eq!(again.log_append_time, NOW_MS);
    }
    let out_of_order = Err(ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER);
    assert_eq!(bench.offset(&idempotent(7, 0, 0, 2)), out_of_order);
    assert_eq!(
        bench.offset(&idempotent(7, 0, 10, 1)),
        out_of_order,
        "half of one"
    );
    assert_eq!(
        bench.offset(&idempotent(7, 0, 13, 1)),
        out_of_order,
        "a gap"
    );
    assert_eq!(bench.log.log_end(), 12);
}

#[test]
fn sequences_wrap_around_to_0() {
    let mut bench = Bench::new(LogConfig::default());
    assert_eq!(bench.offset(&idempotent(7, 0, i32::MAX - 1, 4)), Ok(0));
    let last = |bench: &Bench| bench.log.active_producers().next().unwrap().last_sequence;
    assert_eq!(last(&bench), 1);
    assert!(
        bench
            .send(&idempotent(7, 0, i32::MAX - 1, 4))
            .unwrap()
            .duplicate
    );
    assert_eq!(bench.offset(&idempotent(7, 0, 2, 1)), Ok(4));
    let mut bench = Bench::new(LogConfig::default());
    assert_eq!(bench.offset(&idempotent(7, 0, i32::MAX, 1)), Ok(0));
    assert_eq!(last(&bench), i32::MAX);
    assert_eq!(bench.offset(&idempotent(7, 0, 0, 1)), Ok(1));
}

#[test]
fn a_new_epoch_begins_at_0_and_fences_the_old_one() {
    let mut bench = Bench::new(LogConfig::default());
    assert_eq!(
        bench.offset(&idempotent(7, 3, 40, 1)),
        Ok(0),
        "unknown: anywhere"
    );
    let out_of_order = Err(ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER);
    assert_eq!(bench.offset(&idempotent(7, 4, 41, 1)), out_of_order);
    assert_eq!(bench.offset(&idempotent(7, 4, 0, 1)), Ok(1));
    let fenced = Err(ErrorCode::INVALID_PRODUCER_EPOCH);
    assert_eq!(
        bench.offset(&idempotent(7, 3, 40, 1)),
        fenced,
        "no duplicate either"
    );
    assert_eq!(bench.offset(&idempotent(7, 3, 41, 1)), fenced);
    assert_eq!(
        bench.offset(&idempotent(8, 0, 0, 1)),
        Ok(2),
        "another producer"
    );
}

#[test]
fn a_producer_that_is_forgotten_may_begin_anywhere() {
    let mut bench = Bench::new(LogConfig::default());
    bench.send(&idempotent(7, 0, 0, 1)).unwrap();
    bench.send(&transactional(8, 0, 0)).unwrap();
    bench.log.expire_producers(NOW_MS + 999, 1000);
    assert_eq!(bench.log.active_producers().count(), 2);
    bench.log.expire_producers(NOW_MS + 1000, 1000);
    let left: Vec<_> = bench.log.active_producers().collect();
    assert_eq!(left.len(), 1, "an open transaction is not forgotten");
    assert_eq!(
        (left[0].producer_id, left[0].current_txn_start_offset),
        (8, 1)
    );
    assert_eq!(bench.offset(&idempotent(7, 0, 500, 1)), Ok(2));
}

#[test]
fn deleted_records_leave_their_producers_sequence_known() {
    let mut bench = Bench::new(LogConfig::default());
    bench.send(&idempotent(7, 0, 0, 3)).unwrap();
    assert_eq!(bench.log.delete_records(-1), Ok(3));
    assert!(bench.send(&idempotent(7, 0, 0, 3)).unwrap().duplicate);
    let out_of_order = Err(ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER);
    assert_eq!(bench.offset(&idempotent(7, 0, 5, 1)), out_of_order);
}

#[test]
fn a_transaction_holds_the_last_stable_offset_until_its_marker() {
    let mut bench = Bench::new(LogConfig::default());
    bench.send(&idempotent(1, 0, 0, 1)).unwrap();
    bench.send(&transactional(7, 0, 0)).unwrap();
    bench.send(&transactional(8, 0, 0)).unwrap();
    bench.send(&transactional(7, 0, 1)).unwrap();
    assert!(bench.log.has_open_transaction(7, 0));
    assert!(!bench.log.has_open_transaction(7, 1), "another epoch's");
    assert_eq!(bench.log.last_stable_offset(), 1);
    assert_eq!(bench.end(7, 0, Abort), 4);
    assert_eq!(bench.log.last_stable_offset(), 2);
    assert_eq!(bench.end(8, 0, Commit), 5);
    assert_eq!(bench.log.last_stable_offset(), 6);
    assert_eq!(
        bench.end(8, 0, Commit),
        6,
        "with none open a marker is written all the same"
    );
    let read = bench.log.read(read_all(Isolation::ReadCommitted)).unwrap();
    let aborted = AbortedTransaction {
        producer_id: 7,
        first_offset: 1,
        last_offset: 4,
        last_stable_offset: 2,
    };
    assert_eq!(read.aborted, Some(vec![aborted]));
    let described = bench.log.active_producers().nth(2).unwrap();
    let expected = ActiveProducer {
        producer_id: 8,
        producer_epoch: 0,
        last_sequence: 0,
        last_timestamp: NOW_MS,
        coordinator_epoch: 0,
        current_txn_start_offset: -1,
    };
    assert_eq!(described, expected);
}

#[test]
fn records_outside_of_a_transaction_are_refused_while_one_is_open() {
    let mut bench = Bench::new(LogConfig::default());
    bench.send(&transactional(7, 0, 0)).unwrap();
    let refused = bench.offset(&idempotent(7, 0, 1, 1));
    assert_eq!(refused, Err(ErrorCode::INVALID_TXN_STATE));
    bench.end(7, 0, Commit);
    assert_eq!(bench.offset(&idempotent(7, 0, 1, 1)), Ok(2));
}

#[test]
fn a_transaction_nobody_verified_does_not_begin() {
    let mut bench = Bench::new(LogConfig::default());
    let code = |refusal: Refusal| refusal.code;
    let missing = Verification::Missing;
    let refused = bench
        .send_as(&transactional(7, 0, 0), missing)
        .map_err(code);
    assert_eq!(refused, Err(ErrorCode::INVALID_TXN_STATE));
    bench
        .send_as(&transactional(7, 0, 0), Verification::Disabled)
        .unwrap();
    bench.send_as(&transactional(7, 0, 1), missing).unwrap();
    assert!(
        bench
            .send_as(&transactional(7, 0, 1), missing)
            .unwrap()
            .duplicate
    );
    let refused = bench
        .send_as(&transactional(7, 1, 0), missing)
        .map_err(code);
    assert_eq!(
        refused,
        Err(ErrorCode::INVALID_TXN_STATE),
        "another epoch's"
    );
    bench.end(7, 0, Abort);
    let refused = bench
        .send_as(&transactional(7, 0, 2), missing)
        .map_err(code);
    assert_eq!(refused, Err(ErrorCode::INVALID_TXN_STATE), "late");
}

#[test]
fn transactions_v2_begin_at_0_where_nothing_is_known() {
    let mut bench = Bench::new(LogConfig::default());
    let v2 = Verification::Verified {
        transaction_v2: true,
    };
    let refused = bench.send_as(&transactional(7, 0, 3), v2).unwrap_err();
    assert_eq!(refused.code, ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER);
    bench.send_as(&transactional(7, 0, 0), v2).unwrap();
    bench.send_as(&transactional(7, 0, 1), v2).unwrap();
    assert_eq!(bench.try_end(7, 1, 0, Commit, 2), Ok(2));
    let refused = bench.send_as(&transactional(7, 1, 2), v2).unwrap_err();
    assert_eq!(refused.code, ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER);
    bench.send_as(&transactional(7, 1, 0), v2).unwrap();
}

#[test]
fn a_marker_that_comes_late_is_refused() {
    let mut bench = Bench::new(LogConfig::default());
    bench.send(&transactional(7, 2, 0)).unwrap();
    let fenced = Err(ErrorCode::INVALID_PRODUCER_EPOCH);
    assert_eq!(bench.try_end(7, 1, 5, Commit, 0), fenced);
    assert_eq!(
        bench.try_end(7, 2, 5, Commit, 2),
        fenced,
        "v2 raises the epoch"
    );
    assert_eq!(bench.try_end(7, 3, 5, Commit, 2), Ok(1));
    assert_eq!(bench.try_end(7, 3, 5, Commit, 2), fenced, "once");
    let zombie = Err(ErrorCode::TRANSACTION_COORDINATOR_FENCED);
    assert_eq!(bench.try_end(7, 3, 4, Abort, 0), zombie);
    assert_eq!(bench.try_end(7, 3, 6, Abort, 0), Ok(2));
    assert_eq!(
        bench.offset(&transactional(7, 2, 1)),
        fenced,
        "the marker's epoch fences"
    );
    assert_eq!(bench.log.log_end(), 3);
}

#[test]
fn a_coordinator_writes_without_sequences() {
    let mut bench = Bench::new(LogConfig::default());
    let own = BatchOptions {
        producer_id: 7,
        producer_epoch: 1,
        transactional: true,
        ..BatchOptions::default()
    };
    let own = batch(&[sent(NOW_MS, "group", "offset")], &own);
    let write = |bench: &mut Bench, it| {
        let (now, codecs) = (at(NOW_MS), &mut Codecs::new());
        let appended = bench.log.append(&own, Origin::Coordinator, it, now, codecs);
        appended.map(|it| it.base_offset).map_err(|it| it.code)
    };
    let refused = write(&mut bench, Verification::Missing);
    assert_eq!(refused, Err(ErrorCode::INVALID_TXN_STATE));
    assert_eq!(write(&mut bench, Verification::Disabled), Ok(0));
    assert_eq!(
        write(&mut bench, Verification::Missing),
        Ok(1),
        "no duplicate"
    );
    bench.try_end(7, 2, 0, Commit, 2).unwrap();
    let refused = write(&mut bench, Verification::Disabled);
    assert_eq!(refused, Err(ErrorCode::INVALID_PRODUCER_EPOCH));
}

#[test]
fn markers_beyond_a_held_high_watermark_end_nothing_yet() {
    let mut bench = Bench::new(LogConfig::default());
    bench.send(&transactional(7, 0, 0)).unwrap();
    bench.log.hold_high_watermark(Some(1));
    bench.end(7, 0, Commit);
    bench.send(&idempotent(1, 0, 0, 1)).unwrap();
    let bounds = |log: &PartitionLog| (log.high_watermark(), log.last_stable_offset());
    assert_eq!(bounds(&bench.log), (1, 0));
    bench.log.hold_high_watermark(Some(2));
    assert_eq!(bounds(&bench.log), (2, 2));
    bench.log.hold_high_watermark(None);
    assert_eq!(bounds(&bench.log), (3, 3));
}
