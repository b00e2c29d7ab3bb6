//! Results and offsets in one transaction.

use super::crashes::poll_and_drop;
use super::steps::*;
use super::{Place, Probe};
use crate::{Claim, CommitError, Committed, Refused};

async fn commit_results<S: Probe>(
    store: &S,
    claim: Claim,
    next: i64,
) -> Result<Result<Claim, Refused>, CommitError> {
    let mut results = store.begin();
    S::add(&mut results, "records", next - claim.start().next);
    store
        .commit_results(results, claim.advance(Committed::at(next)))
        .await
}

pub async fn results_and_offset_move_together<S: Probe>(open: impl AsyncFn(&Place) -> S) {
    let (place, one, two) = two(&open).await;
    let mut owner = claim(&one, "one", &place.key()).await;
    for at in [8, 8, 20] {
        owner = commit_results(&one, owner, at)
            .await
            .expect("commit")
            .expect("moved");
        assert_eq!(owner.start().next, at);
        assert_eq!(next(&two, &place.key()).await, Some(at));
        assert_eq!(two.read("records").await, at - 5);
    }
}

pub async fn a_fenced_commit_writes_neither<S: Probe>(open: impl AsyncFn(&Place) -> S) {
    let (place, one, two) = two(&open).await;
    let older = claim(&one, "one", &place.key()).await;
    let owner = claim(&two, "two", &place.key()).await;
    let refused = commit_results(&one, older, 50).await.expect("an answer");
    assert!(
        matches!(refused, Err(Refused::Fenced { .. })),
        "{refused:?}"
    );
    assert_eq!(two.read("records").await, 0);
    assert!(owner.stands_in(row(&two, &place.key()).await.as_ref()));
    commit_results(&two, owner, 6)
        .await
        .expect("commit")
        .expect("moved");
    assert_eq!(one.read("records").await, 1);
}

pub async fn results_that_fail_leave_the_claim_where_it_stood<S: Probe>(
    open: impl AsyncFn(&Place) -> S,
) {
    undone(open, S::fail).await;
}

pub async fn results_that_panic_leave_the_claim_where_it_stood<S: Probe>(
    open: impl AsyncFn(&Place) -> S,
) {
    undone(open, S::panic).await;
}

async fn undone<S: Probe>(open: impl AsyncFn(&Place) -> S, spoil: fn(&mut S::Transaction)) {
    let (place, one, two) = two(&open).await;
    let owner = claim(&one, "one", &place.key()).await;
    let mut results = one.begin();
    S::add(&mut results, "records", 1);
    spoil(&mut results);
    let failed = one
        .commit_results(results, owner.advance(Committed::at(6)))
        .await;
    let Err(CommitError::Results { claim: owner, .. }) = failed else {
        panic!("failed, not {failed:?}")
    };
    assert_eq!((two.read("records").await, owner.start().next), (0, 5));
    commit_results(&one, *owner, 6)
        .await
        .expect("commit")
        .expect("moved");
    assert_eq!(two.read("records").await, 1);
}

pub async fn a_transaction_that_is_dropped_writes_nothing<S: Probe>(
    open: impl AsyncFn(&Place) -> S,
) {
    let (place, one, two) = two(&open).await;
    let owner = claim(&one, "one", &place.key()).await;
    let mut results = one.begin();
    S::add(&mut results, "records", 1);
    drop(results);
    assert_eq!(two.read("records").await, 0);
    commit_results(&one, owner, 6)
        .await
        .expect("commit")
        .expect("moved");
    assert_eq!(two.read("records").await, 1);
}

/// Four owners who all think they are the one. Every record's effect is in the results once, whoever wrote it.
pub async fn owners_that_fence_each_other_count_each_record_once<S: Probe>(
    open: impl AsyncFn(&Place) -> S,
) {
    let (place, one, two) = two(&open).await;
    let work = async |store: &S, owner: &str| {
        for round in 0..12 {
            let again = confirmed(store, &[place.key()]).await.remove(0);
            let Ok(mut claim) = try_claim(store, owner, wanted(again)).await else {
                continue;
            };
            for step in 0..round % 4 {
                let to = claim.start().next + step;
                let Ok(moved) = commit_results(store, claim, to).await.expect("commit") else {
                    break;
                };
                claim = moved;
            }
        }
    };
    tokio::join!(
        work(&one, "a"),
        work(&two, "b"),
        work(&one, "c"),
        work(&two, "d")
    );
    let stands = next(&one, &place.key()).await.expect("claimed");
    assert!(stands > 5, "nobody came through");
    assert_eq!(one.read("records").await, stands - 5);
}

pub async fn a_dropped_commit_did_both_or_neither<S: Probe>(open: impl AsyncFn(&Place) -> S) {
    let (place, one, two) = two(&open).await;
    for polls in 0..12 {
        let owner = claim_at_last(&one, "one", &place.key()).await;
        let to = owner.start().next + 3;
        poll_and_drop(commit_results(&one, owner, to), polls).await;
        let owner = claim_at_last(&two, "two", &place.key()).await;
        assert_eq!(two.read("records").await, owner.start().next - 5);
    }
}

pub async fn results_are_on_the_disk_when_the_commit_returns<S: Probe>(
    open: impl AsyncFn(&Place) -> S,
) {
    let (place, one, _two) = two(&open).await;
    let owner = claim(&one, "one", &place.key()).await;
    if !one.info().durable || place.is_empty() {
        return skipped(&one, "keeps nothing in the folder");
    }
    commit_results(&one, owner, 9)
        .await
        .expect("commit")
        .expect("moved");
    let after_power_loss = open(&place.snapshot()).await;
    assert_eq!(next(&after_power_loss, &place.key()).await, Some(9));
    assert_eq!(after_power_loss.read("records").await, 4);
}
