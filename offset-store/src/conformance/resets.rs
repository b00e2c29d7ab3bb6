//! What operators do to running groups.

use super::Place;
use super::steps::*;
use crate::{Committed, OffsetStore, Refused, Reset};

async fn reset(store: &impl OffsetStore, place: &Place, next: i64) {
    let answers = store
        .reset(vec![Reset::new(place.key(), Committed::at(next))])
        .await;
    assert!(answers.expect("reset").remove(0).is_ok());
}

pub async fn a_reset_fences_the_owner<S: OffsetStore>(open: impl AsyncFn(&Place) -> S) {
    let (place, one, operator) = two(&open).await;
    for to in [2, 200] {
        let owner = claim(&one, "one", &place.key()).await;
        reset(&operator, &place, to).await;
        let refused = try_commit(&one, owner, 50).await;
        assert!(
            matches!(refused, Err(Refused::Fenced { by: None, .. })),
            "{refused:?}"
        );
        assert_eq!(next(&operator, &place.key()).await, Some(to));
    }
}

pub async fn a_reset_to_the_same_offset_fences_too<S: OffsetStore>(
    open: impl AsyncFn(&Place) -> S,
) {
    let (place, one, operator) = two(&open).await;
    let owner = claim(&one, "one", &place.key()).await;
    reset(&operator, &place, 5).await;
    assert!(try_commit(&one, owner, 6).await.is_err());
}

pub async fn the_owner_goes_on_from_the_reset<S: OffsetStore>(open: impl AsyncFn(&Place) -> S) {
    let (place, one, operator) = two(&open).await;
    let owner = claim(&one, "one", &place.key()).await;
    reset(&operator, &place, 2).await;
    let Err(Refused::Fenced { lost, .. }) = try_commit(&one, owner, 6).await else {
        panic!("fenced")
    };
    // Held without a break: an operator is no second owner.
    let again = confirmed(&one, &[place.key()]).await.remove(0);
    let owner = try_claim(&one, "one", wanted(again).after(*lost))
        .await
        .expect("claimed");
    assert_eq!(owner.start().next, 2);
    commit(&one, owner, 3).await;
}

pub async fn a_reset_shows_in_the_fences<S: OffsetStore>(open: impl AsyncFn(&Place) -> S) {
    let (place, one, operator) = two(&open).await;
    let owner = claim(&one, "one", &place.key()).await;
    assert!(owner.stands_in(row(&one, &place.key()).await.as_ref()));
    reset(&operator, &place, 5).await;
    assert!(
        !owner.stands_in(row(&one, &place.key()).await.as_ref()),
        "a quiet topic's owner must see it"
    );
}

pub async fn a_reset_makes_a_row<S: OffsetStore>(open: impl AsyncFn(&Place) -> S) {
    let (place, one, operator) = two(&open).await;
    let late = confirmed(&one, &[place.key()]).await.remove(0);
    reset(&operator, &place, 12).await;
    assert!(
        try_claim(&one, "one", wanted(late)).await.is_err(),
        "read before the reset"
    );
    assert_eq!(claim(&one, "one", &place.key()).await.start().next, 12);
}

/// Or a reset of a grown topic's old partitions would make its new one pass for old, and skip what came to it first.
pub async fn a_reset_keeps_how_many_partitions_a_row_was_made_with<S: OffsetStore>(
    open: impl AsyncFn(&Place) -> S,
) {
    let (place, one, operator) = two(&open).await;
    claim(&one, "one", &place.key()).await;
    for (topic_id, expected) in [(TOPIC, 8), (ANOTHER_TOPIC, 12)] {
        let mut reset = Reset::new(place.key(), Committed::at(2));
        reset.topic_id = topic_id;
        reset.partitions_seen = 12;
        let answers = operator.reset(vec![reset]).await.expect("reset");
        assert!(answers.iter().all(Result::is_ok), "{answers:?}");
        let row = row(&one, &place.key()).await.expect("a row");
        assert_eq!((row.topic_id, row.partitions_seen), (topic_id, expected));
    }
}

pub async fn a_reset_wins_against_a_busy_owner<S: OffsetStore>(open: impl AsyncFn(&Place) -> S) {
    let (place, one, operator) = two(&open).await;
    let mut owner = claim(&one, "one", &place.key()).await;
    let busy = async {
        for at in 6..2000 {
            match try_commit(&one, owner, at).await {
                Ok(moved) => owner = moved,
                Err(_) => return,
            }
            tokio::task::yield_now().await;
        }
        panic!("was never fenced");
    };
    tokio::join!(busy, reset(&operator, &place, 1_000_000));
    assert_eq!(next(&one, &place.key()).await, Some(1_000_000));
}

pub async fn a_reset_to_a_marker_is_refused<S: OffsetStore>(open: impl AsyncFn(&Place) -> S) {
    let (place, one, operator) = two(&open).await;
    let owner = claim(&one, "one", &place.key()).await;
    let both = vec![
        Reset::new(place.key(), Committed::at(-2)),
        Reset::new(place.partition(4), Committed::at(8)),
    ];
    let answers = operator.reset(both).await.expect("reset");
    assert!(matches!(
        answers[0],
        Err(Refused::NotAnOffset { next: -2, .. })
    ));
    assert!(answers[1].is_ok());
    assert_eq!(next(&one, &place.partition(4)).await, Some(8));
    commit(&one, owner, 6).await;
}

pub async fn a_deletion_forgets_the_offset_and_fences_the_owner<S: OffsetStore>(
    open: impl AsyncFn(&Place) -> S,
) {
    let (place, one, operator) = two(&open).await;
    let owner = claim(&one, "one", &place.key()).await;
    let owner = commit(&one, owner, 50).await;
    operator.delete(&[place.key()]).await.expect("delete");
    assert_eq!(next(&one, &place.key()).await, None);
    assert!(try_commit(&one, owner, 51).await.is_err());
    assert_eq!(
        claim(&one, "one", &place.key()).await.start().next,
        5,
        "as a new row"
    );
}

pub async fn a_deletion_revives_no_late_claim<S: OffsetStore>(open: impl AsyncFn(&Place) -> S) {
    let (place, one, operator) = two(&open).await;
    let late = confirmed(&one, &[place.key()]).await.remove(0);
    claim(&operator, "another", &place.key()).await;
    operator.delete(&[place.key()]).await.expect("delete");
    let refused = try_claim(&one, "late", wanted(late)).await;
    assert!(
        matches!(refused, Err(Refused::Overtaken { .. })),
        "{refused:?}"
    );
}

pub async fn deleting_what_is_not_there_is_no_error<S: OffsetStore>(
    open: impl AsyncFn(&Place) -> S,
) {
    let (place, one, operator) = two(&open).await;
    operator
        .delete(&[place.key()])
        .await
        .expect("nothing to delete");
    claim(&one, "one", &place.key()).await;
    operator.delete(&[place.key()]).await.expect("delete");
    operator
        .delete(&[place.key(), place.partition(1)])
        .await
        .expect("deleted already");
    assert_eq!(next(&one, &place.key()).await, None);
}
