//! Who may write, and who may not any more.

use std::collections::HashSet;

use super::Place;
use super::steps::*;
use crate::{Committed, Fate, OffsetStore, Refused, Reset};

pub async fn an_older_claim_is_fenced<S: OffsetStore>(open: impl AsyncFn(&Place) -> S) {
    let (place, one, two) = two(&open).await;
    let older = claim(&one, "one", &place.key()).await;
    let owner = claim(&two, "two", &place.key()).await;
    let refused = try_commit(&one, older, 50).await;
    assert!(matches!(refused, Err(Refused::Fenced { by: Some(by), .. }) if by == "two"));
    commit(&two, owner, 6).await;
}

pub async fn a_fenced_commit_writes_nothing<S: OffsetStore>(open: impl AsyncFn(&Place) -> S) {
    let (place, one, two) = two(&open).await;
    let older = claim(&one, "one", &place.key()).await;
    let owner = claim(&two, "two", &place.key()).await;
    let before = row(&two, &place.key()).await;
    assert!(try_commit(&one, older, 50).await.is_err());
    assert_eq!(row(&two, &place.key()).await, before);
    assert!(owner.stands_in(before.as_ref()));
}

pub async fn a_commit_of_no_way_at_all_is_fenced_too<S: OffsetStore>(
    open: impl AsyncFn(&Place) -> S,
) {
    let (place, one, two) = two(&open).await;
    let older = claim(&one, "one", &place.key()).await;
    claim(&two, "two", &place.key()).await;
    let refused = try_commit(&one, older, 5).await;
    assert!(
        matches!(refused, Err(Refused::Fenced { .. })),
        "{refused:?}"
    );
}

pub async fn every_write_draws_a_new_fence<S: OffsetStore>(open: impl AsyncFn(&Place) -> S) {
    let (place, one, two) = two(&open).await;
    let mut fences = HashSet::new();
    let mut writes = 0;
    let mut note = async |what: &str| {
        writes += 1;
        let row = row(&two, &place.key()).await.expect("a row");
        assert!(!row.fence.is_none(), "{what}: no fence");
        fences.insert(row.fence);
        assert_eq!(fences.len(), writes, "{what}: the same fence again");
    };
    let owner = claim(&one, "one", &place.key()).await;
    note("a claim").await;
    let owner = commit(&one, owner, 6).await;
    note("a commit").await;
    let owner = commit(&one, owner, 6).await;
    note("a commit of no way").await;
    one.release(vec![owner]).await.expect("release");
    note("a release").await;
    let reset = vec![Reset::new(place.key(), Committed::at(6))];
    assert!(one.reset(reset).await.expect("reset")[0].is_ok());
    note("a reset").await;
    one.delete(&[place.key()]).await.expect("delete");
    note("a deletion").await;
}

pub async fn a_fenced_owner_claims_again_and_goes_on<S: OffsetStore>(
    open: impl AsyncFn(&Place) -> S,
) {
    let (place, one, two) = two(&open).await;
    let owner = claim(&one, "one", &place.key()).await;
    let zombie = claim(&two, "zombie", &place.key()).await;
    commit(&two, zombie, 7).await;
    assert!(try_commit(&one, owner, 8).await.is_err());
    // Without a word on having held it all the time: a break lies between.
    let owner = claim(&one, "one", &place.key()).await;
    assert_eq!(owner.start().next, 7);
    commit(&one, owner, 8).await;
}

pub async fn two_owners_by_right_are_told_of_each_other<S: OffsetStore>(
    open: impl AsyncFn(&Place) -> S,
) {
    let (place, one, two) = two(&open).await;
    let ours = claim(&one, "one", &place.key()).await;
    let theirs = claim(&two, "two", &place.key()).await;
    commit(&two, theirs, 7).await;
    let Err(Refused::Fenced { lost, .. }) = try_commit(&one, ours, 8).await else {
        panic!("fenced")
    };
    let row = row(&one, &place.key()).await;
    assert_eq!(lost.fate(row.as_ref()), Fate::Taken("two".into()));
    let again = confirmed(&one, &[place.key()]).await.remove(0);
    let refused = try_claim(&one, "one", wanted(again).after(*lost)).await;
    let Err(Refused::DualOwner { ours, theirs, .. }) = refused else {
        panic!("two owners, not {refused:?}")
    };
    assert_eq!((ours.as_str(), theirs.as_str()), ("one", "two"));
}

pub async fn by_hand_any_claim_over_ours_is_told_at_once<S: OffsetStore>(
    open: impl AsyncFn(&Place) -> S,
) {
    let (place, one, two) = two(&open).await;
    let seen = one.look(&[place.key()]).await.expect("look").remove(0);
    let ours = try_claim(&one, "one", wanted(seen.assigned_by_hand())).await;
    let ours = ours.expect("claimed");
    claim(&two, "two", &place.key()).await;
    let refused = try_commit(&one, ours, 8).await;
    assert!(
        matches!(refused, Err(Refused::DualOwner { .. })),
        "{refused:?}"
    );
}

pub async fn a_release_by_a_fenced_owner_changes_nothing<S: OffsetStore>(
    open: impl AsyncFn(&Place) -> S,
) {
    let (place, one, two) = two(&open).await;
    let older = claim(&one, "one", &place.key()).await;
    let owner = claim(&two, "two", &place.key()).await;
    one.release(vec![older]).await.expect("passed over");
    assert!(owner.stands_in(row(&one, &place.key()).await.as_ref()));
    commit(&two, owner, 6).await;
}

/// Four owners who all think they are the one: whatever is committed, the row only ever moves on.
pub async fn owners_that_fence_each_other_never_go_back<S: OffsetStore>(
    open: impl AsyncFn(&Place) -> S,
) {
    let (place, one, two) = two(&open).await;
    let steal = async |store: &S, owner: &str| {
        let mut last = 0;
        for _ in 0..10 {
            let again = confirmed(store, &[place.key()]).await.remove(0);
            let Ok(mut claim) = try_claim(store, owner, wanted(again)).await else {
                continue;
            };
            loop {
                assert!(claim.start().next >= last, "went back");
                last = claim.start().next;
                match try_commit(store, claim, last + 1).await {
                    Ok(moved) if last % 3 != 0 => claim = moved,
                    _ => break,
                }
            }
        }
    };
    tokio::join!(
        steal(&one, "a"),
        steal(&two, "b"),
        steal(&one, "c"),
        steal(&two, "d")
    );
    assert!(
        next(&one, &place.key()).await > Some(5),
        "nobody came through"
    );
}
