//! What is left when a process, a machine or a caller goes away.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Waker};

use super::Place;
use super::steps::*;
use crate::{Committed, OffsetStore};

pub async fn a_commit_survives_the_store<S: OffsetStore>(open: impl AsyncFn(&Place) -> S) {
    let (place, one, two) = two(&open).await;
    if !one.info().durable {
        return skipped(&one, "is not durable");
    }
    let claim = claim(&one, "one", &place.key()).await;
    commit(&one, claim, 31).await;
    drop((one, two));
    place.forget_shared().await;
    let again = open(&place).await;
    assert_eq!(next(&again, &place.key()).await, Some(31));
}

/// The folder is copied while the store is open and has had no chance to tidy up.
pub async fn a_commit_is_on_the_disk_when_it_returns<S: OffsetStore>(
    open: impl AsyncFn(&Place) -> S,
) {
    let (place, one, _two) = two(&open).await;
    let mut claim = claim(&one, "one", &place.key()).await;
    if !one.info().durable || place.is_empty() {
        return skipped(&one, "keeps nothing in the folder");
    }
    for at in [6, 7, 8] {
        claim = commit(&one, claim, at).await;
        let after_power_loss = open(&place.snapshot()).await;
        let row = row(&after_power_loss, &place.key()).await.expect("the row");
        assert_eq!(row.next_offset, Some(at));
        assert!(claim.stands_in(Some(&row)));
    }
}

/// A call is dropped at each of its waits in turn.
pub async fn a_dropped_call_did_all_or_nothing<S: OffsetStore>(open: impl AsyncFn(&Place) -> S) {
    let (place, one, two) = two(&open).await;
    for polls in 0..12 {
        let keys: Vec<_> = (0..4).map(|at| place.partition(polls * 4 + at)).collect();
        let again = confirmed(&one, &keys)
            .await
            .into_iter()
            .map(wanted)
            .collect();
        let owner = crate::Owner::new("one");
        poll_and_drop(one.claim(&owner, again), polls).await;
        let mut advances = Vec::new();
        for key in &keys {
            let claim = claim_at_last(&one, "one", key).await;
            advances.push(claim.advance(Committed::at(9)));
        }
        poll_and_drop(one.commit(advances), polls).await;
        // A new claim shuts out what may still be under way; from then on the row tells the truth.
        for key in &keys {
            let claim = claim_at_last(&two, "two", key).await;
            let stands = claim.start().next;
            assert!(stands == 5 || stands == 9, "{stands}");
            commit(&two, claim, 10).await;
        }
        assert_eq!(next(&one, &keys[0]).await, Some(10));
    }
}

/// Polls a future so often, giving others a turn in between, then drops it.
pub(super) async fn poll_and_drop<F: Future>(future: F, polls: i32) {
    let mut future = pin!(future);
    for _ in 0..polls {
        let mut context = Context::from_waker(Waker::noop());
        if future.as_mut().poll(&mut context).is_ready() {
            return;
        }
        tokio::task::yield_now().await;
    }
}

pub async fn a_store_can_be_opened_many_times_at_once<S: OffsetStore>(
    open: impl AsyncFn(&Place) -> S,
) {
    let place = Place::new();
    let open = async || open(&place).await;
    let (a, b, c, d) = tokio::join!(open(), open(), open(), open());
    for (at, store) in [a, b, c, d].iter().enumerate() {
        let claim = claim(store, "one", &place.key()).await;
        commit(store, claim, 6 + at as i64).await;
        assert_eq!(next(store, &place.key()).await, Some(6 + at as i64));
    }
}
