//! Time-outs, expiry and operators.

use super::*;

const MINUTE: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_secs(10);

#[test]
fn version_2_fences_a_producer_that_timed_out_but_for_its_abort() {
    let mut script = Script::new();
    script.init().unwrap();
    assert_eq!(
        script.machine.next_deadline(),
        Some(Duration::from_secs(3600))
    );
    script.add((0, 0), 0);
    assert_eq!(script.machine.next_deadline(), Some(LOOK));
    script.wait(MINUTE);
    assert_eq!(
        script.state(),
        TransactionState::Ongoing,
        "not a moment too early"
    );
    script.wait(LOOK);
    assert_eq!(script.state(), TransactionState::PrepareAbort);
    assert_eq!(script.end((0, 0), true), CONCURRENT);
    assert_eq!(script.deliver(), 1);
    // T50: fenced, though there is no other producer.
    assert_eq!(script.add((0, 0), 0), ErrorCode::PRODUCER_FENCED);
    assert_eq!(script.end((0, 0), true), INVALID_STATE);
    assert_eq!(
        script.end((0, 0), false),
        Ok((0, 1)),
        "as if it had asked for it"
    );
    assert_eq!(script.init_again(0, 0), Ok((0, 1)), "KIP-360 leads on");
    assert_eq!(script.add((0, 1), 0), ErrorCode::NONE);
}

#[test]
fn version_1_fences_a_producer_that_timed_out_for_good() {
    let mut script = Script::version_1();
    script.init().unwrap();
    script.add((0, 0), 0);
    script.wait(MINUTE + LOOK);
    let marker = script.machine.take_markers().remove(0);
    assert_eq!((marker.producer_epoch, marker.transaction_version), (1, 0));
    assert_eq!(script.end_in(4, (0, 0), false), FENCED);
    script.machine.confirm(&marker, script.now);
    assert_eq!(script.end_in(4, (0, 0), false), FENCED);
    assert_eq!(script.end_in(4, (0, 0), true), FENCED);
    assert_eq!(script.init_again(0, 0), FENCED);
    assert_eq!(script.init(), Ok((0, 2)));
}

#[test]
fn a_transaction_that_timed_out_at_the_last_epoch_leads_to_another_id() {
    let mut script = Script::new();
    script.init().unwrap();
    script.set_epoch(i16::MAX - 1);
    let last = (0, i16::MAX - 1);
    script.add(last, 0);
    script.wait(MINUTE + LOOK);
    script.deliver();
    assert_eq!(script.end(last, false), Ok((1, 0)));
}

#[test]
fn a_clock_that_jumps_ends_transactions_and_one_that_goes_back_keeps_them() {
    let mut script = Script::new();
    script.init().unwrap();
    script.add((0, 0), 0);
    script.now.wall_ms -= 3_600_000;
    script.wait(MINUTE * 5);
    assert_eq!(script.state(), TransactionState::Ongoing);
    script.now.wall_ms += 3_600_000;
    script.wait(LOOK);
    assert_eq!(script.state(), TransactionState::PrepareAbort);
}

#[test]
fn ids_that_nobody_uses_are_forgotten() {
    let mut script = Script::new();
    script.init().unwrap();
    script.machine.take_records().unwrap();
    let week = Duration::from_secs(7 * 24 * 3600);
    script.wait(week - MINUTE);
    assert_eq!(script.machine.ids.len(), 1);
    script.wait(Duration::from_secs(3600));
    let records = script.machine.take_records().unwrap();
    assert_eq!((records.len(), records[0].value.as_ref()), (1, None));
    assert_eq!(
        script.add((0, 0), 0),
        ErrorCode::INVALID_PRODUCER_ID_MAPPING
    );
    assert_eq!(script.machine.next_deadline(), None);
    assert_eq!(
        script.init(),
        Ok((1, 0)),
        "a new id, since the old one's epochs are forgotten"
    );
}

#[test]
fn an_open_transaction_is_not_forgotten() {
    let mut script = Script::new();
    script.init().unwrap();
    script.add((0, 0), 0);
    script.end((0, 0), true).unwrap();
    script.wait(Duration::from_secs(30 * 24 * 3600));
    assert_eq!(script.state(), TransactionState::PrepareCommit);
}

#[test]
fn an_operator_fences_a_producer() {
    let mut script = Script::new();
    let fence = |script: &mut Script| script.machine.fence_producer(ID, script.now);
    assert_eq!(fence(&mut script), ErrorCode::INVALID_PRODUCER_ID_MAPPING);
    script.init().unwrap();
    assert_eq!(fence(&mut script), ErrorCode::NONE);
    assert_eq!(script.add((0, 0), 0), ErrorCode::PRODUCER_FENCED);
    script.add((0, 1), 0);
    assert_eq!(fence(&mut script), ErrorCode::NONE);
    assert_eq!(fence(&mut script), ErrorCode::CONCURRENT_TRANSACTIONS);
    assert_eq!(script.deliver(), 1);
    script.set_epoch(i16::MAX - 1);
    assert_eq!(fence(&mut script), ErrorCode::NONE);
    assert_eq!(script.add((1, 0), 0), ErrorCode::NONE);
}
