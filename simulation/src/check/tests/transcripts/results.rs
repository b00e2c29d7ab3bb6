//! What is bad about records and their effects: V1 to V3, V7 and V8, each found by the smallest history that breaks it.

use std::collections::BTreeSet;

use super::super::script::*;
use super::reset;
use crate::check::{Effects, Invariant};
use crate::history::*;

#[test]
fn v1_an_acknowledged_record_that_is_not_in_the_log() {
    let mut script = exactly_once();
    script.send(2, None);
    script.sent(2, Outcome::Acknowledged);
    // Nobody can have processed it; so there is a record behind it, or V4 and V8 would be silent for another reason.
    script.commit(ME, 1, 2, &[], Outcome::Acknowledged);
    script.settle();
    let found = script.only(Invariant::V1);
    assert!(found[0].explain(&script.history).contains("sends p2"));
}

#[test]
fn v1_what_retention_took_in_silence() {
    let mut script = exactly_once();
    script.records(2..4);
    script.remove(0, 3, Gone::Retention);
    script.claim(ME, 1, 3);
    script.work(ME, 1, 3..4);
    script.commit(ME, 1, 4, &[3], Outcome::Acknowledged);
    script.settle();
    script.only(Invariant::V1);
}

#[test]
fn v1_a_result_that_is_gone_from_the_table() {
    let mut script = exactly_once();
    script.settle();
    script.ending.results.pop();
    script.only(Invariant::V1);
}

#[test]
fn v2_an_effect_twice() {
    let mut script = exactly_once();
    script.claim(ME, 1, 2);
    script.commit(ME, 1, 2, &[1], Outcome::Acknowledged);
    script.settle();
    script.only(Invariant::V2);
}

#[test]
fn v2_a_record_twice_in_the_log() {
    let mut script = Script::new(Effects::AtLeastOnce, Keeper::Kafka);
    script.records(0..1);
    script.gain(ME, 1);
    script.claim(ME, 1, 0);
    script.work(ME, 1, 0..1);
    let log = script.ending.logs.get_mut(&P).unwrap();
    let again = LogRecord {
        offset: 1,
        ..log.records[0]
    };
    log.records.push(again);
    log.stable = 2;
    script.commit(ME, 1, 2, &[], Outcome::Acknowledged);
    script.settle();
    script.only(Invariant::V2);
}

#[test]
fn v3_an_aborted_record_is_delivered() {
    let mut script = exactly_once();
    script.send(2, Some(1));
    script.in_log(2, true);
    script.deliver(ME, 1, 2);
    script.commit(ME, 1, 3, &[], Outcome::Acknowledged);
    script.settle();
    script.only(Invariant::V3);
}

/// A script in which p2 is in a transaction that ended.
fn in_a_transaction(outcome: Outcome, aborted: bool) -> Script {
    let mut script = exactly_once();
    script.send(2, Some(1));
    script.sent(2, Outcome::Acknowledged);
    let transaction = Transaction(1);
    script.note(
        Who::Generator,
        Event::TransactionEnded {
            transaction,
            outcome,
        },
    );
    script.in_log(2, aborted);
    script
}

#[test]
fn v1_a_committed_record_that_is_aborted_in_the_log() {
    let mut script = in_a_transaction(Outcome::Acknowledged, true);
    script.commit(ME, 1, 3, &[], Outcome::Acknowledged);
    script.settle();
    script.only(Invariant::V1);
}

#[test]
fn v3_an_aborted_record_that_is_committed_in_the_log() {
    let mut script = in_a_transaction(Outcome::Refused, false);
    // All is read, so that nothing else is to be said.
    script.terms.read_committed = false;
    script.work(ME, 1, 2..3);
    script.commit(ME, 1, 3, &[2], Outcome::Acknowledged);
    script.settle();
    script.only(Invariant::V3);
}

#[test]
fn a_transaction_that_ended_as_it_was_told_is_good() {
    let mut aborted = in_a_transaction(Outcome::Refused, true);
    aborted.commit(ME, 1, 3, &[], Outcome::Acknowledged);
    aborted.settle();
    aborted.holds();
    let mut committed = in_a_transaction(Outcome::Acknowledged, false);
    committed.work(ME, 1, 2..3);
    committed.commit(ME, 1, 3, &[2], Outcome::Acknowledged);
    committed.settle();
    committed.holds();
}

#[test]
fn v3_a_refused_commit_that_shows() {
    let mut script = exactly_once();
    script.settle();
    for entry in script.history.entries_mut() {
        if let Event::CommitEnded { outcome, .. } = &mut entry.event {
            *outcome = Outcome::Refused;
        }
    }
    let found = script.only(Invariant::V3);
    assert_eq!(found[0].evidence.len(), 2);
}

