//! What is asked of rows, and results with them.

use std::sync::Arc;

use ottla_client::protocol::types::TopicId;
use ottla_offset_store::sqlite::SqliteStore;
use ottla_offset_store::{
    Claim, Committed, Key, KeyValueTransaction, OffsetStore, Owner, Reset, ResultsStore, Wanted,
    confirm,
};

use crate::polls::{at_each_await, polled};
use crate::world::TOPIC;

type Store = Arc<dyn OffsetStore>;

/// What a thread does may be done before it is first looked at.
fn is_on_threads(what: &str) -> bool {
    what.starts_with("sqlite") || what.starts_with("sled")
}

/// No commit of these tests has it.
const RESET_TO: i64 = 2;

fn key(store: &dyn OffsetStore) -> Key {
    // The store in Kafka has rows of its own cluster only, which it does not ask to be named.
    let group = format!("by-hand-{}", store.info().name);
    Key::new("", group, TOPIC, 0)
}

/// A claim by hand. What a dropped call still writes may come in between.
async fn claim(store: &dyn OffsetStore) -> Claim {
    for _ in 0..20 {
        let seen = store.look(&[key(store)]).await.unwrap().pop().unwrap();
        let start = Committed::at(0);
        let wanted = Wanted::new(seen.assigned_by_hand(), start, TopicId::UNKNOWN, 2);
        let claims = store.claim(&Owner::new("me"), vec![wanted]).await;
        if let Ok(claim) = claims.unwrap().pop().unwrap() {
            return claim;
        }
    }
    panic!("no claim stands");
}

async fn next(store: &dyn OffsetStore) -> Option<i64> {
    let rows = store.fetch(&[key(store)]).await.unwrap();
    rows.into_iter().next().flatten()?.next_offset
}

async fn commit(store: &dyn OffsetStore, claim: Claim, to: i64) {
    let done = store.commit(vec![claim.advance(Committed::at(to))]).await;
    done.unwrap().pop().unwrap().unwrap();
    assert_eq!(next(store).await, Some(to));
}

/// Claims and commits, and then nothing of what was dropped shows any more.
async fn still_works(store: &dyn OffsetStore) {
    let claim = claim(store).await;
    let to = claim.start().next + 3;
    commit(store, claim, to).await;
    tokio::task::yield_now().await;
    assert_eq!(next(store).await, Some(to));
}

/// A store with a row that stands at 5, under a claim.
async fn held(open: impl AsyncFn() -> Store) -> (Store, Option<Claim>) {
    let store = open().await;
    let first = claim(&*store).await;
    let at = first.start().next;
    commit(&*store, first, at + 5).await;
    let held = claim(&*store).await;
    (store, Some(held))
}

/// A call that writes leaves the offset as it was, or as it was to be.
async fn writes<T>(
    what: &str,
    open: &impl AsyncFn() -> Store,
    call: impl AsyncFn(&Store, Claim) -> T,
    leaves: impl Fn(i64) -> Option<i64>,
) {
    let dropped = at_each_await(
        what,
        async || {
            let (store, claim) = held(open).await;
            let before = claim.as_ref().unwrap().start().next;
            (store, claim, before)
        },
        async |(store, claim, _)| call(store, claim.take().unwrap()).await,
        async |(store, _, before), done| {
            let now = next(&*store).await;
            let is_as_before = now == Some(before) && done.is_none();
            assert!(is_as_before || now == leaves(before), "{what}: {now:?}");
            still_works(&*store).await;
        },
    )
    .await;
    assert!(dropped > 0 || is_on_threads(what), "{what}: it never waits");
}

/// A call that reads.
async fn reads<T: std::fmt::Debug>(
    what: &str,
    open: &impl AsyncFn() -> Store,
    call: impl AsyncFn(&Store) -> T,
) {
    let dropped = at_each_await(
        what,
        async || held(open).await,
        async |(store, _)| format!("{:?}", call(store).await),
        async |(store, claim), read| {
            let again = format!("{:?}", call(&store).await);
            assert_eq!(read.unwrap_or_else(|| again.clone()), again);
            let claim = claim.unwrap();
            let to = claim.start().next + 1;
            commit(&*store, claim, to).await;
        },
    )
    .await;
    assert!(dropped > 0 || is_on_threads(what), "{what}: it never waits");
}

