//! EndTxn in both versions of transactions, and the way of the markers.

use super::*;

#[test]
fn version_1_commits_under_the_same_epoch() {
    let mut script = Script::version_1();
    let producer = script.init().unwrap();
    assert_eq!(
        script.end_in(4, producer, true),
        INVALID_STATE,
        "nothing is open"
    );
    assert_eq!(script.end_in(4, producer, false), INVALID_STATE);
    for round in 0..3 {
        assert_eq!(script.add(producer, 0), ErrorCode::NONE);
        assert_eq!(script.add(producer, 1), ErrorCode::NONE);
        assert_eq!(
            script.end_in(4, producer, true),
            Ok(producer),
            "round {round}"
        );
        assert_eq!(script.end_in(4, producer, true), CONCURRENT);
        assert_eq!(script.end_in(4, producer, false), CONCURRENT);
        assert_eq!(script.deliver(), 2);
        assert_eq!(script.state(), TransactionState::CompleteCommit);
        assert_eq!(
            script.end_in(4, producer, true),
            Ok(producer),
            "asked again"
        );
        assert_eq!(script.end_in(4, producer, false), INVALID_STATE);
    }
}

#[test]
fn version_2_raises_the_epoch_with_each_end() {
    let mut script = Script::new();
    let producer = script.init().unwrap();
    script.add(producer, 0);
    assert_eq!(script.end(producer, true), Ok((0, 1)));
    assert_eq!(
        script.end(producer, true),
        CONCURRENT,
        "asked again, too early"
    );
    let marker = script.machine.take_markers().remove(0);
    assert_eq!((marker.producer_epoch, marker.commit), (1, true));
    script.machine.confirm(&marker, script.now);
    assert_eq!(script.end(producer, true), Ok((0, 1)), "asked again");
    assert_eq!(
        script.end(producer, false),
        INVALID_STATE,
        "it is committed"
    );
    assert_eq!(script.add(producer, 0), ErrorCode::PRODUCER_FENCED);

    script.add((0, 1), 0);
    assert_eq!(
        script.end((0, 0), true),
        FENCED,
        "of the transaction before"
    );
    assert_eq!(script.end((0, 1), false), Ok((0, 2)));
    script.deliver();
    assert_eq!(script.end((0, 1), false), Ok((0, 2)), "asked again");
    assert_eq!(script.end((0, 1), true), INVALID_STATE, "it is aborted");
    assert_eq!(script.end((0, 0), true), FENCED);
}

#[test]
fn version_2_aborts_nothing_but_commits_nothing_never() {
    let mut script = Script::new();
    script.init().unwrap();
    assert_eq!(script.end((0, 0), true), INVALID_STATE);
    assert_eq!(script.end((0, 0), false), Ok((0, 1)));
    assert_eq!(script.state(), TransactionState::CompleteAbort);
    assert_eq!(script.deliver(), 0, "no partition, no marker");
    assert_eq!(script.end((0, 0), false), Ok((0, 1)), "asked again");
    assert_eq!(script.end((0, 1), false), Ok((0, 2)), "the next one");
    assert_eq!(script.end((0, 2), true), INVALID_STATE);
    script.add((0, 2), 0);
    script.end((0, 2), true).unwrap();
    script.deliver();
    assert_eq!(script.end((0, 3), true), INVALID_STATE);
    assert_eq!(
        script.end((0, 3), false),
        Ok((0, 4)),
        "nothing, after a commit"
    );
    assert_eq!(script.state(), TransactionState::CompleteAbort);
}

#[test]
fn version_2_goes_on_with_another_id_where_epochs_are_used_up() {
    let mut script = Script::new();
    script.init().unwrap();
    script.set_epoch(i16::MAX - 1);
    let last = (0, i16::MAX - 1);
    script.add(last, 0);
    assert_eq!(script.end(last, true), Ok((1, 0)));
    assert_eq!(script.add((1, 0), 0), ErrorCode::CONCURRENT_TRANSACTIONS);
    let marker = script.machine.unconfirmed().remove(0);
    assert_eq!((marker.producer_id, marker.producer_epoch), (0, i16::MAX));
    script.deliver();
    assert_eq!(script.end(last, true), Ok((1, 0)), "asked again");
    assert_eq!(script.end(last, false), INVALID_STATE);
    assert_eq!(script.add((1, 0), 0), ErrorCode::NONE);
    assert_eq!(script.add(last, 0), ErrorCode::INVALID_PRODUCER_ID_MAPPING);
    assert_eq!(script.end(last, true), OTHER_ID);
}