#[test]
fn v3_a_row_that_nobody_committed() {
    let mut script = exactly_once();
    script.settle();
    let row = ResultRow {
        commit: Commit(99),
        ..script.ending.results[0]
    };
    script.ending.results.push(row);
    script.only(Invariant::V3);
}

#[test]
fn v3_results_without_their_offset() {
    let mut script = exactly_once();
    script.records(2..3);
    script.work(ME, 1, 2..3);
    script.commit(ME, 1, 2, &[2], Outcome::Acknowledged);
    script.commit(ME, 1, 3, &[], Outcome::Acknowledged);
    script.settle();
    script.only(Invariant::V3);
}

#[test]
fn v7_the_second_before_the_first() {
    let mut script = Script::new(Effects::ExactlyOnce, Keeper::Store);
    script.records(0..2);
    script.gain(ME, 1);
    script.claim(ME, 1, 0);
    script.work(ME, 1, 0..2);
    script.commit(ME, 1, 2, &[1, 0], Outcome::Acknowledged);
    script.settle();
    script.only(Invariant::V7);
}

#[test]
fn v7_one_beside_the_other() {
    let mut script = Script::new(Effects::AtLeastOnce, Keeper::Kafka);
    script.records(0..2);
    script.gain(ME, 1);
    script.claim(ME, 1, 0);
    script.deliver(ME, 1, 0);
    script.deliver(ME, 1, 1);
    script.begin(ME, 1, 0);
    script.begin(ME, 1, 1);
    script.end(ME, 1, 0);
    script.end(ME, 1, 1);
    script.commit(ME, 1, 2, &[], Outcome::Acknowledged);
    script.settle();
    script.only(Invariant::V7);
}

#[test]
fn v8_one_is_left_out_and_comes_with_the_next_claim() {
    let mut script = Script::new(Effects::ExactlyOnce, Keeper::Store);
    script.records(0..2);
    script.gain(ME, 1);
    script.claim(ME, 1, 0);
    script.deliver(ME, 1, 1);
    script.claim(ME, 1, 0);
    script.work(ME, 1, 0..2);
    script.commit(ME, 1, 2, &[0, 1], Outcome::Acknowledged);
    script.settle();
    script.only(Invariant::V8);
}

#[test]
fn v8_one_comes_twice_and_is_worked_on_once() {
    let mut script = exactly_once();
    script.deliver(ME, 1, 1);
    script.settle();
    script.only(Invariant::V8);
}

#[test]
fn v8_another_record_than_the_logs() {
    let mut script = exactly_once();
    script.settle();
    for entry in script.history.entries_mut() {
        if let Event::Delivered { payload, .. } = &mut entry.event {
            *payload = Payload(77);
        }
    }
    script.only(Invariant::V8);
}

#[test]
fn v1_a_start_at_the_newest_record_where_none_was_promised() {
    let mut script = Script::new(Effects::AtLeastOnce, Keeper::Kafka);
    script.terms.starts_newest = true;
    let made = |partitions| Event::TopicMade {
        topic: 0,
        made: 0,
        partitions,
    };
    script.records(0..2);
    script.gain(ME, 1);
    script.claim(ME, 1, 1);
    script.work(ME, 1, 1..2);
    script.commit(ME, 1, 2, &[], Outcome::Acknowledged);
    let mut there = script.clone();
    script.note(Who::Operator, made(0));
    script.note(Who::Operator, made(1));
    script.settle();
    passes_over_the_first(&script);
    there.note(Who::Operator, made(1));
    there.settle();
    there.holds();
    there.terms.starts_newest = false;
    passes_over_the_first(&there);
}

#[track_caller]
fn passes_over_the_first(script: &Script) {
    let found: BTreeSet<_> = script.violations().iter().map(|it| it.invariant).collect();
    assert_eq!(found, [Invariant::V1, Invariant::V4].into());
}

#[test]
fn v8_nor_passed_over_by_the_reader() {
    let mut script = marked();
    script.records(2..4);
    let (from, to) = (2, 3);
    script.note(ME, Event::Skipped { place: P, from, to });
    script.deliver(ME, 1, 3);
    script.claim(ME, 1, 2);
    script.work(ME, 1, 2..4);
    script.commit(ME, 1, 4, &[], Outcome::Acknowledged);
    script.settle();
    script.only(Invariant::V8);
}

#[test]
fn v3_an_offset_short_of_its_results() {
    let mut script = Script::new(Effects::ExactlyOnce, Keeper::Store);
    script.records(0..2);
    script.gain(ME, 1);
    script.claim(ME, 1, 0);
    script.work(ME, 1, 0..2);
    script.commit(ME, 1, 1, &[0, 1], Outcome::Acknowledged);
    script.commit(ME, 1, 2, &[], Outcome::Acknowledged);
    script.settle();
    script.only(Invariant::V3);
}

