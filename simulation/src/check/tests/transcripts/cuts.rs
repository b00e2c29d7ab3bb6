//! Logs that were cut off and grow again, and records that were gone before anybody stood before them.

use crate::check::tests::script::*;
use crate::check::{Effects, Invariant};
use crate::history::*;

/// A record that has another's offset.
fn put(script: &mut Script, number: u32, offset: i64) {
    let payload = Payload(number);
    script.send(number, None);
    let ended = Event::SendEnded {
        payload,
        outcome: Outcome::Acknowledged,
        offset: Some(offset),
    };
    script.note(Who::Generator, ended);
    let log = script.ending.logs.entry(P).or_default();
    log.records.push(LogRecord {
        offset,
        payload,
        aborted: false,
    });
    log.stable = offset + 1;
}

fn work(script: &mut Script, number: u32, offset: i64) {
    let (assignment, place, payload) = (Assignment(1), P, Payload(number));
    let worked = Worked::Done;
    for event in [
        Event::Delivered {
            assignment,
            place,
            offset,
            payload,
        },
        Event::Began {
            assignment,
            place,
            offset,
            payload,
        },
        Event::Ended {
            assignment,
            place,
            offset,
            payload,
            worked,
        },
    ] {
        script.note(ME, event);
    }
}

/// Three records are done; the last two are cut off before they are committed, and others come in their place.
fn cut() -> Script {
    let mut script = Script::new(Effects::AtLeastOnce, Keeper::Store);
    script.records(0..3);
    script.gain(ME, 1);
    script.claim(ME, 1, 0);
    script.work(ME, 1, 0..2);
    script.remove(1, 3, Gone::Truncation);
    put(&mut script, 7, 1);
    put(&mut script, 8, 2);
    script
}

#[test]
fn who_has_not_heard_of_a_cut_goes_on_with_the_log_that_it_read() {
    let mut script = cut();
    // Fetched before the cut.
    work(&mut script, 2, 2);
    script.commit(ME, 1, 3, &[], Outcome::Acknowledged);
    let mut silent = script.clone();
    silent.settle();
    silent.only(Invariant::V1);

    script.store(
        Who::Operator,
        Keeper::Store,
        Some(1),
        Write::Reset,
        Vec::new(),
    );
    script.claim(ME, 1, 1);
    work(&mut script, 7, 1);
    work(&mut script, 8, 2);
    script.commit(ME, 1, 3, &[], Outcome::Acknowledged);
    script.settle();
    script.holds();
}

#[test]
fn who_goes_back_after_a_cut_hands_out_again_what_it_fetched_before() {
    let mut script = cut();
    let (assignment, place, to) = (Assignment(1), P, 1);
    let sought = Event::Sought {
        assignment,
        place,
        to,
    };
    script.note(ME, sought);
    work(&mut script, 1, 1);
    let found = script.violations();
    assert!(found.iter().all(|it| it.invariant != Invariant::V8));
}

#[test]
fn who_claims_behind_a_cut_commits_only_what_is_in_the_log_now() {
    let mut script = cut();
    script.claim(ME, 1, 1);
    let mut stale = script.clone();
    work(&mut stale, 2, 2);
    stale.finds(Invariant::V8);
    script.commit(ME, 1, 3, &[], Outcome::Acknowledged);
    script.finds(Invariant::V4);
}

#[test]
fn a_record_that_was_cut_off_may_be_acknowledged_behind_the_cut() {
    let mut script = marked();
    script.send(2, None);
    script.remove(2, 3, Gone::Truncation);
    script.sent(2, Outcome::Acknowledged);
    script.settle();
    script.holds();
}

#[test]
fn where_no_offset_is_kept_nobody_says_what_retention_took() {
    let mut script = exactly_once();
    let mut kept = script.clone();
    let forget = (Keeper::Store, None, Write::Forget);
    script.store(Who::Operator, forget.0, forget.1, forget.2, Vec::new());
    for script in [&mut script, &mut kept] {
        script.records(2..4);
        script.remove(0, 4, Gone::Retention);
        script.claim(ME, 1, 4);
        script.settle();
    }
    script.holds();
    kept.only(Invariant::V1);
}

#[test]
fn with_its_topic_all_of_a_partition_is_gone() {
    let mut script = exactly_once();
    script.records(2..4);
    script.remove(0, 4, Gone::Retention);
    let deleted = Event::TopicDeleted { topic: 0, made: 0 };
    script.note(Who::Operator, deleted);
    script.ending.logs.remove(&P);
    script.settle();
    script.holds();
}

#[test]
fn what_came_in_anothers_place_and_went_unread_nobody_can_tell_of() {
    let mut script = cut();
    work(&mut script, 2, 2);
    script.commit(ME, 1, 3, &[], Outcome::Acknowledged);
    script.remove(0, 3, Gone::Retention);
    script.settle();
    script.holds();
}
