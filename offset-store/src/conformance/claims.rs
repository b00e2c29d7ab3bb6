//! Who gets a claim, and where it starts.

use super::Place;
use super::steps::*;
use crate::{Committed, OffsetStore, Refused, Wanted};

pub async fn a_new_row_stores_its_start_at_once<S: OffsetStore>(open: impl AsyncFn(&Place) -> S) {
    let (place, one, two) = two(&open).await;
    let claim = claim(&one, "one", &place.key()).await;
    assert_eq!(claim.start(), &Committed::at(5));
    let row = row(&two, &place.key())
        .await
        .expect("stored before anything was processed");
    assert_eq!(row.committed(), Some(Committed::at(5)));
    assert!(claim.stands_in(Some(&row)));
}

pub async fn a_claimed_row_knows_its_topic<S: OffsetStore>(open: impl AsyncFn(&Place) -> S) {
    let (place, one, two) = two(&open).await;
    claim(&one, "one", &place.key()).await;
    let row = row(&two, &place.key()).await.expect("a row");
    assert_eq!((row.topic_id, row.partitions_seen), (TOPIC, 8));
}

/// Or the first of several members to claim after a topic grew would hide that from the others.
pub async fn a_row_keeps_how_many_partitions_it_was_made_with<S: OffsetStore>(
    open: impl AsyncFn(&Place) -> S,
) {
    let (place, one, two) = two(&open).await;
    claim(&one, "one", &place.key()).await;
    let again = confirmed(&two, &[place.key()]).await.remove(0);
    let again = Wanted::new(again, Committed::at(5), TOPIC, 12);
    try_claim(&two, "two", again).await.expect("a claim");
    let row = row(&two, &place.key()).await.expect("a row");
    assert_eq!(row.partitions_seen, 8);
}

pub async fn a_claim_starts_where_the_last_commit_ended<S: OffsetStore>(
    open: impl AsyncFn(&Place) -> S,
) {
    let (place, one, two) = two(&open).await;
    let first = claim(&one, "one", &place.key()).await;
    let to = Committed::at(42)
        .with_leader_epoch(6)
        .with_metadata("half way");
    let committed = one
        .commit(vec![first.advance(to.clone())])
        .await
        .expect("commit");
    assert!(committed.iter().all(Result::is_ok));
    assert_eq!(claim(&two, "two", &place.key()).await.start(), &to);
}

pub async fn a_claim_shows_its_owner<S: OffsetStore>(open: impl AsyncFn(&Place) -> S) {
    let (place, one, two) = two(&open).await;
    let first = claim(&one, "one", &place.key()).await;
    assert_eq!(
        row(&two, &place.key())
            .await
            .expect("a row")
            .owner
            .as_deref(),
        Some("one")
    );
    claim(&two, "two", &place.key()).await;
    let row = row(&one, &place.key()).await.expect("a row");
    assert_eq!(row.owner.as_deref(), Some("two"));
    assert_eq!(row.replaced, first.fence());
}

pub async fn two_claims_from_one_reading_make_one_owner<S: OffsetStore>(
    open: impl AsyncFn(&Place) -> S,
) {
    let (place, one, two) = two(&open).await;
    // First with a row that is not there, then with one that is.
    for _ in 0..2 {
        let first = confirmed(&one, &[place.key()]).await.remove(0);
        let second = confirmed(&two, &[place.key()]).await.remove(0);
        let (first, second) = tokio::join!(
            try_claim(&one, "one", wanted(first)),
            try_claim(&two, "two", wanted(second)),
        );
        let (winner, loser) = if first.is_ok() {
            (first, second)
        } else {
            (second, first)
        };
        assert!(matches!(loser, Err(Refused::Overtaken { .. })), "{loser:?}");
        commit(&one, winner.expect("one of them"), 6).await;
    }
}

pub async fn a_late_claim_does_not_unseat_the_owner<S: OffsetStore>(
    open: impl AsyncFn(&Place) -> S,
) {
    let (place, one, two) = two(&open).await;
    for at in [10, 20] {
        let late = confirmed(&one, &[place.key()]).await.remove(0);
        let owner = claim(&two, "two", &place.key()).await;
        let refused = try_claim(&one, "one", wanted(late)).await;
        assert!(
            matches!(refused, Err(Refused::Overtaken { .. })),
            "{refused:?}"
        );
        commit(&two, owner, at).await;
        assert_eq!(next(&one, &place.key()).await, Some(at));
    }
}