#[test]
fn v1_a_reset_excuses_only_what_it_jumps_over() {
    let reset = |keeper, place, to| Event::Stored {
        keeper,
        place,
        next: Some(to),
        fence: None,
        write: Write::Reset,
        results: Vec::new(),
    };
    let resets = [
        (reset(Keeper::Store, Place::new(0, 5), 3), false),
        (reset(Keeper::Kafka, P, 3), false),
        (reset(Keeper::Store, P, 2), false),
        (reset(Keeper::Store, P, 3), true),
    ];
    for (reset, is_excuse) in resets {
        let mut script = exactly_once();
        script.records(2..3);
        script.note(Who::Operator, reset);
        script.settle();
        let lost = |it: &crate::check::Violation| it.invariant == Invariant::V1;
        assert_eq!(script.violations().iter().any(lost), !is_excuse);
    }
}

#[test]
fn v1_acknowledged_without_an_offset() {
    let mut script = exactly_once();
    script.send(2, None);
    let acknowledged = Event::SendEnded {
        payload: Payload(2),
        outcome: Outcome::Acknowledged,
        offset: None,
    };
    script.note(Who::Generator, acknowledged);
    let mut written = script.clone();
    script.settle();
    script.only(Invariant::V1);
    written.in_log(2, false);
    written.work(ME, 1, 2..3);
    written.commit(ME, 1, 3, &[2], Outcome::Acknowledged);
    written.settle();
    written.holds();
}

#[test]
fn v1_a_topic_that_is_gone_and_nobody_deleted_it() {
    let mut script = exactly_once();
    script.ending.logs.clear();
    script.ending.store.clear();
    script.settle();
    script.only(Invariant::V1);
}

#[test]
fn v1_a_skip_in_another_partition_says_nothing_of_this_one() {
    let mut script = exactly_once();
    script.records(2..5);
    script.remove(0, 4, Gone::Retention);
    let (place, from, to) = (Place::new(0, 5), 2, 4);
    script.note(ME, Event::Skipped { place, from, to });
    script.claim(ME, 1, 4);
    script.work(ME, 1, 4..5);
    script.commit(ME, 1, 5, &[4], Outcome::Acknowledged);
    script.settle();
    script.only(Invariant::V1);
}

#[test]
fn v3_a_row_once_more_than_it_was_committed() {
    let mut script = exactly_once();
    script.settle();
    let again = script.ending.results[0];
    script.ending.results.push(again);
    script.only(Invariant::V3);
}

#[test]
fn v2_a_reset_asks_for_nothing_below_it() {
    let mut script = exactly_once();
    reset(&mut script, 1);
    script.claim(ME, 1, 1);
    script.work(ME, 1, 1..2);
    script.commit(ME, 1, 2, &[0, 1], Outcome::Acknowledged);
    script.settle();
    script.only(Invariant::V2);
}

#[test]
fn v8_what_was_not_claimed_is_not_delivered() {
    let mut script = exactly_once();
    script.deliver(ME, 7, 0);
    script.settle();
    script.only(Invariant::V8);
}

#[test]
fn v7_the_same_record_again() {
    let mut script = exactly_once();
    script.begin(ME, 1, 1);
    script.end(ME, 1, 1);
    script.settle();
    script.only(Invariant::V7);
}

#[test]
fn v1_the_very_first_record_counts() {
    let mut script = Script::new(Effects::AtLeastOnce, Keeper::Kafka);
    script.records(0..1);
    script.gain(ME, 1);
    script.claim(ME, 1, 0);
    script.settle();
    script.finds(Invariant::V1);
}

#[test]
fn v3_a_record_that_was_called_not_written_is_there() {
    let mut script = exactly_once();
    script.send(2, None);
    script.sent(2, Outcome::Refused);
    script.in_log(2, false);
    script.work(ME, 1, 2..3);
    script.commit(ME, 1, 3, &[2], Outcome::Acknowledged);
    script.settle();
    script.only(Invariant::V3);
}

#[test]
fn v7_what_was_sent_first_is_behind_in_the_log() {
    let mut script = exactly_once();
    for number in [3, 2] {
        script.send(number, None);
        script.sent(number, Outcome::Acknowledged);
    }
    script.in_log(2, false);
    script.in_log(3, false);
    script.work(ME, 1, 2..4);
    script.commit(ME, 1, 4, &[2, 3], Outcome::Acknowledged);
    script.settle();
    script.only(Invariant::V7);
}

#[test]
fn v8_nothing_comes_after_the_end_of_an_assignment() {
    let mut script = marked();
    script.records(2..3);
    let (assignment, places) = (Assignment(1), vec![P]);
    script.note(ME, Event::Revoked { assignment, places });
    script.work(ME, 1, 2..3);
    script.commit(ME, 1, 3, &[], Outcome::Acknowledged);
    script.settle();
    script.only(Invariant::V8);
}