pub(crate) async fn rows(name: &str, open: impl AsyncFn() -> Store) {
    let named = |what: &str| format!("{name}: {what}");
    reads(&named("fetch"), &open, async |store| {
        store.fetch(&[key(&**store)]).await.unwrap()
    })
    .await;
    reads(&named("look"), &open, async |store| {
        store.look(&[key(&**store)]).await.unwrap().len()
    })
    .await;
    reads(&named("list"), &open, async |store| {
        let group = key(&**store).group_id;
        store.list(Some(&group)).await.unwrap().len()
    })
    .await;
    let keeps_gaps = open().await.info().gaps;
    if keeps_gaps {
        reads(&named("gaps"), &open, async |store| {
            store.gaps(None).await.unwrap()
        })
        .await;
    }
    let claims = async |store: &Store, _: Claim| drop(claim(&**store).await);
    writes(&named("claim"), &open, claims, Some).await;
    let commits = async |store: &Store, claim: Claim| {
        let to = Committed::at(claim.start().next + 1);
        drop(store.commit(vec![claim.advance(to)]).await);
    };
    writes(&named("commit"), &open, commits, |before| Some(before + 1)).await;
    let releases = async |store: &Store, claim: Claim| drop(store.release(vec![claim]).await);
    if name != "kafka" {
        writes(&named("release"), &open, releases, Some).await;
    }
    let resets = async |store: &Store, _: Claim| {
        let to = Reset::new(key(&**store), Committed::at(RESET_TO));
        drop(store.reset(vec![to]).await);
    };
    writes(&named("reset"), &open, resets, |_| Some(RESET_TO)).await;
    let deletes = async |store: &Store, _: Claim| drop(store.delete(&[key(&**store)]).await);
    writes(&named("delete"), &open, deletes, |_| None).await;
}

#[tokio::test]
async fn a_confirmation_that_is_dropped_writes_nothing() {
    let store = SqliteStore::in_memory().unwrap();
    let seen = store.look(&[key(&store)]).await.unwrap();
    let ask = async || {
        tokio::task::yield_now().await;
        Ok::<_, ()>(())
    };
    assert!(polled(1, confirm(seen, ask)).await.is_none());
    assert_eq!(store.list(None).await.unwrap(), []);
    still_works(&store).await;
}

/// "A dropped call wrote both or neither, and the claim is gone."
#[tokio::test]
async fn results_and_offset_together_in_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let number = std::cell::Cell::new(0);
    let dropped = at_each_await(
        "commit_results in sqlite",
        async || {
            number.set(number.get() + 1);
            let file = folder.path().join(number.get().to_string());
            let store = SqliteStore::open(file).await.unwrap();
            store
                .execute_batch("CREATE TABLE results (one INT)")
                .await
                .unwrap();
            let claim = claim(&store).await;
            (store, Some(claim))
        },
        async |(store, claim)| {
            let mut results = store.begin();
            results.execute("INSERT INTO results VALUES (?1)", [1]);
            let advance = claim.take().unwrap().advance(Committed::at(1));
            store
                .commit_results(results, advance)
                .await
                .unwrap()
                .unwrap()
        },
        async |(store, _), done| {
            let count = "SELECT count(*) FROM results";
            let rows = store
                .call(|connection| connection.query_one(count, [], |row| row.get::<_, i64>(0)));
            let rows = rows.await.unwrap();
            assert!(rows == 1 || done.is_none());
            assert_eq!(next(&store).await, Some(rows), "both or neither");
            still_works(&store).await;
        },
    )
    .await;
    assert!(dropped > 0);
}

/// The same.
#[tokio::test]
async fn results_and_offset_together_in_sled() {
    let folder = tempfile::tempdir().unwrap();
    let number = std::cell::Cell::new(0);
    let dropped = at_each_await(
        "commit_results in sled",
        async || {
            number.set(number.get() + 1);
            let file = folder.path().join(number.get().to_string());
            let store = ottla_offset_store::sled::SledStore::open(file)
                .await
                .unwrap();
            let claim = claim(&store).await;
            (store, Some(claim))
        },
        async |(store, claim)| {
            let mut results = KeyValueTransaction::default();
            results.insert("results", "one", "1");
            let advance = claim.take().unwrap().advance(Committed::at(1));
            store
                .commit_results(results, advance)
                .await
                .unwrap()
                .unwrap()
        },
        async |(store, _), done| {
            still_works(&store).await;
            // Later than a claim, so nothing is under way any more.
            let results = store.db().open_tree("results").unwrap();
            let claimed = next(&store).await.unwrap() - 3;
            assert!(claimed == 1 || done.is_none());
            assert_eq!(
                i64::try_from(results.len()).unwrap(),
                claimed,
                "both or neither"
            );
        },
    )
    .await;
    assert!(dropped > 0);
}

#[tokio::test]
async fn work_on_the_connection() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("file")).await.unwrap();
    store
        .execute_batch("CREATE TABLE t (one INT)")
        .await
        .unwrap();
    let count = async || {
        let rows = store.call(|connection| {
            connection.query_one("SELECT count(*) FROM t", [], |row| row.get::<_, i64>(0))
        });
        rows.await.unwrap()
    };
    let mut dropped = at_each_await(
        "execute_batch",
        async || count().await,
        async |_| {
            store
                .execute_batch("INSERT INTO t VALUES (1)")
                .await
                .unwrap()
        },
        async |before, done| {
            let now = count().await;
            assert!(now == before + 1 || (now == before && done.is_none()));
            still_works(&store).await;
        },
    )
    .await;
    dropped += at_each_await(
        "call",
        async || count().await,
        async |_| {
            let insert =
                store.call(|connection| connection.execute("INSERT INTO t VALUES (1)", []));
            insert.await.unwrap()
        },
        async |before, done| {
            let now = count().await;
            assert!(now == before + 1 || (now == before && done.is_none()));
            still_works(&store).await;
        },
    )
    .await;
    assert!(dropped > 0);
}