pub async fn a_marker_is_no_start<S: OffsetStore>(open: impl AsyncFn(&Place) -> S) {
    let (place, one, _two) = two(&open).await;
    let confirmed = confirmed(&one, &[place.key()]).await.remove(0);
    let latest = Wanted::new(confirmed, Committed::at(-1), TOPIC, 8);
    let refused = try_claim(&one, "one", latest).await;
    assert!(
        matches!(refused, Err(Refused::NotAnOffset { next: -1, .. })),
        "{refused:?}"
    );
    assert_eq!(row(&one, &place.key()).await, None);
}

pub async fn a_topic_made_anew_is_not_claimed_by_chance<S: OffsetStore>(
    open: impl AsyncFn(&Place) -> S,
) {
    let (place, one, _two) = two(&open).await;
    let first = claim(&one, "one", &place.key()).await;
    let first = commit(&one, first, 100).await;
    let confirmed = confirmed(&one, &[place.key()]).await.remove(0);
    let anew = Wanted::new(confirmed, Committed::at(0), ANOTHER_TOPIC, 8);
    let refused = try_claim(&one, "one", anew).await;
    assert!(
        matches!(refused, Err(Refused::TopicRecreated { .. })),
        "{refused:?}"
    );
    commit(&one, first, 101).await;
}

pub async fn a_restart_follows_a_topic_made_anew_and_never_goes_back<S: OffsetStore>(
    open: impl AsyncFn(&Place) -> S,
) {
    let (place, one, _two) = two(&open).await;
    claim(&one, "one", &place.key()).await;
    if !one.info().gaps {
        return skipped(&one, "keeps no gaps");
    }
    let anew = confirmed(&one, &[place.key()]).await.remove(0);
    let anew = Wanted::new(anew, Committed::at(0), ANOTHER_TOPIC, 8)
        .restart(Committed::at(0), "the topic was made anew");
    let anew = try_claim(&one, "one", anew)
        .await
        .expect("the policy says so");
    assert_eq!((anew.start().next, anew.topic_id()), (0, ANOTHER_TOPIC));
    let row = row(&one, &place.key()).await.expect("a row");
    assert_eq!(
        (row.topic_id, row.former_topic_ids),
        (ANOTHER_TOPIC, vec![TOPIC])
    );

    let back = confirmed(&one, &[place.key()]).await.remove(0);
    let back = wanted(back).restart(Committed::at(0), "stale metadata");
    let refused = try_claim(&one, "one", back).await;
    assert!(
        matches!(refused, Err(Refused::FormerTopic { .. })),
        "{refused:?}"
    );
}

pub async fn a_row_adopts_a_topic_id_that_appears<S: OffsetStore>(open: impl AsyncFn(&Place) -> S) {
    let (place, one, _two) = two(&open).await;
    let unknown = confirmed(&one, &[place.key()]).await.remove(0);
    let unknown = Wanted::new(unknown, Committed::at(5), Default::default(), 0);
    let unknown = try_claim(&one, "one", unknown)
        .await
        .expect("an older broker");
    assert!(unknown.topic_id().is_unknown());
    let adopted = claim(&one, "one", &place.key()).await;
    assert_eq!(adopted.topic_id(), TOPIC);
    let row = row(&one, &place.key()).await.expect("a row");
    assert_eq!((row.partitions_seen, row.former_topic_ids.len()), (8, 0));
}

pub async fn a_restart_writes_down_what_it_skips<S: OffsetStore>(open: impl AsyncFn(&Place) -> S) {
    let (place, one, two) = two(&open).await;
    if !one.info().gaps {
        return skipped(&one, "keeps no gaps");
    }
    claim(&one, "one", &place.key()).await;
    let confirmed = confirmed(&one, &[place.key()]).await.remove(0);
    let restart = wanted(confirmed).restart(Committed::at(70), "retention");
    let claim = try_claim(&one, "one", restart).await.expect("claimed");
    assert_eq!(claim.start().next, 70);
    let gaps = two.gaps(Some(place.group())).await.expect("gaps");
    let [gap] = gaps.as_slice() else {
        panic!("one gap, not {gaps:?}")
    };
    assert_eq!(
        (&gap.key, gap.from, gap.to, gap.reason.as_str()),
        (&place.key(), 5, 70, "retention")
    );
    assert!(two.gaps(Some("shipping")).await.expect("gaps").is_empty());
}

pub async fn a_released_row_keeps_its_offset_and_shows_no_owner<S: OffsetStore>(
    open: impl AsyncFn(&Place) -> S,
) {
    let (place, one, two) = two(&open).await;
    let first = claim(&one, "one", &place.key()).await;
    let first = commit(&one, first, 9).await;
    one.release(vec![first]).await.expect("release");
    let row = row(&two, &place.key()).await.expect("a row");
    assert_eq!((row.owner, row.next_offset), (None, Some(9)));
    assert_eq!(claim(&two, "two", &place.key()).await.start().next, 9);
}
