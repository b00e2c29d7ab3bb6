//! The steps that properties are made of.

use ottla_protocol::types::TopicId;

use super::Place;
use crate::{
    Claim, Committed, Confirmed, Key, OffsetStore, Owner, Refused, Row, StoreError, Wanted, confirm,
};

pub(super) const TOPIC: TopicId = TopicId([7; 16]);
pub(super) const ANOTHER_TOPIC: TopicId = TopicId([8; 16]);

/// Two handles on one place.
pub(super) async fn two<S>(open: &impl AsyncFn(&Place) -> S) -> (Place, S, S) {
    let place = Place::new();
    let (one, two) = (open(&place).await, open(&place).await);
    (place, one, two)
}

/// Steps 1 and 2, with a coordinator that says yes.
pub(super) async fn confirmed(store: &impl OffsetStore, keys: &[Key]) -> Vec<Confirmed> {
    let seen = store.look(keys).await.expect("look");
    let confirmed = confirm(seen, async || Ok::<_, StoreError>(())).await;
    confirmed.expect("the coordinator said yes")
}

/// A claim that starts new rows at 5.
pub(super) fn wanted(confirmed: Confirmed) -> Wanted {
    Wanted::new(confirmed, Committed::at(5), TOPIC, 8)
}

pub(super) async fn try_claim(
    store: &impl OffsetStore,
    owner: &str,
    wanted: Wanted,
) -> Result<Claim, Refused> {
    let claims = store.claim(&Owner::new(owner), vec![wanted]).await;
    claims.expect("claim").pop().expect("an answer")
}

/// All three steps, for all keys.
pub(super) async fn claim_all(store: &impl OffsetStore, owner: &str, keys: &[Key]) -> Vec<Claim> {
    let confirmed = confirmed(store, keys).await;
    let wanted = confirmed.into_iter().map(wanted).collect();
    let claims = store.claim(&Owner::new(owner), wanted).await;
    claims
        .expect("claim")
        .into_iter()
        .map(|claim| claim.expect("claimed"))
        .collect()
}

/// All three steps.
pub(super) async fn claim(store: &impl OffsetStore, owner: &str, key: &Key) -> Claim {
    let mut claims = claim_all(store, owner, std::slice::from_ref(key)).await;
    claims.pop().expect("an answer")
}

/// All three steps, from the start as often as a call that nobody waits for any more gets in between.
pub(super) async fn claim_at_last(store: &impl OffsetStore, owner: &str, key: &Key) -> Claim {
    for _ in 0..100 {
        let again = confirmed(store, std::slice::from_ref(key)).await.remove(0);
        match try_claim(store, owner, wanted(again)).await {
            Ok(claim) => return claim,
            Err(refused) => assert!(matches!(refused, Refused::Overtaken { .. }), "{refused}"),
        }
    }
    panic!("{key} was overtaken 100 times");
}

pub(super) async fn try_commit(
    store: &impl OffsetStore,
    claim: Claim,
    next: i64,
) -> Result<Claim, Refused> {
    let answers = store.commit(vec![claim.advance(Committed::at(next))]).await;
    answers.expect("commit").pop().expect("an answer")
}

pub(super) async fn commit(store: &impl OffsetStore, claim: Claim, next: i64) -> Claim {
    try_commit(store, claim, next).await.expect("not refused")
}

/// The row, if there is one.
pub(super) async fn row(store: &impl OffsetStore, key: &Key) -> Option<Row> {
    let rows = store.fetch(std::slice::from_ref(key)).await;
    rows.expect("fetch").pop().expect("an answer")
}

/// The committed offset, if there is one.
pub(super) async fn next(store: &impl OffsetStore, key: &Key) -> Option<i64> {
    row(store, key).await.and_then(|row| row.next_offset)
}

/// Says that a property does not apply.
pub(super) fn skipped(store: &impl OffsetStore, why: &str) {
    println!("skipped: store {} {why}", store.info().name);
}
