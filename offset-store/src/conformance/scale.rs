//! Many rows, many commits.

use super::Place;
use super::steps::*;
use crate::{Committed, OffsetStore};

pub async fn ten_thousand_partitions_in_one_commit<S: OffsetStore>(
    open: impl AsyncFn(&Place) -> S,
) {
    let (place, one, two) = two(&open).await;
    let keys: Vec<_> = (0..10_000).map(|at| place.partition(at)).collect();
    let claims = claim_all(&one, "one", &keys).await;
    let advances = claims
        .into_iter()
        .map(|claim| claim.advance(Committed::at(9)))
        .collect();
    let answers = one.commit(advances).await.expect("commit");
    assert_eq!(
        answers.iter().filter(|answer| answer.is_ok()).count(),
        keys.len()
    );
    let rows = two.fetch(&keys).await.expect("fetch");
    assert!(rows.iter().flatten().all(|row| row.next_offset == Some(9)));
    assert_eq!(rows.iter().flatten().count(), keys.len());
}

pub async fn a_thousand_commits_of_one_partition<S: OffsetStore>(open: impl AsyncFn(&Place) -> S) {
    let (place, one, _two) = two(&open).await;
    let mut owner = claim(&one, "one", &place.key()).await;
    for at in 1..=1000 {
        owner = commit(&one, owner, 5 + at).await;
    }
    assert_eq!(next(&one, &place.key()).await, Some(1005));
}
