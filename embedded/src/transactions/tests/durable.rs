//! Records, written and read back.

use super::*;

/// Another process that reads what this one wrote.
fn restarted(script: &mut Script) -> Script {
    let mut next = Script::with(script.machine.settings().clone());
    next.now = script.now;
    for record in script.machine.encode().unwrap() {
        next.machine
            .restore(&record.key, record.value.as_deref())
            .unwrap();
    }
    next
}

#[test]
fn a_decided_end_outlives_the_process() {
    let mut script = Script::new();
    script.init().unwrap();
    script.add((0, 0), 0);
    script.add((0, 0), 1);
    script.end((0, 0), true).unwrap();
    let marker = script.machine.take_markers().remove(0);
    script.machine.confirm(&marker, script.now);
    let mut next = restarted(&mut script);
    next.machine.elect(next.machine.partition_for(ID), 1, 9);
    assert_eq!(next.machine.unconfirmed().len(), 2);
    assert_eq!(next.deliver(), 2);
    assert_eq!(next.state(), TransactionState::CompleteCommit);
    assert_eq!(next.end((0, 0), true), Ok((0, 1)), "asked again");
    let fresh = next.machine.init_producer_id(
        InitProducerId {
            transactional_id: None,
            timeout_ms: 0,
            expected: ProducerIdAndEpoch::NONE,
            enable_2pc: false,
            keep_prepared_txn: false,
        },
        1,
        next.now,
    );
    assert_eq!(fresh.0.unwrap().producer_id, 1000, "no id twice");
}

#[test]
fn a_change_of_ids_outlives_the_process() {
    let mut script = Script::new();
    script.init().unwrap();
    script.set_epoch(i16::MAX - 1);
    script.add((0, i16::MAX - 1), 0);
    assert_eq!(script.end((0, i16::MAX - 1), true), Ok((1, 0)));
    let mut next = restarted(&mut script);
    next.machine.elect(next.machine.partition_for(ID), 1, 1);
    next.deliver();
    assert_eq!(next.end((0, i16::MAX - 1), true), Ok((1, 0)), "asked again");
    assert_eq!(next.add((1, 0), 0), ErrorCode::NONE);
}

#[test]
fn one_record_a_changed_id() {
    let mut script = Script::new();
    script.init().unwrap();
    script.add((0, 0), 0);
    let records = script.machine.take_records().unwrap();
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].partition, script.machine.partition_for(ID));
    assert!(script.machine.take_records().unwrap().is_empty());
    script.add((0, 0), 0);
    assert!(
        script.machine.take_records().unwrap().is_empty(),
        "it was in already"
    );
}

#[test]
fn a_tombstone_forgets_and_bad_bytes_are_refused() {
    let mut script = Script::new();
    script.init().unwrap();
    let record = script.machine.encode().unwrap().remove(0);
    script.machine.restore(&record.key, None).unwrap();
    assert!(script.machine.ids.is_empty());
    assert!(script.machine.restore(&record.key[..3], None).is_err());
    let value = record.value.unwrap();
    assert!(
        script
            .machine
            .restore(&record.key, Some(&value[..9]))
            .is_err()
    );
    assert!(script.machine.ids.is_empty());
}

#[test]
fn version_1_of_transactions_still_writes_flexible_records_and_version_0_none() {
    for (level, version) in [(0, 0), (1, 1), (2, 1)] {
        let mut script = Script::with(Settings {
            transaction_version: level,
            ..Settings::default()
        });
        script.init().unwrap();
        script.add((0, 0), 0);
        script.end_in(4, (0, 0), true).unwrap();
        let record = script.machine.encode().unwrap().remove(0);
        assert_eq!(record.value.unwrap()[..2], i16::to_be_bytes(version));
    }
}

#[test]
fn no_producer_id_is_handed_out_again() {
    let mut script = Script::new();
    let idempotent = || InitProducerId {
        transactional_id: None,
        timeout_ms: 0,
        expected: ProducerIdAndEpoch::NONE,
        enable_2pc: false,
        keep_prepared_txn: false,
    };
    assert_eq!(script.init_as(idempotent()), Ok((0, 0)));
    let mut next = restarted(&mut script);
    let block = script.machine.next_producer_id_block();
    next.machine.restore_producer_id_block(block);
    assert_eq!(next.init_as(idempotent()), Ok((1000, 0)));
}
