//! `process`: each record's result once, whoever comes and goes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "support/kafka.rs"]
#[allow(dead_code, reason = "each test program uses a part of it")]
mod kafka;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use kafka::{Place, eventually};
use ottla_group::{Batch, Committed, Ended, GroupError, Processor};
use ottla_offset_store::memory::MemoryStore;
use ottla_offset_store::sqlite::{SqliteStore, SqliteTransaction};
use ottla_offset_store::{BoxError, Key, KeyValueTransaction, OffsetStore, Reset};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Counts how often each record was processed.
struct Count;

impl Processor<MemoryStore> for Count {
    type Error = BoxError;

    async fn process(
        &self,
        batch: &Batch,
        results: &mut KeyValueTransaction,
    ) -> Result<(), BoxError> {
        for record in batch {
            let key = format!("{}@{}", batch.partition(), record.offset);
            results.update("seen", key, |before: Option<&[u8]>| {
                Some(vec![before.map_or(1, |n| n[0] + 1)])
            });
        }
        Ok(())
    }
}

impl Processor<SqliteStore> for Count {
    type Error = BoxError;

    async fn process(
        &self,
        batch: &Batch,
        results: &mut SqliteTransaction,
    ) -> Result<(), BoxError> {
        for record in batch {
            let key = format!("{}@{}", batch.partition(), record.offset);
            results.execute("INSERT INTO seen (record) VALUES (?1)", [key]);
        }
        Ok(())
    }
}

type Running = (CancellationToken, JoinHandle<Result<Ended, GroupError>>);

async fn count_into(place: &Place, store: &MemoryStore) -> Running {
    let group = place.member().await.batch_records(25).build().unwrap();
    let stop = CancellationToken::new();
    let running = tokio::spawn(group.process(store.clone(), Count, stop.clone()));
    (stop, running)
}

async fn finish((stop, running): Running) {
    let asked = Instant::now();
    stop.cancel();
    assert_eq!(running.await.unwrap().unwrap(), Ended::Stopped);
    assert!(asked.elapsed() < Duration::from_secs(15));
}

/// How often each record was seen: all counts, sorted.
fn counts(store: &MemoryStore) -> Vec<u8> {
    let mut counts: Vec<u8> = store.results("seen").values().map(|n| n[0]).collect();
    counts.sort_unstable();
    counts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_members_share_and_one_leaves() {
    let Some(place) = Place::new("share", 4).await else {
        return;
    };
    for partition in 0..4 {
        place.append(partition, 200).await;
    }
    let store = MemoryStore::new();
    let first = count_into(&place, &store).await;
    eventually("the first works", async || counts(&store).len() > 100).await;
    let second = count_into(&place, &store).await;
    // There is work until the second is in, however fast the first is.
    let mut each: usize = 200;
    eventually("each has partitions", async || {
        for partition in 0..4 {
            place.append(partition, 10).await;
        }
        each += 10;
        owners(&store, &place).await == 2
    })
    .await;
    eventually("both work", async || counts(&store).len() == 4 * each).await;
    finish(first).await;
    for partition in 0..4 {
        place.append(partition, 50).await;
    }
    each += 50;
    eventually("the second does all", async || {
        counts(&store).len() == 4 * each
    })
    .await;
    finish(second).await;
    assert_eq!(counts(&store), vec![1; 4 * each]);
    let mirrored = place.committed_offsets(4).await;
    assert_eq!(mirrored, [each as i64; 4], "the mirror");
}

async fn owners(store: &MemoryStore, place: &Place) -> usize {
    let rows = store.list(Some(&place.group)).await.unwrap();
    let owners: BTreeSet<_> = rows.into_iter().filter_map(|row| row.owner).collect();
    owners.len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_record_is_one_row_of_sqlite() {
    let Some(place) = Place::new("sqlite", 3).await else {
        return;
    };
    for partition in 0..3 {
        place.append(partition, 100).await;
    }
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("results.db");
    let store = SqliteStore::open(&file).await.unwrap();
    store
        .execute_batch("CREATE TABLE seen (record TEXT)")
        .await
        .unwrap();
    let mut running = Vec::new();
    for _ in 0..2 {
        let store = SqliteStore::open(&file).await.unwrap();
        let group = place.member().await.batch_records(7).build().unwrap();
        let stop = CancellationToken::new();
        running.push((
            stop.clone(),
            tokio::spawn(group.process(store, Count, stop)),
        ));
    }
    let rows = async || {
        let count = store.call(|c| {
            c.query_row(
                "SELECT count(*), count(DISTINCT record) FROM seen",
                [],
                |r| Ok((r.get::<_, i64>(0)?, r.get::<_, i64>(1)?)),
            )
        });
        count.await.unwrap()
    };
    eventually("all are in", async || rows().await.1 == 300).await;
    for running in running {
        finish(running).await;
    }
    assert_eq!(rows().await, (300, 300));
    assert_eq!(place.committed_offsets(3).await, [100; 3]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reset_shows_on_a_quiet_topic_and_the_mirror_follows() {
    let Some(place) = Place::new("reset", 1).await else {
        return;
    };
    place.append(0, 60).await;
    let store = MemoryStore::new();
    let running = count_into(&place, &store).await;
    eventually("all are in", async || counts(&store).len() == 60).await;
    eventually("the mirror", async || {
        place.committed_offsets(1).await == [60]
    })
    .await;
    let cluster = place.client.cluster().cluster_id.clone().unwrap();
    let key = Key::new(cluster, place.group.as_str(), place.topic.as_str(), 0);
    let topic_id = place.client.cluster().topic(&place.topic).unwrap().id;
    let reset = Reset {
        key,
        to: Committed::at(40),
        topic_id,
        partitions_seen: 1,
    };
    let refused = store.reset(vec![reset]).await.unwrap();
    assert!(refused.iter().all(Result::is_ok));
    eventually("the last twenty come again", async || {
        counts(&store).iter().filter(|n| **n == 2).count() == 20
    })
    .await;
    finish(running).await;
    assert_eq!(counts(&store).len(), 60);
    assert_eq!(place.committed_offsets(1).await, [60]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_come_and_go_and_each_record_counts_once() {
    let Some(place) = Place::new("storm", 6).await else {
        return;
    };
    let store = MemoryStore::new();
    let mut members = std::collections::VecDeque::new();
    for round in 0..8 {
        members.push_back(count_into(&place, &store).await);
        for partition in 0..6 {
            place.append(partition, 50).await;
        }
        if members.len() > 3 {
            let (stop, running) = members.pop_front().unwrap();
            // Some leave in order, some are gone from one moment to the next.
            if round % 2 == 0 {
                finish((stop, running)).await;
            } else {
                running.abort();
            }
        }
    }
    eventually("all are in", async || {
        let ended = members.iter().any(|(_, running)| running.is_finished());
        assert!(!ended, "a member ended before it was told to");
        counts(&store).len() == 2400
    })
    .await;
    for member in members {
        finish(member).await;
    }
    assert_eq!(counts(&store), vec![1; 2400]);
    assert_eq!(place.committed_offsets(6).await, [400; 6], "the mirror");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_topic_is_said_at_once() {
    let Some(mut place) = Place::new("unknown", 1).await else {
        return;
    };
    place.topic = format!("no-{}", place.topic);
    let group = place.member().await.build().unwrap();
    let started = Instant::now();
    let ended = group
        .process(MemoryStore::new(), Count, CancellationToken::new())
        .await;
    let error = ended.unwrap_err();
    assert!(matches!(error, GroupError::Client { .. }), "{error:?}");
    assert!(started.elapsed() < Duration::from_secs(10));
}
