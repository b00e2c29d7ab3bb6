//! Good histories pass.

use super::super::script::*;
use super::reset;
use crate::check::{Effects, Invariant, Order};
use crate::history::*;

#[test]
fn the_simplest_runs_hold() {
    let mut exactly = exactly_once();
    exactly.settle();
    exactly.holds();
    let mut marked = marked();
    marked.settle();
    marked.holds();
}

#[test]
fn a_lost_answer_and_a_new_claim_are_fine() {
    let mut script = exactly_once();
    script.records(2..4);
    script.work(ME, 1, 2..3);
    script.commit(ME, 1, 3, &[2], Outcome::Unknown);
    script.claim(ME, 1, 3);
    script.work(ME, 1, 3..4);
    script.commit(ME, 1, 4, &[3], Outcome::Acknowledged);
    script.settle();
    script.holds();
}

#[test]
fn a_fenced_member_leaves_no_trace_and_another_goes_on() {
    let mut script = exactly_once();
    script.records(2..3);
    script.work(ME, 1, 2..3);
    script.gain(OTHER, 2);
    script.claim(OTHER, 2, 2);
    script.commit(ME, 1, 3, &[2], Outcome::Refused);
    script.work(OTHER, 2, 2..3);
    script.commit(OTHER, 2, 3, &[2], Outcome::Acknowledged);
    script.settle();
    script.holds();
}

#[test]
fn after_a_reset_backward_effects_come_again_and_after_one_forward_not_at_all() {
    let mut script = exactly_once();
    reset(&mut script, 1);
    script.claim(ME, 1, 1);
    script.work(ME, 1, 1..2);
    script.commit(ME, 1, 2, &[1], Outcome::Acknowledged);
    script.records(2..4);
    reset(&mut script, 3);
    script.claim(ME, 1, 3);
    script.work(ME, 1, 3..4);
    script.commit(ME, 1, 4, &[3], Outcome::Acknowledged);
    script.settle();
    script.holds();
}

#[test]
fn what_retention_took_is_skipped_by_policy() {
    let mut script = exactly_once();
    script.records(2..5);
    script.remove(0, 4, Gone::Retention);
    let (from, to) = (2, 4);
    script.note(ME, Event::Skipped { place: P, from, to });
    script.claim(ME, 1, 4);
    script.work(ME, 1, 4..5);
    script.commit(ME, 1, 5, &[4], Outcome::Acknowledged);
    script.settle();
    script.holds();
}

#[test]
fn compaction_leaves_gaps_that_nobody_misses() {
    let mut script = exactly_once();
    script.records(2..5);
    script.remove(2, 4, Gone::Compaction);
    script.work(ME, 1, 4..5);
    script.commit(ME, 1, 5, &[4], Outcome::Acknowledged);
    script.settle();
    script.holds();
}

#[test]
fn a_log_that_was_cut_off_is_read_again_from_there() {
    let mut script = exactly_once();
    script.remove(1, 2, Gone::Truncation);
    let (from, to) = (2, 1);
    script.note(ME, Event::Skipped { place: P, from, to });
    script.claim(ME, 1, 1);
    script.send(7, None);
    let acknowledged = Event::SendEnded {
        payload: Payload(7),
        outcome: Outcome::Acknowledged,
        offset: Some(1),
    };
    script.note(Who::Generator, acknowledged);
    let log = script.ending.logs.get_mut(&P).unwrap();
    log.records.push(LogRecord {
        offset: 1,
        payload: Payload(7),
        aborted: false,
    });
    let (assignment, place, offset, payload) = (Assignment(1), P, 1, Payload(7));
    script.note(
        ME,
        Event::Delivered {
            assignment,
            place,
            offset,
            payload,
        },
    );
    let row = ResultRow {
        place,
        offset,
        payload,
        commit: Commit(9),
    };
    script.store(ME, Keeper::Store, Some(2), Write::Commit, vec![row]);
    script.settle();
    script.holds();
}

#[test]
fn a_topic_made_anew_begins_anew() {
    let mut script = exactly_once();
    let deleted = Event::TopicDeleted { topic: 0, made: 0 };
    script.note(Who::Operator, deleted);
    script.ending.logs.clear();
    script.ending.store.clear();
    script.settle();
    script.holds();
}

#[test]
fn aborted_records_are_nobodys_business() {
    let mut script = exactly_once();
    script.send(2, Some(1));
    script.sent(2, Outcome::Acknowledged);
    let (transaction, outcome) = (Transaction(1), Outcome::Refused);
    script.note(
        Who::Generator,
        Event::TransactionEnded {
            transaction,
            outcome,
        },
    );
    script.in_log(2, true);
    script.commit(ME, 1, 3, &[], Outcome::Acknowledged);
    script.settle();
    script.holds();
}

#[test]
fn keys_are_worked_on_side_by_side_where_that_was_agreed() {
    let mut script = Script::new(Effects::AtLeastOnce, Keeper::Kafka);
    for number in 0..2 {
        let sent = Event::Sent {
            payload: Payload(number),
            key: Some(Key(u16::try_from(number).unwrap())),
            place: P,
            transaction: None,
        };
        script.note(Who::Generator, sent);
        script.sent(number, Outcome::Acknowledged);
        script.in_log(number, false);
    }
    script.gain(ME, 1);
    script.claim(ME, 1, 0);
    script.deliver(ME, 1, 0);
    script.deliver(ME, 1, 1);
    script.begin(ME, 1, 1);
    script.begin(ME, 1, 0);
    script.end(ME, 1, 1);
    script.end(ME, 1, 0);
    script.commit(ME, 1, 2, &[], Outcome::Acknowledged);
    script.settle();
    script.only(Invariant::V7);
    script.terms.order = Order::Key;
    script.holds();
}

#[test]
fn the_first_mirror_of_a_claim_follows_a_reset() {
    let mut script = exactly_once();
    let mirror = |script: &mut Script, next| {
        script.store(ME, Keeper::Kafka, Some(next), Write::Commit, vec![]);
    };
    mirror(&mut script, 2);
    reset(&mut script, 0);
    script.claim(ME, 1, 0);
    mirror(&mut script, 0);
    script.work(ME, 1, 0..2);
    script.commit(ME, 1, 2, &[0, 1], Outcome::Acknowledged);
    mirror(&mut script, 2);
    script.settle();
    script.holds();
    // It goes back, and so stays behind (V9).
    mirror(&mut script, 0);
    script.finds(Invariant::V5);
}

#[test]
fn a_process_that_stood_still_or_died_broke_no_deadline() {
    let mut script = exactly_once();
    let call = |script: &mut Script, call: u32| {
        let deadline = script.now() + std::time::Duration::from_secs(5);
        let started = Event::CallStarted {
            call: Call(call),
            kind: CallKind::Any("commit"),
            deadline,
        };
        script.note(ME, started);
    };
    call(&mut script, 1);
    script.note(ME, Event::Paused);
    script.wait(30);
    script.note(ME, Event::Resumed);
    let ended = Event::CallEnded {
        call: Call(1),
        outcome: Outcome::Refused,
    };
    script.note(ME, ended);
    call(&mut script, 2);
    script.note(ME, Event::Crashed);
    script.wait(30);
    script.settle();
    script.holds();
}
