//! InitProducerId.

use super::*;

fn asks(transactional_id: Option<&str>, timeout_ms: i32) -> InitProducerId<'_> {
    InitProducerId {
        transactional_id,
        timeout_ms,
        expected: ProducerIdAndEpoch::NONE,
        enable_2pc: false,
        keep_prepared_txn: false,
    }
}

#[test]
fn idempotent_producers_get_ids_of_their_own() {
    let mut script = Script::new();
    assert_eq!(script.init_as(asks(None, 0)), Ok((0, 0)));
    assert_eq!(script.init_as(asks(None, -5)), Ok((1, 0)));
    let other_broker = script
        .machine
        .init_producer_id(asks(None, 0), 2, script.now);
    assert_eq!(other_broker.0.unwrap().producer_id, 1000);
    assert_eq!(
        script.machine.next_deadline(),
        None,
        "nothing is kept of them"
    );
}

#[test]
fn each_start_of_a_transactional_producer_raises_the_epoch() {
    let mut script = Script::new();
    assert_eq!(script.init(), Ok((0, 0)));
    assert_eq!(script.init(), Ok((0, 1)));
    assert_eq!(script.add((0, 0), 0), ErrorCode::PRODUCER_FENCED);
    assert_eq!(script.add((0, 1), 0), ErrorCode::NONE);
}

#[test]
fn what_is_no_request() {
    let mut script = Script::new();
    assert_eq!(
        script.init_as(asks(Some(""), 1)),
        Err(ErrorCode::INVALID_REQUEST)
    );
    let bad_timeout = Err(ErrorCode::INVALID_TRANSACTION_TIMEOUT);
    assert_eq!(script.init_as(asks(Some(ID), 0)), bad_timeout);
    assert_eq!(script.init_as(asks(Some(ID), 900_001)), bad_timeout);
    assert_eq!(script.init_again(-1, 4), Err(ErrorCode::INVALID_REQUEST));
    assert_eq!(script.init_again(4, -1), Err(ErrorCode::INVALID_REQUEST));
    let two_phases = InitProducerId {
        enable_2pc: true,
        ..asks(Some(ID), 1)
    };
    let refused = Err(ErrorCode::TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
    assert_eq!(script.init_as(two_phases), refused);
    let keep = InitProducerId {
        keep_prepared_txn: true,
        ..asks(Some(ID), 1)
    };
    assert_eq!(script.init_as(keep), Err(ErrorCode::UNSUPPORTED_VERSION));
    assert_eq!(script.machine.ids.len(), 0);
    assert_eq!(script.init_as(asks(Some(ID), 900_000)), Ok((0, 0)));
}

#[test]
fn older_versions_know_no_producer_fenced() {
    let fenced = InitProducerIdOutcome(Err(ErrorCode::PRODUCER_FENCED));
    let code = |version| ErrorCode(fenced.response(version).error_code);
    assert_eq!(code(3), ErrorCode::INVALID_PRODUCER_EPOCH);
    assert_eq!(code(4), ErrorCode::PRODUCER_FENCED);
    assert_eq!(fenced.response(4).producer_id, -1);
}

#[test]
fn a_producer_goes_on_after_an_error_and_may_ask_twice() {
    let mut script = Script::new();
    assert_eq!(script.init(), Ok((0, 0)));
    assert_eq!(script.init_again(0, 0), Ok((0, 1)));
    assert_eq!(script.init_again(0, 0), Ok((0, 1)), "the answer got lost");
    assert_eq!(script.init_again(0, 1), Ok((0, 2)));
    assert_eq!(script.init_again(0, 0), FENCED);
    assert_eq!(script.init_again(9, 2), FENCED, "another id's");
    // Another incarnation: nobody before it may go on.
    assert_eq!(script.init(), Ok((0, 3)));
    assert_eq!(script.init_again(0, 2), FENCED);
}

#[test]
fn a_coordinator_that_moved_does_not_know_the_epoch_before() {
    let mut script = Script::new();
    script.init().unwrap();
    assert_eq!(script.init_again(0, 0), Ok((0, 1)));
    script.machine.elect(script.machine.partition_for(ID), 2, 1);
    assert_eq!(script.init_again(0, 0), FENCED);
}

#[test]
fn a_producer_whose_id_is_unknown_gets_a_new_one() {
    let mut script = Script::new();
    assert_eq!(script.init_again(77, 5), Ok((0, 0)));
}

#[test]
fn used_up_epochs_lead_to_another_id() {
    let mut script = Script::new();
    script.init().unwrap();
    script.set_epoch(i16::MAX - 2);
    assert_eq!(script.init(), Ok((0, i16::MAX - 1)));
    assert_eq!(script.init(), Ok((1, 0)));

    script.set_epoch(i16::MAX - 1);
    assert_eq!(script.init_again(1, i16::MAX - 1), Ok((2, 0)));
    assert_eq!(
        script.init_again(1, i16::MAX - 1),
        Ok((2, 0)),
        "asked twice"
    );
    assert_eq!(script.init_again(1, i16::MAX - 2), FENCED);
}

#[test]
fn an_open_transaction_is_aborted_first() {
    let mut script = Script::new();
    script.init().unwrap();
    script.add((0, 0), 3);
    assert_eq!(script.init(), CONCURRENT);
    assert_eq!(script.state(), TransactionState::PrepareAbort);
    assert_eq!(script.init(), CONCURRENT, "the marker is missing");
    let marker = script.machine.take_markers().remove(0);
    assert!(!marker.commit);
    assert_eq!((marker.producer_epoch, marker.transaction_version), (1, 2));
    assert_eq!(
        script.machine.confirm(&marker, script.now),
        Confirmation::Completed
    );
    assert_eq!(script.init(), Ok((0, 2)));
    assert_eq!(script.add((0, 0), 3), ErrorCode::PRODUCER_FENCED);
}

#[test]
fn an_open_transaction_at_the_last_epoch_is_aborted_and_the_id_changes() {
    for mut script in [Script::new(), Script::version_1()] {
        script.init().unwrap();
        script.set_epoch(i16::MAX - 1);
        script.add((0, i16::MAX - 1), 3);
        assert_eq!(script.init(), CONCURRENT);
        let marker = script.machine.unconfirmed().remove(0);
        assert_eq!((marker.producer_id, marker.producer_epoch), (0, i16::MAX));
        script.deliver();
        let (id, _) = script.init().unwrap();
        assert_eq!(id, 1);
    }
}

#[test]
fn a_coordinator_that_loads_answers_later() {
    let mut script = Script::new();
    let partition = script.machine.partition_for(ID);
    script.machine.set_loading(partition, true);
    assert_eq!(script.init(), Err(ErrorCode::COORDINATOR_LOAD_IN_PROGRESS));
    assert_eq!(
        script.add((0, 0), 0),
        ErrorCode::COORDINATOR_LOAD_IN_PROGRESS
    );
    script.machine.set_loading(partition, false);
    assert_eq!(script.init(), Ok((0, 0)));
}

#[test]
fn ids_are_spread_as_kafka_spreads_them() {
    let machine = TransactionCoordinator::default();
    // "polygenelubricants" has the hash that has no absolute value.
    assert_eq!(machine.partition_for("polygenelubricants"), 0);
    assert_eq!(machine.partition_for("a"), 97 % 50);
    assert_eq!(machine.partition_for("ab"), (97 * 31 + 98) % 50);
}
