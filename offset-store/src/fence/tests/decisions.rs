//! Single decisions that histories reach too rarely to be shown by them.

use ottla_protocol::types::TopicId;

use crate::Refused;
use crate::confirm::{Confirmed, Seen};
use crate::fence::{self, Claim, FORMER_TOPIC_IDS, Fate, Reset, Wanted};
use crate::model::{Committed, Fence, Key, Owner, Row};
use crate::table::Expect;

fn key() -> Key {
    Key::new("", "billing", "orders", 3)
}

fn fence(number: u8) -> Fence {
    Fence([number; 16])
}

fn claimed(row: Option<Row>, owner: &str, fence: Fence) -> Claim {
    let confirmed = Seen::new(key(), row).by_coordinator();
    let wanted = Wanted::new(confirmed, Committed::at(5), TopicId([1; 16]), 4);
    fence::claim(&Owner::new(owner), wanted, fence, 77)
        .expect("claimed")
        .done()
}

fn reread(claim: &Claim) -> Confirmed {
    Seen::new(key(), Some(claim.row.clone())).by_coordinator()
}

#[test]
fn a_claim_expects_exactly_what_was_read() {
    let wanted = Wanted::new(
        Seen::new(key(), None).by_coordinator(),
        Committed::at(5),
        TopicId::UNKNOWN,
        0,
    );
    let first = fence::claim(&Owner::new("a"), wanted, fence(1), 77).expect("claimed");
    assert_eq!(first.write().expect, Expect::Absent);
    let first = first.done();
    let wanted = Wanted::new(reread(&first), Committed::at(0), TopicId::UNKNOWN, 0);
    let second = fence::claim(&Owner::new("b"), wanted, fence(2), 78).expect("claimed");
    let write = second.write();
    assert_eq!(write.expect, Expect::Fence(fence(1)));
    let row = write.row.expect("a claim writes");
    assert_eq!(
        (row.fence, row.replaced, row.next_offset),
        (fence(2), fence(1), Some(5))
    );
    assert_eq!(
        (row.owner.as_deref(), row.leader_epoch, row.updated_at),
        (Some("b"), -1, 78)
    );
}

#[test]
fn only_the_very_fence_proves_that_a_lost_answer_meant_yes() {
    let claim = claimed(None, "a", fence(1));
    let before = claim.row.clone();
    let advance = claim.advance(Committed::at(9));
    let committing = fence::advance(advance, fence(2), 80);
    let written = committing.write().row.expect("a commit writes");
    let lost = committing.unknown();
    assert_eq!(lost.fate(Some(&before)), Fate::NotYet);
    assert_eq!(lost.fate(Some(&written)), Fate::Done);
    assert_eq!(lost.fate(None), Fate::Gone);
    // The same offset under another fence proves nothing.
    let look_alike = Row {
        fence: fence(3),
        ..written.clone()
    };
    assert_eq!(lost.fate(Some(&look_alike)), Fate::Gone);
    // Claimed from either of the two fences that were ours.
    for row in [before, written] {
        let theirs = claimed(Some(row), "b", fence(4));
        assert_eq!(lost.fate(Some(&theirs.row)), Fate::Taken("b".into()));
    }
}

#[test]
fn a_refusal_that_reads_our_own_fence_is_a_yes() {
    let claim = claimed(None, "a", fence(1));
    let committing = fence::advance(claim.advance(Committed::at(9)), fence(2), 80);
    let written = committing.write().row;
    let claim = committing
        .refused(written.as_ref())
        .expect("ours after all");
    assert_eq!((claim.fence(), claim.start().next), (fence(2), 9));
}

#[test]
fn a_second_owner_is_told_only_to_one_who_held_without_a_break() {
    let ours = claimed(None, "a", fence(1));
    let theirs = claimed(Some(ours.row.clone()), "b", fence(2));
    let lost = ours.lose();
    let wanted = || Wanted::new(reread(&theirs), Committed::at(0), TopicId::UNKNOWN, 0);
    let claim = |wanted, owner| fence::claim(&Owner::new(owner), wanted, fence(3), 0);
    let refused = claim(wanted().after(lost.clone()), "a").expect_err("two owners");
    assert_eq!(
        refused.to_string(),
        "orders-3 of group \"billing\": claimed by both \"a\" and \"b\""
    );
    assert!(
        claim(wanted(), "a").is_ok(),
        "after a break the other was right"
    );
    assert!(
        claim(wanted().after(lost), "b").is_ok(),
        "our own other claim"
    );
}

#[test]
fn a_row_remembers_a_bounded_number_of_topics() {
    let mut row = claimed(None, "a", fence(1)).row;
    for id in 2..100 {
        let mut reset = Reset::new(key(), Committed::at(0));
        reset.topic_id = TopicId([id; 16]);
        let write = fence::reset(Some(&row), &reset, fence(id), 0).expect("a new topic");
        row = write.row.expect("a reset writes");
        assert_eq!(row.topic_id, reset.topic_id);
    }
    assert_eq!(row.former_topic_ids.len(), FORMER_TOPIC_IDS);
    let mut back = Reset::new(key(), Committed::at(0));
    back.topic_id = TopicId([98; 16]);
    let refused = fence::reset(Some(&row), &back, fence(200), 0);
    assert!(matches!(refused, Err(Refused::FormerTopic { .. })));
}

#[test]
fn a_deleted_offset_lets_the_next_claim_follow_the_topic() {
    let row = claimed(None, "a", fence(1)).row;
    let forgotten = fence::forget(Some(&row), fence(2), 0)
        .expect("something to forget")
        .row;
    assert_eq!(fence::forget(forgotten.as_ref(), fence(3), 0), None);
    let confirmed = Seen::new(key(), forgotten).by_coordinator();
    let wanted = Wanted::new(confirmed, Committed::at(12), TopicId([2; 16]), 4);
    let claim = fence::claim(&Owner::new("a"), wanted, fence(3), 0)
        .expect("claimed")
        .done();
    assert_eq!(
        (claim.start().next, claim.topic_id()),
        (12, TopicId([2; 16]))
    );
    assert_eq!(claim.row.former_topic_ids, [TopicId([1; 16])]);
}
