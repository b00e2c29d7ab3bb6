//! What is bad about offsets and claims: V4 to V6, each found by the smallest history that breaks it.

use super::super::script::*;
use crate::check::Invariant;
use crate::history::*;

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
fn v5_an_offset_that_is_lower_at_the_end_than_it_was() {
    let mut script = marked();
    // All of it is gone, so that no lag tells.
    script.remove(0, 2, Gone::DeleteRecords);
    script.settle();
    let log = Log {
        start: 1,
        stable: 1,
        ..Log::default()
    };
    script.ending.logs.insert(P, log);
    script.ending.kafka.insert(P, 1);
    script.only(Invariant::V5);
}

#[test]
fn v9_an_offset_that_is_behind_the_end_of_its_log() {
    let mut script = marked();
    script.commit(ME, 1, 5, &[], Outcome::Acknowledged);
    script.settle();
    script.only(Invariant::V9);
}

#[test]
fn v9_a_partition_without_a_mirror() {
    let mut script = exactly_once();
    script.note(Who::World, Event::Healed);
    script.claim(ME, 1, 2);
    script.settle();
    script.holds();
    let last = script.history.entries().len();
    let healed = script.history.entries()[last - 3].clone();
    assert_eq!(healed.event, Event::Healed);
    script.history.entries_mut().remove(last - 3);
    script.only(Invariant::V9);
}

/// The first mirror of a claim may go back, to where the claim starts; no later one.
#[test]
fn v5_the_mirror_goes_back_within_a_claim() {
    let mut script = exactly_once();
    let mirror = |script: &mut Script, next| {
        script.store(ME, Keeper::Kafka, Some(next), Write::Commit, Vec::new());
    };
    mirror(&mut script, 2);
    script.store(
        Who::Operator,
        Keeper::Store,
        Some(0),
        Write::Reset,
        Vec::new(),
    );
    script.claim(ME, 1, 0);
    mirror(&mut script, 0);
    script.work(ME, 1, 0..2);
    script.commit(ME, 1, 2, &[0, 1], Outcome::Acknowledged);
    mirror(&mut script, 2);
    let mut late = script.clone();
    script.settle();
    script.holds();
    mirror(&mut late, 0);
    mirror(&mut late, 2);
    late.settle();
    late.only(Invariant::V5);
}
