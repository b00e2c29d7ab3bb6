//! Names and numbers at their limits.

use std::collections::HashSet;

use super::Place;
use super::steps::*;
use crate::{Committed, Key, OffsetStore};

/// Commits another offset to each, then reads all of them.
async fn stay_apart(store: &impl OffsetStore, keys: &[Key]) {
    for (at, claim) in claim_all(store, "one", keys).await.into_iter().enumerate() {
        commit(store, claim, 100 + at as i64).await;
    }
    let rows = store.fetch(keys).await.expect("fetch");
    for (at, (key, row)) in keys.iter().zip(rows).enumerate() {
        let row = row.unwrap_or_else(|| panic!("{key:?} is gone"));
        assert_eq!((&row.key, row.next_offset), (key, Some(100 + at as i64)));
    }
    let listed: HashSet<Key> = store
        .list(None)
        .await
        .expect("list")
        .into_iter()
        .map(|row| row.key)
        .collect();
    assert_eq!(listed, keys.iter().cloned().collect());
}

pub async fn names_of_any_letters_stay_apart<S: OffsetStore>(open: impl AsyncFn(&Place) -> S) {
    let (_place, one, _two) = two(&open).await;
    let names = [
        "plain",
        "",
        " ",
        "it's \"quoted\"",
        "a/b\\c",
        "../..",
        "semi;colon -- comment",
        "per%cent_",
        "dot.ted",
        "Üñïçødé",
        "日本",
        "🦦",
        "tab\tand\nline",
        "null\0byte",
        "NULL",
        "Plain",
        "?1",
        "$1",
    ];
    let mut keys: Vec<Key> = names
        .iter()
        .map(|name| Key::new("c", *name, "topic", 0))
        .collect();
    keys.extend(
        names
            .iter()
            .map(|name| Key::new(*name, "group", "topic", 0)),
    );
    stay_apart(&one, &keys).await;
}

pub async fn names_that_run_together_stay_apart<S: OffsetStore>(open: impl AsyncFn(&Place) -> S) {
    let (_place, one, _two) = two(&open).await;
    let keys = [
        Key::new("a", "b", "c", 1),
        Key::new("ab", "", "c", 1),
        Key::new("", "ab", "c", 1),
        Key::new("a", "bc", "", 1),
        Key::new("a", "b", "c1", 1),
        Key::new("a", "b", "c", 11),
        Key::new("a", "b", "c-1", 1),
        Key::new("a", "b-c", "1", 1),
        Key::new("a", "b/c", "d", 1),
        Key::new("a", "b", "c/d", 1),
    ];
    stay_apart(&one, &keys).await;
}

/// Kafka's longest topic name, and its longest string, 32,767 bytes, as a group id.
pub async fn the_longest_names_fit<S: OffsetStore>(open: impl AsyncFn(&Place) -> S) {
    let (_place, one, _two) = two(&open).await;
    let (topic, group) = ("t".repeat(249), "ü".repeat(16_383));
    let keys = [
        Key::new("cluster", group.as_str(), topic.as_str(), 0),
        Key::new("cluster", group.as_str(), &topic[1..], 0),
        Key::new("cluster", &group[2..], topic.as_str(), 0),
    ];
    stay_apart(&one, &keys).await;
}

pub async fn the_largest_numbers_fit<S: OffsetStore>(open: impl AsyncFn(&Place) -> S) {
    let (place, one, _two) = two(&open).await;
    let key = place.partition(i32::MAX);
    let owner = claim(&one, "one", &key).await;
    let largest = Committed::at(i64::MAX).with_leader_epoch(i32::MAX);
    let moved = one
        .commit(vec![owner.advance(largest.clone())])
        .await
        .expect("commit");
    assert!(moved[0].is_ok());
    assert_eq!(
        row(&one, &key).await.expect("a row").committed(),
        Some(largest)
    );
    let owner = claim(&one, "one", &key).await;
    commit(&one, owner, 0).await;
    assert_eq!(next(&one, &key).await, Some(0));
}

pub async fn a_list_is_one_groups_or_everybodys<S: OffsetStore>(open: impl AsyncFn(&Place) -> S) {
    let (_place, one, two) = two(&open).await;
    let keys = [
        Key::new("c", "billing", "orders", 0),
        Key::new("c", "billing", "orders", 1),
        Key::new("c", "billing-2", "orders", 0),
        Key::new("c", "Billing", "orders", 0),
        Key::new("other", "billing", "orders", 0),
    ];
    claim_all(&one, "one", &keys).await;
    let count = async |group| two.list(group).await.expect("list").len();
    assert_eq!(count(None).await, 5);
    assert_eq!(count(Some("billing")).await, 3);
    assert_eq!(count(Some("bill")).await, 0);
    assert_eq!(count(Some("")).await, 0);
}

pub async fn metadata_of_any_letters_reads_back<S: OffsetStore>(open: impl AsyncFn(&Place) -> S) {
    let (place, one, two) = two(&open).await;
    let mut owner = claim(&one, "o'wner \"1\"", &place.key()).await;
    for text in [
        "",
        "'; DROP TABLE ottla_offsets; --",
        "\0",
        "🦦\n",
        &"m".repeat(4096),
    ] {
        let to = Committed::at(6).with_metadata(text);
        owner = one
            .commit(vec![owner.advance(to)])
            .await
            .expect("commit")
            .remove(0)
            .expect("moved");
        let row = row(&two, &place.key()).await.expect("a row");
        assert_eq!(
            (row.metadata.as_str(), row.owner.as_deref()),
            (text, Some("o'wner \"1\""))
        );
    }
}
