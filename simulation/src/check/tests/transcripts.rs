//! Good histories pass; and for each invariant a smallest bad one, which it alone finds.

use super::script::*;
use crate::check::{Effects, Invariant, Order};
use crate::history::*;

// What is good.

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

fn reset(script: &mut Script, to: i64) {
    script.store(Who::Operator, Keeper::Store, Some(to), Write::Reset, vec![]);
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
    mirror(&mut script, 0);
    script.only(Invariant::V5);
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

// What is bad.

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
fn v4_a_commit_before_the_work() {
    let mut script = marked();
    // Written, though nobody was told: so it is not for V1 to say.
    script.send(2, None);
    script.sent(2, Outcome::Unknown);
    script.in_log(2, false);
    script.deliver(ME, 1, 2);
    script.commit(ME, 1, 3, &[], Outcome::Acknowledged);
    script.begin(ME, 1, 2);
    script.end(ME, 1, 2);
    script.settle();
    script.only(Invariant::V4);
}

#[test]
fn v4_a_mirror_ahead_of_the_store() {
    let mut script = exactly_once();
    script.store(ME, Keeper::Kafka, Some(3), Write::Commit, vec![]);
    script.settle();
    script.only(Invariant::V4);
}

#[test]
fn v5_an_offset_goes_back() {
    let mut script = marked();
    script.commit(ME, 1, 1, &[], Outcome::Acknowledged);
    script.commit(ME, 1, 2, &[], Outcome::Acknowledged);
    script.settle();
    script.only(Invariant::V5);
}

#[test]
fn v6_two_that_commit() {
    let mut script = exactly_once();
    script.gain(OTHER, 2);
    script.claim(OTHER, 2, 2);
    script.commit(ME, 1, 2, &[], Outcome::Acknowledged);
    script.settle();
    let found = script.only(Invariant::V6);
    assert_eq!(found[0].evidence.len(), 2);
}

#[test]
fn v6_a_commit_of_what_another_has_by_now() {
    let mut script = marked();
    script.gain(OTHER, 2);
    script.commit(ME, 1, 2, &[], Outcome::Acknowledged);
    script.settle();
    script.only(Invariant::V6);
}

#[test]
fn v6_a_fence_twice() {
    let mut script = exactly_once();
    script.commit(ME, 1, 2, &[], Outcome::Acknowledged);
    script.settle();
    for entry in script.history.entries_mut() {
        if let Event::Stored { fence, .. } = &mut entry.event {
            *fence = Some(Fence(1));
        }
    }
    script.only(Invariant::V6);
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
fn v9_it_never_catches_up() {
    let mut script = exactly_once();
    script.send(2, None);
    script.sent(2, Outcome::Unknown);
    script.in_log(2, false);
    script.settle();
    script.only(Invariant::V9);
}

#[test]
fn v9_it_catches_up_too_late() {
    let mut script = exactly_once();
    script.note(Who::World, Event::Healed);
    script.wait(61);
    script.note(Who::World, Event::Settled);
    let left = Event::Left {
        tasks: 0,
        sockets: 0,
        locks: 0,
    };
    script.note(Who::World, left);
    script.only(Invariant::V9);
}

#[test]
fn v10_a_call_that_does_not_end() {
    let mut script = exactly_once();
    let started = Event::CallStarted {
        call: Call(1),
        kind: CallKind::Any("commit"),
        deadline: script.now() + std::time::Duration::from_secs(5),
    };
    script.note(ME, started);
    script.wait(30);
    script.settle();
    script.only(Invariant::V10);
}

fn close(script: &mut Script, who: Who, kind: CallKind, outcome: Outcome) {
    let (call, deadline) = (Call(1), script.now() + std::time::Duration::from_secs(5));
    script.note(
        who,
        Event::CallStarted {
            call,
            kind,
            deadline,
        },
    );
    script.note(who, Event::CallEnded { call, outcome });
}

#[test]
fn v11_a_producer_is_closed_and_a_record_forgotten() {
    let mut script = exactly_once();
    script.send(2, None);
    let mut told = script.clone();
    let (generator, kind) = (Who::Generator, CallKind::CloseProducer);
    close(&mut script, generator, kind, Outcome::Acknowledged);
    script.settle();
    script.only(Invariant::V11);
    close(&mut told, generator, kind, Outcome::Refused);
    told.settle();
    told.holds();
}

#[test]
fn v11_a_member_is_closed_and_what_it_did_is_not_committed() {
    let mut script = marked();
    script.records(2..3);
    script.work(ME, 1, 2..3);
    let mut flushed = script.clone();
    close(
        &mut script,
        ME,
        CallKind::CloseMember,
        Outcome::Acknowledged,
    );
    script.gain(OTHER, 2);
    script.claim(OTHER, 2, 2);
    script.work(OTHER, 2, 2..3);
    script.commit(OTHER, 2, 3, &[], Outcome::Acknowledged);
    script.settle();
    script.only(Invariant::V11);
    flushed.commit(ME, 1, 3, &[], Outcome::Acknowledged);
    close(
        &mut flushed,
        ME,
        CallKind::CloseMember,
        Outcome::Acknowledged,
    );
    flushed.settle();
    flushed.holds();
}

#[test]
fn v12_a_task_is_left() {
    let mut script = exactly_once();
    script.settle();
    let left = Event::Left {
        tasks: 1,
        sockets: 0,
        locks: 0,
    };
    script.note(Who::World, left);
    script.only(Invariant::V12);
}

#[test]
fn a_history_that_can_not_be_is_told() {
    let mut script = exactly_once();
    script.settle();
    script.ending.store.insert(P, 5);
    script.only(Invariant::Consistency);
    let mut backwards = exactly_once();
    backwards.settle();
    backwards.history.entries_mut()[3].at = std::time::Duration::from_secs(9);
    backwards.only(Invariant::Consistency);
}

#[test]
fn v6_a_claim_that_nobody_can_have_confirmed() {
    let mut script = exactly_once();
    let look = Event::Looked {
        assignment: Assignment(1),
        place: P,
    };
    let mut late = script.clone();
    script.gain(OTHER, 2);
    script.note(ME, look.clone());
    script.claim(ME, 1, 2);
    script.settle();
    script.only(Invariant::V6);
    // A claim that is long under way is another matter: the fence keeps it from doing harm.
    late.note(ME, look);
    late.gain(OTHER, 2);
    late.claim(ME, 1, 2);
    late.settle();
    late.holds();
}

#[test]
fn v1_a_partition_that_was_added_and_starts_at_its_newest_record() {
    let mut script = Script::new(Effects::AtLeastOnce, Keeper::Kafka);
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
    script.only(Invariant::V1);
    there.note(Who::Operator, made(1));
    there.settle();
    there.holds();
}

#[test]
fn v4_what_is_still_there_can_not_be_skipped() {
    let mut script = exactly_once();
    script.send(2, None);
    script.sent(2, Outcome::Unknown);
    script.in_log(2, false);
    let (from, to) = (2, 3);
    script.note(ME, Event::Skipped { place: P, from, to });
    script.claim(ME, 1, 3);
    script.settle();
    script.only(Invariant::V4);
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
fn nothing_ends_that_did_not_begin() {
    let spoil: [fn(&mut Script); 4] = [
        |script| {
            script.end(ME, 1, 1);
        },
        |script| script.sent(9, Outcome::Refused),
        |script| {
            let (call, outcome) = (Call(5), Outcome::Refused);
            script.note(ME, Event::CallEnded { call, outcome });
        },
        |script| {
            let (commit, outcome) = (Commit(5), Outcome::Refused);
            script.note(ME, Event::CommitEnded { commit, outcome });
        },
    ];
    for spoil in spoil {
        let mut script = exactly_once();
        spoil(&mut script);
        script.settle();
        script.only(Invariant::Consistency);
    }
}

#[test]
fn results_are_of_the_partition_that_is_committed() {
    let mut script = exactly_once();
    script.settle();
    for entry in script.history.entries_mut() {
        if let Event::Stored { place, results, .. } = &mut entry.event
            && !results.is_empty()
        {
            *place = Place::new(0, 5);
        }
    }
    script.finds(Invariant::Consistency);
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
fn v11_a_handler_that_was_cut_off_is_not_committed_and_that_is_right() {
    let mut script = marked();
    script.records(2..4);
    script.work(ME, 1, 2..3);
    script.deliver(ME, 1, 3);
    script.begin(ME, 1, 3);
    let (call, deadline) = (Call(1), script.now() + std::time::Duration::from_secs(5));
    let kind = CallKind::CloseMember;
    script.note(
        ME,
        Event::CallStarted {
            call,
            kind,
            deadline,
        },
    );
    let cut = Event::Ended {
        assignment: Assignment(1),
        place: P,
        offset: 3,
        payload: Payload(3),
        worked: Worked::Dropped,
    };
    script.note(ME, cut);
    let outcome = Outcome::Acknowledged;
    script.note(ME, Event::CallEnded { call, outcome });
    script.gain(OTHER, 2);
    script.claim(OTHER, 2, 2);
    script.work(OTHER, 2, 2..4);
    script.commit(OTHER, 2, 4, &[], Outcome::Acknowledged);
    script.settle();
    script.holds();
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
fn v11_a_last_commit_that_was_refused_has_been_told() {
    let mut script = marked();
    script.records(2..3);
    script.work(ME, 1, 2..3);
    let (call, deadline) = (Call(1), script.now() + std::time::Duration::from_secs(5));
    let kind = CallKind::CloseMember;
    script.note(
        ME,
        Event::CallStarted {
            call,
            kind,
            deadline,
        },
    );
    script.commit(ME, 1, 3, &[], Outcome::Refused);
    let outcome = Outcome::Acknowledged;
    script.note(ME, Event::CallEnded { call, outcome });
    script.gain(OTHER, 2);
    script.claim(OTHER, 2, 2);
    script.work(OTHER, 2, 2..3);
    script.commit(OTHER, 2, 3, &[], Outcome::Acknowledged);
    script.settle();
    script.holds();
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
fn v5_an_offset_that_is_lower_at_the_end_than_it_was() {
    let mut script = marked();
    // All of it is gone, so that no lag tells.
    script.remove(0, 2, Gone::DeleteRecords);
    script.settle();
    script.ending.logs.insert(P, Log::default());
    script.ending.kafka.insert(P, 1);
    script.only(Invariant::V5);
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
fn names_are_used_once_and_work_ends_once() {
    let mut script = exactly_once();
    script.send(1, None);
    script.settle();
    script.finds(Invariant::Consistency);
    let mut again = exactly_once();
    again.end(ME, 1, 1);
    again.settle();
    again.only(Invariant::Consistency);
}

#[test]
fn v11_asks_for_nothing_that_was_lost_before() {
    for (assignment, is_its_own) in [(Assignment(1), true), (Assignment(9), false)] {
        let mut script = marked();
        script.records(2..3);
        script.work(ME, 1, 2..3);
        let places = vec![P];
        script.note(ME, Event::Lost { assignment, places });
        close(
            &mut script,
            ME,
            CallKind::CloseMember,
            Outcome::Acknowledged,
        );
        script.gain(OTHER, 2);
        script.claim(OTHER, 2, 2);
        script.work(OTHER, 2, 2..3);
        script.commit(OTHER, 2, 3, &[], Outcome::Acknowledged);
        script.settle();
        if is_its_own {
            script.holds();
        } else {
            script.only(Invariant::V11);
        }
    }
}