#[test]
fn who_is_not_the_producer_ends_nothing() {
    let mut script = Script::new();
    assert_eq!(script.end((0, 0), true), OTHER_ID, "no such id");
    script.init().unwrap();
    script.add((0, 0), 0);
    for version in [4, 5] {
        assert_eq!(script.end_in(version, (3, 0), true), OTHER_ID);
        assert_eq!(script.end_in(version, (0, 1), true), FENCED);
        assert_eq!(script.end_in(version, (0, -1), true), FENCED);
    }
    assert_eq!(script.state(), TransactionState::Ongoing);
    let fenced = EndTxnOutcome(Err(ErrorCode::PRODUCER_FENCED));
    let old = ErrorCode::INVALID_PRODUCER_EPOCH.code();
    assert_eq!(fenced.response(1).error_code, old);
    assert_eq!(
        fenced.response(2).error_code,
        ErrorCode::PRODUCER_FENCED.code()
    );
}

#[test]
fn an_end_is_complete_with_the_last_marker() {
    let mut script = Script::new();
    script.init().unwrap();
    for partition in 0..3 {
        script.add((0, 0), partition);
    }
    script.end((0, 0), true).unwrap();
    let markers = script.machine.take_markers();
    assert!(script.machine.take_markers().is_empty());
    let mut confirm = |marker: &Marker| script.machine.confirm(marker, script.now);
    assert_eq!(confirm(&markers[1]), Confirmation::Noted);
    assert_eq!(confirm(&markers[1]), Confirmation::Stale, "twice");
    assert_eq!(confirm(&markers[0]), Confirmation::Noted);
    assert_eq!(script.machine.describe(ID).topics["orders"], [2]);
    assert_eq!(script.machine.unconfirmed(), markers[2..]);
    assert_eq!(script.init(), CONCURRENT, "it hangs");
    let confirmed = script.machine.confirm(&markers[2], script.now);
    assert_eq!(confirmed, Confirmation::Completed);
    assert_eq!(
        script.machine.confirm(&markers[2], script.now),
        Confirmation::Stale
    );
}

#[test]
fn a_coordinator_that_moved_starts_the_markers_over() {
    let mut script = Script::new();
    script.init().unwrap();
    script.add((0, 0), 0);
    script.add((0, 0), 1);
    script.end((0, 0), true).unwrap();
    let old = script.machine.take_markers();
    script.machine.confirm(&old[0], script.now);
    script.machine.elect(script.machine.partition_for(ID), 3, 1);
    let stale = script.machine.confirm(&old[1], script.now);
    assert_eq!(
        stale,
        Confirmation::Stale,
        "the coordinator before asked for it"
    );
    let new = script.machine.unconfirmed();
    assert_eq!(new.len(), 2, "nobody knows what was confirmed");
    assert!(
        new.iter()
            .all(|marker| marker.coordinator_epoch == 1 && marker.commit)
    );
    assert_eq!(script.deliver(), 2);
    assert_eq!(script.state(), TransactionState::CompleteCommit);
    script
        .machine
        .elect((script.machine.partition_for(ID) + 1) % 50, 3, 1);
    assert_eq!(script.deliver(), 0);
}

#[test]
fn a_late_confirmation_is_not_taken_for_that_of_the_next_transaction() {
    let mut script = Script::version_1();
    let producer = script.init().unwrap();
    let end = |script: &mut Script| {
        script.add(producer, 0);
        script.end_in(4, producer, true).unwrap();
        script.machine.take_markers().remove(0)
    };
    let first = end(&mut script);
    script.machine.confirm(&first, script.now);
    let second = end(&mut script);
    assert_eq!(
        script.machine.confirm(&first, script.now),
        Confirmation::Stale
    );
    assert_eq!(script.state(), TransactionState::PrepareCommit);
    assert_eq!(
        script.machine.confirm(&second, script.now),
        Confirmation::Completed
    );
}
