//! What a commit does.

use super::Place;
use super::steps::*;
use crate::{Committed, OffsetStore, Refused};

pub async fn a_commit_moves_the_row<S: OffsetStore>(open: impl AsyncFn(&Place) -> S) {
    let (place, one, _two) = two(&open).await;
    let first = claim(&one, "one", &place.key()).await;
    let to = Committed::at(6).with_leader_epoch(0).with_metadata("six");
    let moved = one
        .commit(vec![first.advance(to.clone())])
        .await
        .expect("commit")
        .remove(0);
    let moved = moved.expect("not refused");
    assert_eq!(moved.start(), &to);
    let row = row(&one, &place.key()).await.expect("a row");
    assert_eq!(row.committed(), Some(to));
    assert_eq!((row.owner.as_deref(), row.topic_id), (Some("one"), TOPIC));
    assert!(moved.stands_in(Some(&row)));
}

pub async fn commits_follow_each_other<S: OffsetStore>(open: impl AsyncFn(&Place) -> S) {
    let (place, one, two) = two(&open).await;
    let mut claim = claim(&one, "one", &place.key()).await;
    for at in 6..26 {
        claim = commit(&one, claim, at).await;
        assert_eq!(next(&two, &place.key()).await, Some(at));
    }
}

pub async fn a_commit_of_many_answers_each<S: OffsetStore>(open: impl AsyncFn(&Place) -> S) {
    let (place, one, two) = two(&open).await;
    let keys: Vec<_> = (0..5).map(|at| place.partition(at)).collect();
    let claims = claim_all(&one, "one", &keys).await;
    claim(&two, "two", &keys[2]).await;
    let advances = claims
        .into_iter()
        .map(|claim| claim.advance(Committed::at(9)))
        .collect();
    let answers = one
        .commit(advances)
        .await
        .expect("one refusal undoes no other");
    for (at, answer) in answers.iter().enumerate() {
        match answer {
            Ok(claim) => assert_eq!((claim.key(), claim.start().next), (&keys[at], 9)),
            Err(refused) => {
                assert!(matches!(refused, Refused::Fenced { .. }), "{refused:?}");
                assert_eq!((at, refused.key()), (2, &keys[2]));
            }
        }
    }
    assert_eq!(answers.iter().filter(|answer| answer.is_err()).count(), 1);
    assert_eq!(next(&two, &keys[2]).await, Some(5));
    assert_eq!(next(&two, &keys[4]).await, Some(9));
}

pub async fn another_handle_reads_what_was_committed<S: OffsetStore>(
    open: impl AsyncFn(&Place) -> S,
) {
    let (place, one, two) = two(&open).await;
    let claim = claim(&one, "one", &place.key()).await;
    commit(&one, claim, 77).await;
    assert_eq!(next(&two, &place.key()).await, Some(77));
    let three = open(&place).await;
    assert_eq!(next(&three, &place.key()).await, Some(77));
}

pub async fn nothing_committed_reads_as_nothing<S: OffsetStore>(open: impl AsyncFn(&Place) -> S) {
    let (place, one, _two) = two(&open).await;
    claim(&one, "one", &place.partition(1)).await;
    let keys = [place.partition(0), place.partition(1), place.partition(2)];
    let rows = one.fetch(&keys).await.expect("fetch");
    let there: Vec<bool> = rows.iter().map(Option::is_some).collect();
    assert_eq!(there, [false, true, false]);
    assert_eq!(one.fetch(&[]).await.expect("fetch"), []);
    assert!(one.commit(Vec::new()).await.expect("commit").is_empty());
}

pub async fn a_skip_is_written_down<S: OffsetStore>(open: impl AsyncFn(&Place) -> S) {
    let (place, one, two) = two(&open).await;
    let claim = claim(&one, "one", &place.key()).await;
    if !one.info().gaps {
        return skipped(&one, "keeps no gaps");
    }
    let advance = claim.skip(Committed::at(30), "out of range");
    let claim = one
        .commit(vec![advance])
        .await
        .expect("commit")
        .remove(0)
        .expect("moved");
    let advance = claim.skip(Committed::at(40), "out of range again");
    assert!(one.commit(vec![advance]).await.expect("commit")[0].is_ok());
    let gaps = two.gaps(None).await.expect("gaps");
    let ranges: Vec<_> = gaps.iter().map(|gap| (gap.from, gap.to)).collect();
    assert_eq!(ranges, [(5, 30), (30, 40)]);
}

pub async fn an_advance_taken_back_changes_nothing<S: OffsetStore>(
    open: impl AsyncFn(&Place) -> S,
) {
    let (place, one, _two) = two(&open).await;
    let claim = claim(&one, "one", &place.key()).await;
    let claim = claim.advance(Committed::at(99)).withdraw();
    assert_eq!(claim.start().next, 5);
    commit(&one, claim, 6).await;
}

pub async fn a_commit_to_a_marker_is_refused_alone<S: OffsetStore>(
    open: impl AsyncFn(&Place) -> S,
) {
    let (place, one, _two) = two(&open).await;
    let keys: Vec<_> = (0..3).map(|at| place.partition(at)).collect();
    let claims = claim_all(&one, "one", &keys).await;
    let to = [9, -1, 9].map(Committed::at);
    let advances = claims
        .into_iter()
        .zip(to)
        .map(|(claim, to)| claim.advance(to))
        .collect();
    let answers = one.commit(advances).await.expect("commit");
    assert!(matches!(
        answers[1],
        Err(Refused::NotAnOffset { next: -1, .. })
    ));
    for at in [0, 2] {
        let moved = answers[at].as_ref().expect("moved");
        assert_eq!((moved.key(), moved.start().next), (&keys[at], 9));
    }
    assert_eq!(next(&one, &keys[1]).await, Some(5));
}
