//! What is bad about calls and their ends, V9 to V12, and histories that can not be.

use super::super::script::*;
use crate::check::Invariant;
use crate::history::*;

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
fn v9_the_mirror_stays_behind() {
    let mut script = exactly_once();
    script.store(ME, Keeper::Kafka, Some(0), Write::Commit, Vec::new());
    script.settle();
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
    script.ending.logs.get_mut(&P).unwrap().stable = 5;
    script.only(Invariant::Consistency);
    let mut backwards = exactly_once();
    backwards.settle();
    backwards.history.entries_mut()[3].at = std::time::Duration::from_secs(9);
    backwards.only(Invariant::Consistency);
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
            let (commit, outcome, at) = (Commit(5), Outcome::Refused, None);
            script.note(
                ME,
                Event::CommitEnded {
                    commit,
                    outcome,
                    at,
                },
            );
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

/// A commit in doubt drops its claim; one that was certainly not written leaves it as it was.
#[test]
fn v11_asks_for_nothing_whose_claim_was_dropped_until_the_next() {
    let tried = |outcome| {
        let mut script = marked();
        script.terms.keeper = Keeper::Store;
        script.records(2..3);
        script.work(ME, 1, 2..3);
        let (commit, assignment, at) = (Commit(9), Assignment(1), None);
        let began = Event::CommitBegan {
            commit,
            assignment,
            keeper: Keeper::Store,
            place: P,
            next: 3,
        };
        script.note(ME, began);
        script.note(
            ME,
            Event::CommitEnded {
                commit,
                outcome,
                at,
            },
        );
        script
    };
    let mut again = tried(Outcome::Unknown);
    again.claim(ME, 1, 2);
    again.work(ME, 1, 2..3);
    for (mut script, is_dropped) in [
        (tried(Outcome::Unknown), true),
        (tried(Outcome::Refused), false),
        (again, false),
    ] {
        let (who, kind) = (ME, CallKind::CloseMember);
        close(&mut script, who, kind, Outcome::Acknowledged);
        let found = script.violations();
        let is_found = found.iter().any(|it| it.invariant == Invariant::V11);
        assert_eq!(is_found, !is_dropped);
    }
}

/// What was committed before an operator went back is not committed for the work that came after.
#[test]
fn v11_asks_for_what_was_done_since_the_claim() {
    let mut script = marked();
    script.terms.keeper = Keeper::Store;
    script.store(
        Who::Operator,
        Keeper::Store,
        Some(0),
        Write::Reset,
        Vec::new(),
    );
    script.note(
        ME,
        Event::Fenced {
            assignment: Assignment(1),
            place: P,
        },
    );
    script.claim(ME, 1, 0);
    script.work(ME, 1, 0..1);
    let (who, kind) = (ME, CallKind::CloseMember);
    close(&mut script, who, kind, Outcome::Acknowledged);
    let found = script.violations();
    assert!(found.iter().any(|it| it.invariant == Invariant::V11));
}

#[test]
fn v11_a_commit_that_was_acknowledged_and_is_not_stored() {
    for keeper in [Keeper::Store, Keeper::Kafka] {
        let mut script = marked();
        script.terms.keeper = keeper;
        script.records(2..3);
        script.work(ME, 1, 2..3);
        let (commit, assignment, place) = (Commit(9), Assignment(1), P);
        let began = Event::CommitBegan {
            commit,
            assignment,
            keeper,
            place,
            next: 3,
        };
        script.note(ME, began);
        let (outcome, at) = (Outcome::Acknowledged, Some(3));
        script.note(
            ME,
            Event::CommitEnded {
                commit,
                outcome,
                at,
            },
        );
        let found = script.violations();
        assert!(found.iter().any(|it| it.invariant == Invariant::V11));
    }
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
